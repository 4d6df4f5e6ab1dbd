package plotting

import (
	"math"

	"nqm/theory"
)

// LossBands returns the figure of LossCurves with a band around each curve that
// holds about the central 68% of the runs: the loss after t steps is a weighted
// sum of chi-squares, taken as the gamma law of the same mean and variance
// (Satterthwaite), with Wilson and Hilferty's quantiles:
//
//	L(t) (1 - 2/(9ν) ± √(2/(9ν)))³        ν = 2 (E L(t))² / Var L(t)
//
// A curve whose deviation is not known, under multiplicative noise, has no band.
func LossBands(curves []theory.Curve) Figure {
	f := LossCurves(curves)
	p := &f.Panels[0]
	lines := p.Series
	p.Series = nil
	for i, c := range curves {
		if c.StdDev == nil {
			continue
		}
		band := Series{Name: lines[i].Name, Kind: Band, X: asFloats(c.Steps), Color: lines[i].Color}
		for k, l := range c.Loss {
			low, high := centralBand(l, c.StdDev[k])
			band.Y, band.High = append(band.Y, low), append(band.High, high)
		}
		p.Series = append(p.Series, p.X.fromStart(below(ceilingOf(curves), band)))
	}
	p.Series = append(p.Series, lines...)
	f.Caption += " The bands hold about 68% of the runs."
	return f
}

// centralBand returns the edges of the band around a loss.
func centralBand(loss, deviation float64) (low, high float64) {
	if deviation == 0 || loss == 0 {
		return loss, loss
	}
	q := (deviation / loss) * (deviation / loss) / 9 // 2/(9ν)
	edge := func(side float64) float64 {
		r := max(1-q+side*math.Sqrt(q), 0.05)
		return loss * r * r * r
	}
	return edge(-1), edge(1)
}

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
	for _, c := range curves {
		x, l := asFloats(c.Steps), lookOf(c.Family)
		p := Panel{X: stepAxis(lastStep(curves)), Y: lossAxis()}
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
			p.References = []Reference{{At: c.Floor, Label: "floor"}}
		}
		f.Panels = append(f.Panels, p)
	}
	shareY(f.Panels, deepest)
	return f
}
