package plotting

import (
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// arrivals has two methods, some of whose runs are late, and what the expected
// loss says of them.
func arrivals() Figure {
	two := nqmkit.TwoDirections(50, 1)
	slow, quick := nqmkit.SGD(0.01).Batch(16), nqmkit.Momentum(0.002, 0.9).Batch(16)
	return TimeToTarget(nqmkit.SampleStepsToTarget(two, 0.03, 300, nqmkit.Trials(400, 1), slow, quick),
		nqmkit.StepsToTarget(two, 0.03, slow), nqmkit.StepsToTarget(two, 0.03, quick))
}

// late has runs that arrive, that are late, and that diverge.
var late = theory.SampledSteps{Problem: "p", Method: "SGD α=1", Family: "SGD", Target: 0.1, Limit: 100,
	Steps: []int{3, 3, 5, 40}, Late: 3, Diverged: 1, Trials: 8, Seed: 7, Partial: true}

func TestArrivalsAreSharesOfAllRuns(t *testing.T) {
	f := must(FigureOf(late))
	stair := one(t, f.Panels[0], late.Method, KindStep)
	for step, want := range map[int]float64{2: 0, 3: 0.25, 4: 0.25, 5: 0.375, 39: 0.375, 40: 0.5, 100: 0.5} {
		k := slices.IndexFunc(stair.X, func(x float64) bool { return x > float64(step) }) - 1
		if k < -1 || stair.Y[max(k, 0)] != want {
			t.Errorf("by step %d a share of %v, want %v", step, stair.Y[max(k, 0)], want)
		}
		if got := shareBy(late, step); got != want {
			t.Errorf("by step %d a share of %v, want %v", step, got, want)
		}
	}
	notes := strings.Join(f.notes(), "\n")
	for _, want := range []string{"3 of 8 runs were still above the target after 100 steps", "1 of 8 runs overflowed", "Partial: an interrupt"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note %q in %q", want, notes)
		}
	}
	if row := f.Table.Rows[0]; row[3] != "40" || row[4] != "–" {
		t.Errorf("median and 95%% are %q", row[3:5])
	}
}

func TestArrivalsOfNobody(t *testing.T) {
	none := late
	none.Steps, none.Late = nil, 7
	if _, err := FigureOf(none); err != nil {
		t.Error(err)
	}
	first := late
	first.Steps = []int{0, 0, 5, 40} // a start below the target
	if f := must(FigureOf(first)); f.Panels[0].X.Scale != Linear || shareBy(first, 0) != 0.25 {
		t.Error("runs that begin at the target have no place")
	}
}

// The expected loss arrives at a ring on the stair of its method.
func TestExpectedArrivalsLieOnTheStairs(t *testing.T) {
	f := arrivals()
	ring := one(t, f.Panels[0], "the expected loss arrives", KindPoints)
	if len(ring.X) != 2 {
		t.Fatalf("%d rings", len(ring.X))
	}
	for i, name := range []string{"SGD α=0.01, B=16", "momentum α=0.002, β=0.9, B=16"} {
		stair := one(t, f.Panels[0], name, KindStep)
		k := slices.IndexFunc(stair.X, func(x float64) bool { return x > ring.X[i] }) - 1
		if stair.Y[k] != ring.Y[i] {
			t.Errorf("%s: ring at %v, stair at %v", name, ring.Y[i], stair.Y[k])
		}
	}
	never := TimeToTarget([]theory.SampledSteps{late}, theory.Steps{Method: late.Method, Outcome: theory.Never, Bound: 0.2})
	if notes := strings.Join(never.notes(), ""); !strings.Contains(notes, "Expected loss, SGD α=1: never, stays above 0.2.") {
		t.Errorf("notes %q", notes)
	}
}

func dampings() []theory.Damping {
	var all []theory.Damping
	for _, h := range geometric(1e-3, 80, 24) {
		all = append(all, nqmkit.Damping(nqmkit.Momentum(0.06, 0.8), h))
	}
	return all
}
