package plotting

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(each("Steps against batch size", func(s theory.Scaling) string { return s.Problem },
	func(s theory.Scaling) string { return fmt.Sprintf("loss %g", s.Target) }, BatchScaling))

// BatchScaling returns the figure of steps to a target against batch size, one
// line a method, on logarithmic axes. Where a method scales perfectly its line
// follows the dotted one, along which B·T is constant; where larger batches
// help no more it follows the level part. In the grey area is no method at all
// (the Bayes bound); the dashed line is what the maximum-likelihood estimator
// takes, which is no bound. The critical batch sizes are marked on the lines, a
// symbol for each definition.
//
// A batch size at which the target was not reached is a gap in the line, and a
// note says why.
func BatchScaling(s theory.Scaling) Figure {
	lines := scalingLines(s)
	p := Panel{X: batchAxis(s), Y: Axis{Label: "steps to loss " + number(s.Target), Scale: Log10}}
	p.Y.Min, p.Y.Max = reachOf(lines, scalingLine.stepCounts)
	if n := s.BayesSamples; p.Y.bounded() && countable(n) {
		p.Y.Min = min(p.Y.Min, n/s.BatchSizes[0]/1.6) // some of the bound is in sight
	}
	p.Series = sampleBounds(s, p.Y)
	for _, c := range s.Curves {
		p.Series = append(p.Series, asymptotes(c, s.BatchSizes)...)
	}
	for _, l := range lines {
		p.Series = append(p.Series, l.drawnLine(l.batch, l.stepCounts())...)
	}
	marks, outside := criticalMarks(s.Curves, lines, func(batch, steps float64) (x, y float64) { return batch, steps })
	p.Series = append(p.Series, marks...)
	return Figure{
		Title: "Steps against batch size: " + s.Problem,
		Caption: fmt.Sprintf("Steps to loss %g, %s. Along the falling part of a dotted line twice the batch takes half the steps (perfect scaling), along its level part it saves none.", s.Target, tunedWords(s.Curves)) +
			boundWords(s) + markWords(marks),
		Alt:    scalingAlt(s, lines),
		Panels: []Panel{orWords(p)},
		Notes:  slices.Concat(partialScaling(s), gapNotes(lines), outside),
		Table:  scalingTable(s),
	}.found(scalingFinding(s, lines)).linked()
}

// TradeOff returns the figure of samples against steps to the same target, one
// line a method and a point each batch size: a larger batch stands further to
// the left, with fewer steps, and higher, with more samples. The dotted
// hyperbola
//
//	(S/S_min - 1)(E/E_min - 1) = 1
//
// is fitted to the points; where they do not determine it, a corner has the
// fewest steps and the fewest samples of any point. In the grey area, below the
// Bayes bound, is no method at all.
func TradeOff(s theory.Scaling) Figure {
	lines := scalingLines(s)
	p := Panel{X: Axis{Label: "steps to loss " + number(s.Target), Scale: Log10}, Y: Axis{Label: "samples B·T", Scale: Log10}}
	_, right := reachOf(lines, scalingLine.stepCounts)
	p.Y.Min, p.Y.Max = reachOf(lines, scalingLine.samples)
	for _, c := range s.Curves {
		p.Series = append(p.Series, tradeOffModel(c, right, p.Y.Max)...)
	}
	if n := s.BayesSamples; countable(n) && p.Y.bounded() {
		p.Y.Min = min(p.Y.Min, n/3)
		p.Regions = []Region{{From: 0, To: n, Label: "no method: below the Bayes bound"}}
	}
	if n := s.MaximumLikelihood; countable(n) && p.Y.bounded() {
		p.References = []Reference{{At: n, Label: "maximum likelihood, no bound"}}
	}
	for _, l := range lines {
		l = l.reversed() // its label at the end of the small batches, where the lines are apart
		p.Series = append(p.Series, l.drawnLine(l.stepCounts(), l.samples())...)
	}
	marks, outside := criticalMarks(s.Curves, lines, func(batch, steps float64) (x, y float64) { return steps, batch * steps })
	p.Series = append(p.Series, marks...)
	return Figure{
		Title: "Samples against steps: " + s.Problem,
		Caption: fmt.Sprintf("Samples and steps to loss %g, %s; each point is a batch size. A larger batch goes to the left and up: fewer steps, paid for with samples. Dotted: the hyperbola fitted to the points.", s.Target, tunedWords(s.Curves)) +
			boundWords(s) + markWords(marks),
		Panels: []Panel{orWords(p)},
		Notes:  slices.Concat(partialScaling(s), gapNotes(lines), outside),
		Table:  scalingTable(s),
	}.found(tradeFinding(s, lines)).linked()
}

// BestSettings returns the figure of the best settings against batch size, a
// panel for each that some method has: the learning rate α; of momentum 1 - β,
// with the effective learning rate α/(1 - β) of overdamped directions; of an
// average 1 - γ; and the power of a preconditioner where it is chosen.
func BestSettings(s theory.Scaling) Figure {
	lines := scalingLines(s)
	f := Figure{
		Title:   "Best settings for loss " + number(s.Target) + ": " + s.Problem,
		Caption: fmt.Sprintf("The settings that reach loss %g in the fewest steps, %s.", s.Target, tunedWords(s.Curves)),
		Notes:   slices.Concat(partialScaling(s), gapNotes(lines)),
		Table:   settingsTable(lines),
	}
	for _, q := range settings {
		p := Panel{X: batchAxis(s), Y: q.axis}
		for _, l := range q.chosen(lines) {
			p.Series = append(p.Series, withoutEnds(l.drawnLine(l.batch, l.each(q.of)))...)
		}
		if len(p.Series) > 0 {
			f.Panels = append(f.Panels, p)
		}
	}
	if len(f.Panels) == 0 {
		f.Panels = []Panel{orWords(Panel{X: batchAxis(s), Y: settings[0].axis})}
	}
	if f.Columns = len(f.Panels); f.Columns > 3 {
		f.Columns = 2
	}
	return f.found(settingsFinding(s, lines)).linked()
}

// AtBatchSizes returns the figure of a number of the best settings against batch size, one
// line a method: what y says it is. Where the target was not reached, or the number is not
// finite, is a gap; what is not above the foot of a logarithmic axis is left out, and a note
// says so. It panics with one sentence on a nil function.
func AtBatchSizes(s theory.Scaling, y Axis, of func(theory.ScalingCurve, theory.Tuned) float64) Figure {
	if of == nil {
		panic(fmt.Errorf("plotting: AtBatchSizes without a function: want one that says what is drawn"))
	}
	lines, t := scalingLines(s), table.Text("B")
	p := Panel{X: batchAxis(s), Y: y}
	values, low := make([]Values, len(lines)), 0
	for i, l := range lines {
		values[i] = l.each(func(t theory.Tuned) float64 { return finite(of(s.Curves[i], t)) })
		inside := mapped(values[i], func(v float64) float64 {
			if v <= y.Min && y.Scale.logarithmic() {
				low++
				return math.NaN()
			}
			return v
		})
		p.Series = append(p.Series, l.drawnLine(l.batch, inside)...)
		t.Columns = append(t.Columns, table.Column{Name: l.name})
	}
	for _, k := range few(len(s.BatchSizes), 12) {
		row := []string{batchWord(s.BatchSizes[k])}
		for _, v := range values {
			row = append(row, valueText(number6(v[k])))
		}
		t.Rows = append(t.Rows, table.Texts(row...))
	}
	notes := slices.Concat(partialScaling(s), gapNotes(lines))
	if low > 0 {
		notes = append(notes, fmt.Sprintf("Not drawn: %s of %s or less.", several(low, "point"), number(y.Min)))
	}
	return Figure{
		Title:   upper(y.Label) + ": " + s.Problem,
		Caption: fmt.Sprintf("With the settings that reach loss %g in the fewest steps, %s.", s.Target, tunedWords(s.Curves)),
		Panels:  []Panel{orWords(p)},
		Notes:   notes,
		Table:   partOf(t, len(s.BatchSizes)),
	}.found(spreadFinding(s, y.Label, lines, values)).linked()
}
