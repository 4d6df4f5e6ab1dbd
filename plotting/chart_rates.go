package plotting

import (
	"fmt"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = together(AppliedRates)

// AppliedRates returns the figure of what methods really apply in each update of a run:
// the learning rate, and below it the momentum, the batch size and the decay of the
// moving average, of those that any method has. Update t has the index t-1 of its
// schedule.
func AppliedRates(all []theory.AppliedRates) Figure {
	f := Figure{
		Title:   "Rates applied in each update",
		Caption: "Update t = 1, 2, ... has the index t-1 of its schedule, as with the schedulers of torch and optax.",
		Columns: 1,
	}
	last := 0
	for _, r := range all {
		last = max(last, len(r.Steps))
	}
	constant := func(v []float64) bool { return len(v) == 0 || v[0] == v[len(v)-1] && v[0] == v[len(v)/2] }
	for i, q := range appliedSettings {
		panel := Panel{X: Axis{Label: "update t", Min: 1, Max: float64(max(last, 2))}, Y: Axis{Label: q.name + " " + q.symbol}}
		palette, moves := newPalette(mapped(all, func(r theory.AppliedRates) string { return r.Family })), false
		for _, r := range all {
			l, y := palette.next(r.Family), q.of(r)
			if len(y) == 0 {
				continue
			}
			moves = moves || !constant(y)
			panel.Series = append(panel.Series, Series{Name: r.Method, X: asFloats(r.Steps), Y: y, Color: l.color, Dash: l.dash, Width: 2})
		}
		if i == 0 || moves {
			f.Panels = append(f.Panels, panel)
		}
	}
	f.Table = ratesTable(all)
	return f.found(appliedFinding(all)).linked()
}

// appliedSettings are what an update applies.
var appliedSettings = []struct {
	name, symbol string
	of           func(theory.AppliedRates) []float64
}{
	{"learning rate", "α", func(r theory.AppliedRates) []float64 { return r.LearningRate }},
	{"momentum", "β", func(r theory.AppliedRates) []float64 { return r.Momentum }},
	{"batch size", "B", func(r theory.AppliedRates) []float64 { return r.BatchSize }},
	{"decay", "γ", func(r theory.AppliedRates) []float64 { return r.Decay }},
}

// ratesTable lists a few updates of each method.
func ratesTable(all []theory.AppliedRates) table.Table {
	t, rows := table.Text("method", "update t", "index", "α", "β", "B", "γ", "samples"), 0
	for _, r := range all {
		rows += len(r.Steps)
		at := func(v []float64, k int) string {
			if v == nil {
				return ""
			}
			return number(v[k])
		}
		for _, k := range few(len(r.Steps), 6) {
			t.Rows = append(t.Rows, table.Texts(r.Method, fmt.Sprint(r.Steps[k]), fmt.Sprint(r.Steps[k]-1), at(r.LearningRate, k),
				at(r.Momentum, k), at(r.BatchSize, k), at(r.Decay, k), at(r.Samples, k)))
		}
	}
	return partOf(t, rows)
}
