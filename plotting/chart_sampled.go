package plotting

import (
	"fmt"
	"math"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(SampledCurves)

// SampledCurves returns the figure of sampled loss against steps, or of another
// quantity that was observed: the mean of the runs as a line, and the band that
// holds the stated share of them. Where runs overflowed the mean is infinite
// from there on: the line ends in an arrow, and a note counts them.
func SampledCurves(curves []theory.SampledCurve) Figure {
	curves = told(curves, func(c *theory.SampledCurve) (string, *string) { return c.Problem, &c.Method })
	family := func(c theory.SampledCurve) string { return c.Family }
	palette := newPalette(mapped(curves, family))
	panel := Panel{Y: quantityAxis(curves)}
	last := 0
	for _, c := range curves {
		last = max(last, lastOf(c.Steps))
	}
	panel.X = stepAxis(last, mapped(curves, func(c theory.SampledCurve) string { return c.Method })...)
	t := table.Text("method", "t", "mean", "standard error", "low", "high")
	var notes []string
	ceiling := sampledCeiling(curves)
	for _, c := range curves {
		l := palette.next(c.Family)
		panel.Series = append(panel.Series,
			below(ceiling, panel.X.fromStart(Series{Name: c.Method, X: asFloats(c.Steps), Y: c.Mean, Color: l.color, Dash: l.dash})),
			bandBelow(ceiling, panel.X.fromStart(bandOf(c, l, c.Method))))
		notes = append(append(notes, overflowNote(c)...), partialRuns(c.Method, c.Partial, c.Trials)...)
		if k := len(c.Steps) - 1; k >= 0 {
			t.Rows = append(t.Rows, table.Texts(c.Method, fmt.Sprint(c.Steps[k]),
				number(c.Mean[k]), number(c.StdErr[k]), number(c.Low[k]), number(c.High[k])))
		}
	}
	f := Figure{Panels: []Panel{panel}, Table: t, Notes: notes}
	f.Title = "Sampled " + quantityOf(curves) + ": " + common(mapped(curves, func(c theory.SampledCurve) string { return c.Problem }))
	if len(curves) > 0 {
		f.Caption = fmt.Sprintf("Mean of %d runs of the update rule (seed %d); the band holds the central %g%% of them.",
			curves[0].Trials, curves[0].Seed, 100*curves[0].Level)
	}
	return f.found(sampledFinding(curves)).linked()
}

// quantityOf names what the curves are of.
func quantityOf(curves []theory.SampledCurve) string {
	if len(curves) == 0 || curves[0].Quantity == "" {
		return "loss"
	}
	return curves[0].Quantity
}

// quantityAxis returns the axis of the loss, or of another quantity:
// logarithmic if that is positive and spread over more than a decade.
func quantityAxis(curves []theory.SampledCurve) Axis {
	if quantityOf(curves) == "loss" {
		return lossAxis()
	}
	a := Axis{Label: quantityOf(curves)}
	low, high := math.Inf(1), 0.0
	for _, c := range curves {
		for k := range c.Steps {
			low, high = min(low, c.Low[k], c.Mean[k]), max(high, c.Mean[k])
		}
	}
	if low > 0 && high > 10*low {
		a.Scale = Log10
	}
	return a
}

// sampledCeiling returns the value above which curves of runs that overflowed are
// cut; +Inf where none did.
func sampledCeiling(curves []theory.SampledCurve) float64 {
	top, any := 0.0, false
	for _, c := range curves {
		any = any || len(c.Diverged) > 0
		for k, v := range c.High {
			if k == 0 || len(c.Diverged) == 0 {
				top = max(top, v, c.Mean[k])
			}
		}
	}
	if !any {
		return math.Inf(1)
	}
	return headroom * top
}

// bandBelow cuts a band where its highest runs rise above the ceiling.
func bandBelow(ceiling float64, s Series) Series {
	for k, y := range s.High {
		if y > ceiling || math.IsInf(y, 1) {
			s.X, s.Y, s.High = s.X[:k], s.Y[:k], s.High[:k]
			break
		}
	}
	return s
}

// overflowNote counts the runs of a curve that overflowed.
func overflowNote(c theory.SampledCurve) []string {
	if len(c.Diverged) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: %d of %d runs overflowed, the first at step %d; they count as infinite from there on.",
		c.Method, len(c.Diverged), c.Trials, c.Diverged[0])}
}

// bandOf returns the band of the runs. Where the lowest runs overflow there is
// nothing to shade.
func bandOf(c theory.SampledCurve, l look, name string) Series {
	return Series{Name: name, Kind: KindBand, X: asFloats(c.Steps), Y: c.Low, High: c.High, Color: l.color}
}

var _ = pictures(Agreement)

// Agreement returns the figure that holds closed forms against samples: above,
// the expected loss as a line, the mean of the runs as points and the band of
// the runs; below, the z-score of the mean at each step with the limits that
// decide the verdict.
func Agreement(results []theory.Agreement) Figure {
	results = told(results, func(a *theory.Agreement) (string, *string) { return a.Exact.Problem, &a.Exact.Method })
	palette := newPalette(mapped(results, func(a theory.Agreement) string { return a.Exact.Family }))
	var loss, z Panel
	z.Y = Axis{Label: "z-score"}
	reach, last := 0.0, 0
	for _, a := range results {
		last = max(last, lastOf(a.Exact.Steps))
	}
	loss.X, loss.Y = stepAxis(last, mapped(results, func(a theory.Agreement) string { return a.Exact.Method })...), lossAxis()
	z.X = loss.X
	var verdicts, notes []string
	t := table.Text("method", "worst |z|", "allowed", "verdict", "sees too high", "sees too low", "anywhere too high", "anywhere too low")
	for _, a := range results {
		l := palette.next(a.Exact.Family)
		steps := asFloats(a.Exact.Steps)
		loss.Series = append(loss.Series,
			loss.X.fromStart(Series{Name: a.Exact.Method, X: steps, Y: a.Exact.Loss, Color: l.color, Dash: l.dash, Width: 2}),
			loss.X.fromStart(bandOf(a.Sampled, l, a.Exact.Method)),
			sparse(loss.X.fromStart(Series{Name: a.Exact.Method, Kind: KindPoints, Marker: l.marker, X: steps, Y: a.Sampled.Mean, Color: l.color})))
		z.Series = append(z.Series, loss.X.fromStart(Series{Name: a.Exact.Method, X: steps, Y: a.Z, Color: l.color, Dash: l.dash}))
		z.References = []Reference{{At: a.Threshold, Label: "limit of agreement"}, {At: -a.Threshold}}
		reach = max(reach, a.Threshold, min(a.Worst(), 10*a.Threshold))
		verdicts = append(verdicts, verdict(a))
		notes = append(append(notes, overflowNote(a.Sampled)...), partialRuns(a.Sampled.Method, a.Sampled.Partial, a.Sampled.Trials)...)
		t.Rows = append(t.Rows, table.Texts(a.Exact.Method, number(a.Worst()), number(a.Threshold), verdictWord(a),
			part(a.Sharpest.High), part(a.Sharpest.Low), part(a.Bluntest.High), part(a.Bluntest.Low)))
	}
	z.Y.Min, z.Y.Max = -math.Ceil(reach+1), math.Ceil(reach+1)
	return Figure{
		Title:   "Theory against samples: " + common(mapped(results, func(a theory.Agreement) string { return a.Exact.Problem })),
		Caption: strings.Join(verdicts, " "),
		Panels:  []Panel{loss, z},
		Notes:   notes,
		Table:   t,
	}.found(agreementFinding(results)).linked()
}

func verdict(a theory.Agreement) string {
	return fmt.Sprintf("%s: expected loss (line) and mean of %d runs (points; the band holds %g%% of the runs) %s: largest |z| %.2f of %.2f allowed, false-alarm rate %g over all %d steps together%s. %s",
		a.Exact.Method, a.Sampled.Trials, 100*a.Sampled.Level, verdictWord(a), a.Worst(), a.Threshold, a.FalseAlarm, len(a.Z), basisWords(a.Basis), sightWords(a))
}

// basisWords says what a verdict rests on, where that is not the exact law.
func basisWords(b theory.Basis) string {
	switch b {
	case theory.BoundedLaw:
		return ", from bounds that hold for the law of these runs"
	case theory.ShownSpread:
		return " for a loss that is too high; for one too low it rests on the spread of the runs, and is not proved"
	}
	return ""
}

// sightWords says which errors a check excludes.
func sightWords(a theory.Agreement) string {
	if a.Sharpest.Step == a.Bluntest.Step {
		return fmt.Sprintf("At t = %d it finds, with probability 0.95, %s.", a.Sharpest.Step, errorWords(a.Sharpest))
	}
	return fmt.Sprintf("It finds, with probability 0.95, %s at t = %d, where the loss scatters least, and %s at t = %d, where it scatters most.",
		errorWords(a.Sharpest), a.Sharpest.Step, errorWords(a.Bluntest), a.Bluntest.Step)
}

func errorWords(s theory.Sight) string {
	switch high, low := math.IsInf(s.High, 1), math.IsInf(s.Low, 1); {
	case high && low:
		return "no loss however wrong"
	case low:
		return fmt.Sprintf("a loss %s too high, none too low", part(s.High))
	}
	return fmt.Sprintf("a loss %s too high or %s too low", part(s.High), part(s.Low))
}

// part writes a relative error as a percentage.
func part(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "none"
	case v >= 0.1:
		return fmt.Sprintf("%.0f%%", 100*v)
	}
	return fmt.Sprintf("%.2g%%", 100*v)
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
