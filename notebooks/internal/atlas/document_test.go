package atlas

import (
	"flag"
	"os"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
	"nqm/theory/longtest"
)

var update = flag.Bool("update", false, "write the document anew")

// The document has the numbers of the code:
//
//	go test ./notebooks/internal/atlas -run Document -update
func TestDocument(t *testing.T) {
	longtest.Only(t)
	const path = "PUBLISHED.md"
	want := document()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is not what the code says: look at it after -update", path)
	}
}

// Of each published point: the settings that were found are no worse than the
// published ones really are, hence never more than a step worse than what was
// published, except where that is a step at which no settings were found that
// reach the target.
func TestPublishedPoints(t *testing.T) {
	longtest.Only(t)
	for _, c := range comparePublished() {
		s := c.Tuned.Steps
		if s.Outcome != theory.Reached || c.Exact.Steps.Outcome != theory.Reached || s.Steps > c.Checked || c.Checked < 0 {
			t.Errorf("%s, power %v, B = %v: %v, the published settings take %d", c.Method, c.Power, c.BatchSize, s, c.Checked)
		}
		if s.Steps > c.Published && !(c.Tuned.BestBefore > target) {
			t.Errorf("%s, power %v, B = %v: %d steps, published %d, and %v a step before", c.Method, c.Power, c.BatchSize, s.Steps, c.Published, c.Tuned.BestBefore)
		}
	}
	tooLow := 0
	for _, c := range compareSchedules() {
		if c.Tuned.Outcome != theory.Reached || c.Exact.Outcome != theory.Reached {
			t.Errorf("%+v", c)
		}
		if c.Tuned.Steps > c.checked() {
			tooLow++
			at := nqmkit.BestScheduleFor(nqmkit.PublishedBins(dimension, bins), c.checked(), nqmkit.SGD(1).Precondition(c.Power).Batch(c.BatchSize), c.Pieces)
			if !(at.Loss > target) {
				t.Errorf("%d pieces, power %v, B = %v: %v, published %d", c.Pieces, c.Power, c.BatchSize, c.Tuned, c.Published)
			}
		}
	}
	if tooLow != 3 {
		t.Errorf("%d published schedules are too low: want 3", tooLow)
	}
}
