package plotting

import (
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// bestRates are the schedules that reach 0.01 in the fewest steps.
func bestRates() []theory.ScheduleSteps {
	return nqmkit.SchedulesToTarget(nqmkit.PowerLaw(10_000, 1), 0.01, []float64{16, 64, 256, 1024}, nqmkit.SGD(1), 20)
}

// The stairs have one step for each piece and end with the run.
func TestSchedules(t *testing.T) {
	law := nqmkit.PowerLaw(10_000, 1)
	s := nqmkit.BestScheduleFor(law, 5003, nqmkit.SGD(1).Batch(64), 10)
	f := must(FigureOf(s))
	line := f.Panels[0].Series[0]
	if line.Kind != KindStep || len(line.X) != 11 || line.X[0] != 0 || line.X[10] != 5003 || line.Y[10] != line.Y[9] {
		t.Errorf("stairs: %+v", line)
	}
	for k, rate := range s.LearningRates {
		if line.Y[k] != rate {
			t.Errorf("piece %d is drawn at %v: want %v", k, line.Y[k], rate)
		}
	}
	if r := f.Panels[0].References; len(r) != 1 || r[0].At != 2 {
		t.Errorf("references %+v: want the limit 2", r)
	}
	if !strings.Contains(f.Caption, "would rather be larger") || f.Table.Rows[0][6] != "8" {
		t.Errorf("8 rates are at the limit: %q, %v", f.Caption, f.Table.Rows)
	}
}

// Runs of different lengths share an axis of their part; powers have limits of
// their own; names say what differs.
func TestSchedulesTogether(t *testing.T) {
	list := must(theory.List(4, 1, 0.1))
	var all []theory.BestRates
	for _, power := range []float64{0, 0.5} {
		for _, steps := range []int{100, 500} {
			all = append(all, nqmkit.BestScheduleFor(list, steps, nqmkit.SGD(1).Batch(8).Precondition(power), 5))
		}
	}
	f := must(FigureOf(all))
	p := f.Panels[0]
	var names []string
	for _, s := range p.Series {
		names = append(names, s.Name)
		if s.X[len(s.X)-1] != 1 {
			t.Errorf("%s ends at %v of its run", s.Name, s.X[len(s.X)-1])
		}
	}
	if want := []string{"B=8, p=0, T=100", "B=8, p=0, T=500", "B=8, p=0.5, T=100", "B=8, p=0.5, T=500"}; !slices.Equal(names, want) {
		t.Errorf("names %q: want %q", names, want)
	}
	if len(p.References) != 2 || p.References[0].At != 0.5 || p.References[1].At != 1 {
		t.Errorf("references %+v: want the limits 0.5 and 1", p.References)
	}
}

// The caption says how far batch sizes are proved, and of several the least.
func TestBatchSchedulesSayWhatIsProved(t *testing.T) {
	law := nqmkit.PowerLaw(100, 1)
	near := nqmkit.BestBatchSchedule(law, 1000, nqmkit.SGD(0.5), 40)
	open := near
	open.Bound = 0.75 * open.Loss
	none := near
	none.Bound = 0
	for want, of := range map[string][]theory.BestBatches{
		"is proved the lowest to within 0.0001%.": {near}, "is proved the lowest to within 25%.": {near, open}, "is the lowest found.": {open, none},
	} {
		if f := BatchSchedules(of); !strings.Contains(f.Caption, want) || f.Table.Rows[0][6] != number(of[0].Bound) {
			t.Errorf("%q, %v: want %q", f.Caption, f.Table.Rows, want)
		}
	}
}

// A target that is reached from the start has a row and no line.
func TestSchedulesToTargetTable(t *testing.T) {
	law := nqmkit.PowerLaw(1000, 1)
	reached := nqmkit.ScheduleToTarget(law, 0.5, nqmkit.SGD(1).Batch(16), 4)
	f := SchedulesToTarget([]theory.ScheduleSteps{reached, nqmkit.ScheduleToTarget(law, 100, nqmkit.SGD(1).Batch(16), 4)})
	if len(f.Panels[0].Series) != 1 || len(f.Table.Rows) != 2 || f.Table.Rows[1][2] != "0" {
		t.Errorf("%d lines, rows %v", len(f.Panels[0].Series), f.Table.Rows)
	}
	if _, err := FigureOf(nqmkit.ScheduleToTarget(law, 100, nqmkit.SGD(1), 4)); err == nil || !strings.Contains(err.Error(), "0 steps, it starts at") {
		t.Errorf("nothing to draw: %v", err)
	}
}

// Both schedules of a comparison end with the samples.
func TestScheduleComparison(t *testing.T) {
	c := nqmkit.CompareSchedules(nqmkit.PowerLaw(1000, 1), 10_000, nqmkit.SGD(1).Batch(4), 6)
	f := must(FigureOf(c))
	for _, p := range f.Panels {
		for _, s := range p.Series {
			if end := s.X[len(s.X)-1]; end < 9999.999 || end > 10_000.001 {
				t.Errorf("%s, %s ends after %v samples: want 10000", p.Title, s.Name, end)
			}
		}
	}
	if rows := f.Table.Rows; len(rows) != 5 || rows[1][1] != "2500" {
		t.Errorf("rows %v", rows)
	}
}

// The samples of each side stand in the table, and what is left of a budget in
// the caption.
func TestScheduleComparisonBudget(t *testing.T) {
	f := must(FigureOf(nqmkit.CompareSchedules(nqmkit.List(1, 0.5, 0.1), 127, nqmkit.SGD(1).Batch(64), 4)))
	for _, row := range f.Table.Rows {
		if row[2] != "64" {
			t.Errorf("%s has %s samples: want 64", row[0], row[2])
		}
	}
	if !strings.Contains(f.Title, "64 samples") || !strings.Contains(f.Caption, "Of the 127 samples given, the whole steps of B=64 use 64.") {
		t.Errorf("%s: %s", f.Title, f.Caption)
	}
}
