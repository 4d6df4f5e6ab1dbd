package plotting

import (
	"fmt"
	"math"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = together(LossBands)

// LossBands returns the figure of the law of the loss against steps: the expected
// loss as a line, the median as a thin one, and bands that hold the central half
// and the central nine tenths of the runs, by exact quantiles.
func LossBands(fans []theory.Fan) Figure {
	fans = told(fans, func(f *theory.Fan) (string, *string) { return f.Problem, &f.Method })
	panel := Panel{Y: lossAxis()}
	palette := newPalette(mapped(fans, func(f theory.Fan) string { return f.Family }))
	last, ceiling := 0, fanCeiling(fans)
	for _, f := range fans {
		last = max(last, lastOf(f.Steps))
	}
	panel.X = stepAxis(last, mapped(fans, func(f theory.Fan) string { return f.Method })...)
	put := func(s Series) { panel.Series = append(panel.Series, bandBelow(ceiling, panel.X.fromStart(s))) }
	t, all := table.Text(fanColumns(fans)...), 0
	var medians, means []Series
	for _, f := range fans {
		l, x, n := palette.next(f.Family), asFloats(f.Steps), len(f.Quantiles)
		for k := range n / 2 {
			put(Series{Name: f.Method, Kind: KindBand, X: x, Y: f.Quantiles[k], High: f.Quantiles[n-1-k], Color: l.color})
		}
		means = append(means, below(ceiling, panel.X.fromStart(Series{Name: f.Method, X: x, Y: f.Mean, Color: l.color, Dash: l.dash, Width: 2})))
		if n%2 == 1 {
			medians = append(medians, below(ceiling, panel.X.fromStart(Series{Name: f.Method, X: x, Y: f.Quantiles[n/2], Color: l.color, Dash: l.dash, Width: 0.8})))
		}
		t.Rows, all = append(t.Rows, fanRows(f)...), all+len(f.Steps)
	}
	labelEnds(means)
	panel.Series = append(append(panel.Series, medians...), means...)
	f := Figure{
		Title:   "Loss of single runs: " + common(mapped(fans, func(f theory.Fan) string { return f.Problem })),
		Caption: "Line: the expected loss. Thin: the median. The bands hold the central half of the runs and the central nine tenths, exactly.",
		Panels:  []Panel{panel}, Table: partOf(t, all),
	}
	for _, fan := range fans {
		if fan.Partial {
			f.Notes = append(f.Notes, fmt.Sprintf("%s: interrupted; later steps are missing.", fan.Method))
		}
	}
	return f.found(fansFinding(fans)).linked()
}

// fanCeiling is the loss above which fans are cut; +Inf where none diverges.
func fanCeiling(fans []theory.Fan) float64 {
	top, wild := 0.0, false
	for _, f := range fans {
		wild = wild || f.Diverges()
		for k, mean := range f.Mean {
			if k == 0 || !f.Diverges() {
				top = max(top, mean)
			}
		}
	}
	if !wild {
		return math.Inf(1)
	}
	return headroom * top
}

func fanColumns(fans []theory.Fan) []string {
	heads := []string{"method", "t", "mean"}
	if len(fans) > 0 {
		for _, p := range fans[0].Probabilities {
			heads = append(heads, fmt.Sprintf("%g%%", 100*p))
		}
	}
	return heads
}

func fanRows(f theory.Fan) [][]any {
	var rows [][]any
	for _, k := range few(len(f.Steps), 4) {
		row := []string{f.Method, fmt.Sprint(f.Steps[k]), number(f.Mean[k])}
		for _, q := range f.Quantiles {
			row = append(row, number(q[k]))
		}
		rows = append(rows, table.Texts(row...))
	}
	return rows
}
