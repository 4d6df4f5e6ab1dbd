package plotting

import (
	"nqm/theory"
)

// LossSplit returns the figure that splits the expected loss of each curve
// into the part that the start has left (bias) and the part that the gradient
// noise has put in, with the steady-state risk as floor. Curves stand side by
// side on equal axes.
func LossSplit(curves []theory.Curve) Figure {
	curves = told(curves, func(c *theory.Curve) (string, *string) { return c.Problem, &c.Method })
	f := Figure{
		Title:   "Bias and noise: " + commonProblem(curves),
		Caption: "Expected loss, exact: what is left of the start (bias) falls, what the gradient noise has put in rises to the floor.",
		Columns: min(len(curves), 3),
		Table:   curvesTable(curves),
	}
	ceiling := ceilingOf(curves)
	palette := newPalette(mapped(curves, func(c theory.Curve) string { return c.Family }))
	for _, c := range curves {
		x, l := asFloats(c.Steps), palette.next(c.Family)
		p := Panel{X: stepAxis(lastStep(curves), mapped(curves, func(c theory.Curve) string { return c.Method })...), Y: lossAxis()}
		for _, s := range []Series{
			{Name: "bias", X: x, Y: c.Bias, Color: black, Dash: Dotted},
			{Name: "noise", X: x, Y: c.Noise, Color: grey, Dash: Dashed, Width: 2},
			{Name: curveName(c), X: x, Y: c.Loss, Color: l.color, Width: 2},
		} {
			p.Series = append(p.Series, below(ceiling, p.X.fromStart(positive(s))))
		}
		if len(curves) > 1 {
			p.Title = curveName(c)
		}
		if !c.Diverges() && c.Floor > 0 {
			p.References = []Reference{{At: c.Floor, Label: "floor", Of: curveName(c)}}
		}
		f.Panels = append(f.Panels, p)
	}
	shareY(f.Panels, deepest)
	return f.found(splitFinding(curves)).linked()
}
