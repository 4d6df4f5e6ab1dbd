package plotting

import (
	"fmt"
	"math"
	"strings"

	"nqm/theory"
)

// SampledCurves returns the figure of sampled loss against steps: the mean of
// the runs as a line, and the band that holds the stated share of them.
func SampledCurves(curves []theory.SampledCurve) Figure {
	family := func(c theory.SampledCurve) string { return c.Family }
	colors := newPalette(families(curves, family))
	var panel Panel
	table := Table{Columns: []string{"method", "t", "mean", "standard error", "low", "high"}}
	for _, c := range curves {
		l := colors.next(c.Family)
		last := len(c.Steps) - 1
		panel.X, panel.Y = stepAxis(c.Steps[last]), lossAxis()
		panel.Series = append(panel.Series,
			panel.X.from(Series{Name: c.Method, X: asFloats(c.Steps), Y: c.Mean, Color: l.color, Dash: l.dash}),
			panel.X.from(bandOf(c, l, c.Method)))
		table.Rows = append(table.Rows, []string{c.Method, fmt.Sprint(c.Steps[last]),
			number(c.Mean[last]), number(c.StdErr[last]), number(c.Low[last]), number(c.High[last])})
	}
	f := Figure{Panels: []Panel{panel}, Table: table}
	f.Title = "Sampled loss: " + common(families(curves, func(c theory.SampledCurve) string { return c.Problem }))
	if len(curves) > 0 {
		f.Caption = fmt.Sprintf("Mean of %d runs of the update rule (seed %d); the band holds the central %g%% of them.",
			curves[0].Trials, curves[0].Seed, 100*curves[0].Level)
	}
	return f
}

// bandOf returns the band of the runs. Where the lowest runs overflow there is
// nothing to shade.
func bandOf(c theory.SampledCurve, l look, name string) Series {
	return Series{Name: name, Kind: Band, X: asFloats(c.Steps), Y: c.Low, High: c.High, Color: l.color}
}

// Agreement returns the figure that holds closed forms against samples: above,
// the expected loss as a line, the mean of the runs as points and the band of
// the runs; below, the z-score of the mean at each step with the limits that
// decide the verdict.
func Agreement(results []theory.Agreement) Figure {
	colors := newPalette(families(results, func(a theory.Agreement) string { return a.Exact.Family }))
	var loss, z Panel
	z.Y = Axis{Label: "z-score"}
	reach := 0.0
	var verdicts []string
	table := Table{Columns: []string{"method", "worst |z|", "allowed", "verdict"}}
	for _, a := range results {
		l := colors.next(a.Exact.Family)
		steps := asFloats(a.Exact.Steps)
		loss.X, loss.Y = stepAxis(a.Exact.Steps[len(steps)-1]), lossAxis()
		z.X = loss.X
		loss.Series = append(loss.Series,
			loss.X.from(Series{Name: a.Exact.Method, X: steps, Y: a.Exact.Loss, Color: l.color, Dash: l.dash, Width: 2}),
			loss.X.from(bandOf(a.Sampled, l, a.Exact.Method)),
			sparse(loss.X.from(Series{Name: a.Exact.Method, Kind: Points, Marker: l.marker, X: steps, Y: a.Sampled.Mean, Color: l.color})))
		z.Series = append(z.Series, loss.X.from(Series{Name: a.Exact.Method, X: steps, Y: a.Z, Color: l.color, Dash: l.dash}))
		z.References = []Reference{{At: a.Threshold, Label: "limit of agreement"}, {At: -a.Threshold}}
		reach = max(reach, a.Threshold, min(a.Worst(), 10*a.Threshold))
		verdicts = append(verdicts, verdict(a))
		table.Rows = append(table.Rows, []string{a.Exact.Method, number(a.Worst()), number(a.Threshold), verdictWord(a)})
	}
	z.Y.Min, z.Y.Max = -math.Ceil(reach+1), math.Ceil(reach+1)
	return Figure{
		Title:   "Theory against samples: " + common(families(results, func(a theory.Agreement) string { return a.Exact.Problem })),
		Caption: strings.Join(verdicts, " "),
		Panels:  []Panel{loss, z},
		Table:   table,
	}
}

func verdict(a theory.Agreement) string {
	return fmt.Sprintf("%s: expected loss (line) and mean of %d runs (points; the band holds %g%% of the runs) %s: largest |z| %.2f of %.2f allowed, false-alarm rate %g over all %d steps together.",
		a.Exact.Method, a.Sampled.Trials, 100*a.Sampled.Level, verdictWord(a), a.Worst(), a.Threshold, a.FalseAlarm, len(a.Z))
}

func verdictWord(a theory.Agreement) string {
	if a.Agrees() {
		return "agree"
	}
	return "DISAGREE"
}

// mostPoints is how many points mark a sampled mean.
const mostPoints = 30

// sparse keeps a readable number of points.
func sparse(s Series) Series {
	var kept Series
	kept, kept.X, kept.Y = s, nil, nil
	for _, k := range few(len(s.X), mostPoints) {
		kept.X, kept.Y = append(kept.X, s.X[k]), append(kept.Y, s.Y[k])
	}
	return kept
}
