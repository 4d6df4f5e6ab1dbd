package plotting

import "nqm/theory"

// Summary returns the figure of a problem's sizes that have no unit, each as a
// labelled row on one logarithmic axis: dimensions, condition number, noise
// scales. The table has the rest.
func Summary(s theory.Summary) Figure {
	f := Figure{
		Title:   "Summary of a problem",
		Caption: "Sizes without a unit, on one axis. Batches far smaller than the noise scales see mostly noise; far fewer directions than d carry most of the curvature where the effective dimension is small.",
		Table:   summaryTable(s),
	}
	var rows []row
	low, high := 1.0, 1.0
	for _, q := range []struct {
		name  string
		value float64
	}{
		{"directions d", s.Dimension}, {"effective dimension (tr H)²/tr H²", s.EffectiveDimension}, {"condition number κ", s.Condition},
		{"noise scale B_noise", s.NoiseScale}, {"noise scale B_simple", s.SimpleNoiseScale},
	} {
		r := row{label: q.name + ": " + count(q.value), look: look{color: grey}}
		if countable(q.value) {
			low, high = min(low, q.value), max(high, q.value)
			r.bar = [2]float64{min(1, q.value), max(1, q.value)}
			r.marks = []rowMark{{"", Circle, q.value}}
		}
		rows = append(rows, r)
	}
	f.Panels = []Panel{rowsPanel(Axis{Label: "size", Scale: Log10, Min: low, Max: 2 * high}, rows)}
	f.Height = rowsHeight(len(rows))
	return f
}
