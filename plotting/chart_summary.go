package plotting

import (
	"fmt"
	"strings"

	"nqm/theory"
)

var _ = pictures(Summary)

// Summary returns the figure of a problem's sizes that have no unit, each as a
// labelled row on one logarithmic axis: dimensions, condition number, noise
// scales. The table has the rest. Several problems share the rows, with a
// symbol each, by their number.
func Summary(problems ...theory.Summary) Figure {
	names := make([]string, len(problems))
	for i := range names {
		names[i] = nth("problem", i, len(problems))
	}
	f := Figure{
		Title:   "Summary of a problem",
		Caption: "Sizes without a unit, on one axis. Batches far smaller than the noise scales see mostly noise; far fewer directions than d carry most of the curvature where the effective dimension is small.",
		Table:   summaryTable(names, problems...),
	}
	if len(problems) > 1 {
		f.Title = fmt.Sprintf("Summaries of %d problems", len(problems))
	}
	var rows []labelledRow
	low, high := 1.0, 1.0
	for _, q := range []struct {
		name string
		size func(theory.Summary) float64
	}{
		{"directions d", func(s theory.Summary) float64 { return s.Dimension }},
		{"effective dimension (tr H)²/tr H²", func(s theory.Summary) float64 { return s.EffectiveDimension }},
		{"condition number κ", func(s theory.Summary) float64 { return s.Condition }},
		{"noise scale B_noise", func(s theory.Summary) float64 { return s.NoiseScale }},
		{"noise scale B_simple", func(s theory.Summary) float64 { return s.SimpleNoiseScale }},
	} {
		sizes := mapped(problems, q.size)
		r := labelledRow{label: q.name + ": " + strings.Join(mapped(sizes, count), ", "), look: look{color: grey}}
		for i, size := range sizes {
			if !countable(size) {
				continue
			}
			low, high = min(low, size), max(high, size)
			r.bar = [2]float64{min(1, size), max(1, size)}
			r.marks = append(r.marks, rowMark{names[i], markers[i%len(markers)], size})
		}
		if len(sizes) > 1 {
			r.bar = [2]float64{}
		}
		rows = append(rows, r)
	}
	if len(problems) > 1 {
		low /= 1.5 // no bar ends there: room for the symbol
	}
	f.Panels = []Panel{rowsPanel(Axis{Label: "size", Scale: Log10, Min: low, Max: 2 * high}, rows)}
	f.Height = rowsHeight(len(rows))
	return f.found(summaryFinding(names, problems)).linked()
}
