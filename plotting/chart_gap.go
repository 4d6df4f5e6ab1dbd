package plotting

import (
	"fmt"
	"slices"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(BayesGaps)

// BayesGaps returns the figure of expected loss beside what no method can have
// with as many samples: above, the loss of each method and its Bayes bound in
// grey; below, how many times the bound it is.
func BayesGaps(gaps []theory.Gap) Figure {
	gaps = told(gaps, func(g *theory.Gap) (string, *string) { return g.Curve.Problem, &g.Curve.Method })
	curves := make([]theory.Curve, len(gaps))
	for i, g := range gaps {
		curves[i] = g.Curve
	}
	f := LossCurves(curves)
	loss := &f.Panels[0]
	loss.References = nil
	if len(gaps) == 0 {
		return f.linked()
	}
	ratio := Panel{X: loss.X, Y: Axis{Label: "loss / bound", Scale: Log10}, References: []Reference{{At: 1, Label: "no method is below"}}}
	var bounds []Series
	f.Table = table.Text("method", "t", "loss", "Bayes bound", "ratio")
	all := 0
	for i, g := range gaps {
		line, steps := loss.Series[i], asFloats(g.Curve.Steps)
		bounds = append(bounds, loss.X.fromStart(countables(Series{Name: "Bayes bound", X: steps, Y: g.Bound, Color: grey, Dash: line.Dash, Width: 2})))
		times := loss.X.fromStart(countables(Series{Name: line.Name, X: steps, Y: g.Ratio, Color: line.Color, Dash: line.Dash, Width: 2}))
		ratio.Series = append(ratio.Series, times)
		all += len(g.Curve.Steps)
		for _, k := range few(len(g.Curve.Steps), 5) {
			f.Table.Rows = append(f.Table.Rows, table.Texts(g.Curve.Method, fmt.Sprint(g.Curve.Steps[k]), number(g.Curve.Loss[k]), number(g.Bound[k]), number(g.Ratio[k])))
		}
	}
	f.Table = partOf(f.Table, all)
	loss.Series = append(bounds, loss.Series...)
	f.Title, f.Subtitle = "Loss and the Bayes bound: "+commonProblem(curves), ""
	f.Caption = "Expected loss, exact, and the least that any method can have that has seen as many samples (the Bayes bound). Their ratio is what is left to gain."
	if most := slices.MaxFunc(ratio.Series, func(a, b Series) int { return len(a.X) - len(b.X) }); len(most.X) > 0 {
		f.Panels = append(f.Panels, ratio)
	}
	return f.found(gapsFinding(gaps)).linked()
}
