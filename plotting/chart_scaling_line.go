package plotting

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

// scalingLine is one method of a scaling with every batch size: those that an
// interrupt left out are nil.
type scalingLine struct {
	name  string
	look  look
	batch Values
	tuned []*theory.Tuned
	alone bool // it has no label at its end
}

func scalingLines(s theory.Scaling) []scalingLine {
	palette := newPalette(mapped(s.Curves, func(c theory.ScalingCurve) string { return c.Family }))
	lines := make([]scalingLine, len(s.Curves))
	names := table.Distinct(mapped(s.Curves, scalingName))
	for i, c := range s.Curves {
		l := scalingLine{name: names[i], look: palette.next(c.Family), batch: s.BatchSizes,
			tuned: make([]*theory.Tuned, len(s.BatchSizes)), alone: len(s.Curves) < 2 || len(s.Curves) > mostEnds}
		for k := range c.Points {
			at := k
			if len(c.Points) < len(s.BatchSizes) { // an interrupt left some out
				at = slices.Index(s.BatchSizes, max(c.Points[k].Optimizer.BatchSize, 1))
			}
			if 0 <= at && at < len(l.tuned) {
				l.tuned[at] = &c.Points[k]
			}
		}
		lines[i] = l
	}
	return lines
}

// scalingName names a curve with the settings that were given, not chosen, as
// in "momentum, β=0.9, p=0.5".
func scalingName(c theory.ScalingCurve) string {
	if len(c.Points) == 0 {
		return c.Family
	}
	t := c.Points[0]
	o, name := t.Optimizer, c.Family
	for _, q := range theory.Settings() {
		if !q.CanBeFree() || q.IsNeutral(o) || chose(t, q) {
			continue
		}
		name += fmt.Sprintf(", %s%g", q.Prefix, q.Of(o))
		if q.OfGradient {
			name = strings.TrimPrefix(name, "preconditioned ") // the power says so
		}
	}
	if o.Schedule != nil {
		name += ", " + shapesOf(o.Schedule)
	}
	return name
}

// shapesOf names the shapes of a schedule, whose lengths differ from point to
// point.
func shapesOf(s theory.Schedule) string {
	if len(s) > 3 {
		return fmt.Sprintf("%d pieces", len(s))
	}
	return strings.Join(mapped(s, func(g theory.Segment) string { return g.Shape.String() }), " then ")
}

// chose reports whether a setting was chosen.
func chose(t theory.Tuned, s theory.Setting) bool { return slices.Contains(t.Free, s.Name) }

// each returns a number of each point, NaN where the target was not reached
// after a step or more.
func (l scalingLine) each(number func(theory.Tuned) float64) Values {
	y := make(Values, len(l.tuned))
	for k, t := range l.tuned {
		y[k] = math.NaN()
		if t != nil && t.Steps.Outcome == theory.Reached && t.Steps.Steps > 0 {
			y[k] = number(*t)
		}
	}
	return y
}

func (l scalingLine) stepCounts() Values {
	return l.each(func(t theory.Tuned) float64 { return float64(t.Steps.Steps) })
}

func (l scalingLine) samples() Values { return l.each(theory.Tuned.Samples) }

// drawnLine returns the line, as one series for each stretch between its gaps.
func (l scalingLine) drawnLine(x, y Values) []Series {
	var parts []Series
	for _, at := range stretches(y) {
		parts = append(parts, Series{Name: l.name, X: x[at[0]:at[1]], Y: y[at[0]:at[1]],
			Color: l.look.color, Dash: l.look.dash, Marker: l.look.marker, Width: 2})
	}
	if n := len(parts); n > 0 && !l.alone {
		parts[n-1].End = l.name
	}
	return parts
}

// reversed returns the line with the batch sizes in falling order.
func (l scalingLine) reversed() scalingLine {
	l.batch, l.tuned = slices.Clone(l.batch), slices.Clone(l.tuned)
	slices.Reverse(l.batch)
	slices.Reverse(l.tuned)
	return l
}

// stepsAt returns the steps at any batch size, interpolated on logarithmic axes
// between two points beside each other, and NaN elsewhere.
func (l scalingLine) stepsAt(batch float64) float64 {
	steps := l.stepCounts()
	for k := range steps {
		if l.batch[k] == batch {
			return steps[k]
		}
		if k > 0 && l.batch[k-1] < batch && batch < l.batch[k] {
			share := math.Log(batch/l.batch[k-1]) / math.Log(l.batch[k]/l.batch[k-1])
			return steps[k-1] * math.Pow(steps[k]/steps[k-1], share)
		}
	}
	return math.NaN()
}

func batchAxis(s theory.Scaling) Axis {
	a := Axis{Label: "batch size B", Scale: Log2}
	if n := len(s.BatchSizes); n > 1 {
		a.Min, a.Max = s.BatchSizes[0], s.BatchSizes[n-1]
	}
	return a
}

// reachOf returns the bounds of an axis that shows a number of every line, and
// zeros if there is none.
func reachOf(lines []scalingLine, number func(scalingLine) Values) (low, high float64) {
	low = math.Inf(1)
	for _, l := range lines {
		for _, y := range number(l) {
			if !math.IsNaN(y) {
				low, high = min(low, y), max(high, y)
			}
		}
	}
	if high == 0 {
		return 0, 0
	}
	return low / 1.6, 1.6 * high
}

// sampleBounds returns the lines of slope -1 that numbers of samples make of
// steps against batch size, with the area below the Bayes bound.
func sampleBounds(s theory.Scaling, y Axis) []Series {
	if len(s.BatchSizes) == 0 || !y.bounded() {
		return nil
	}
	line := func(samples float64) Values {
		return mapped(s.BatchSizes, func(b float64) float64 { return samples / b })
	}
	var drawn []Series
	if n := s.BayesSamples; countable(n) {
		const name = "Bayes bound"
		foot := min(y.Min, n/s.BatchSizes[len(s.BatchSizes)-1]) / 10 // out of sight, also of frames with other axes
		drawn = append(drawn,
			Series{Name: name, Kind: KindBand, X: s.BatchSizes, Y: mapped(s.BatchSizes, func(float64) float64 { return foot }), High: line(n), Color: grey},
			Series{Name: name, X: s.BatchSizes, Y: line(n), Color: grey, Width: 1.5})
	}
	if n := s.MaximumLikelihood; countable(n) {
		drawn = append(drawn, Series{Name: "maximum likelihood", X: s.BatchSizes, Y: line(n), Color: black, Dash: Dashed, Width: 1})
	}
	return drawn
}

// asymptotes returns what the steps of a method would be if they fell like 1/B
// down to the fewest.
func asymptotes(c theory.ScalingCurve, batch []float64) []Series {
	least := float64(c.Fewest)
	if !countable(c.Perfect) || !countable(least) || len(batch) < 2 {
		return nil
	}
	s := Series{Name: "perfect scaling", Color: grey, Dash: Dotted, Width: 1.5}
	corner := c.Perfect / least
	for k, b := range batch {
		if k > 0 && batch[k-1] < corner && corner < b {
			s.X, s.Y = append(s.X, corner), append(s.Y, least)
		}
		s.X, s.Y = append(s.X, b), append(s.Y, max(c.Perfect/b, least))
	}
	return []Series{s}
}

// hyperbolaNodes is how many points a hyperbola is drawn with.
const hyperbolaNodes = 80

// tradeOffModel returns the hyperbola of a curve as far as the axes go, or the
// corner of its fewest steps and samples.
func tradeOffModel(c theory.ScalingCurve, right, top float64) []Series {
	for _, b := range c.Critical {
		if !countable(b.MinSteps) || !countable(b.MinSamples) {
			continue
		}
		s := Series{Name: "fitted hyperbola", Color: grey, Dash: Dotted, Width: 1.5}
		// S = S_min (1 + u), E = E_min (1 + 1/u), with u = B_crit/B.
		low, high := 1/max(top/b.MinSamples-1, 1e-9), max(right/b.MinSteps-1, 1e-9)
		for k := range hyperbolaNodes {
			u := low * math.Pow(high/low, float64(k)/(hyperbolaNodes-1))
			s.X, s.Y = append(s.X, b.MinSteps*(1+u)), append(s.Y, b.MinSamples*(1+1/u))
		}
		return []Series{s}
	}
	if least := float64(c.Fewest); countable(least) && countable(c.Perfect) {
		return []Series{{Name: "fewest steps, fewest samples", Color: grey, Dash: Dotted,
			X: Values{least, least, right}, Y: Values{top, c.Perfect, c.Perfect}}}
	}
	return nil
}

// criticalMarkers tell the definitions of the critical batch size apart.
var criticalMarkers = []Marker{Halo, Cross, Plus}

// criticalMarks returns the critical batch sizes as points on the lines, one
// series for each definition, at the place of their batch size and steps; and
// notes of those that no line has.
func criticalMarks(curves []theory.ScalingCurve, lines []scalingLine, place func(batch, steps float64) (x, y float64)) (marks []Series, notes []string) {
	for n, definition := range definitions(curves) {
		var off, values []string
		s := Series{Name: definition, Kind: KindPoints, Marker: criticalMarkers[n%len(criticalMarkers)], Color: black}
		for i, c := range curves {
			b := criticalBatch(c, definition)
			if steps := lines[i].stepsAt(b.BatchSize); !math.IsNaN(steps) {
				x, y := place(b.BatchSize, steps)
				s.X, s.Y = append(s.X, x), append(s.Y, y)
			} else if math.IsNaN(b.BatchSize) && b.Note != "" && len(c.Points) > 1 && c.Fewest > 0 {
				notes = append(notes, fmt.Sprintf("%s has no critical batch size by %s: %s.", lines[i].name, definition, b.Note))
			} else if countable(b.BatchSize) {
				values = append(values, number(b.BatchSize))
				off = append(off, fmt.Sprintf("%s (%s)", number(b.BatchSize), lines[i].name))
			}
		}
		if len(s.X) > 0 {
			if !strings.HasPrefix(definition, "B") { // a name of a batch size says it
				s.Name = "critical: " + definition
			}
			marks = append(marks, s)
		}
		if len(off) > 1 && len(off) == len(curves) && len(unique(values)) == 1 {
			off = []string{values[0] + " (every method)"}
		}
		if len(off) > 0 {
			notes = append(notes, fmt.Sprintf("Critical batch size by %s, off the line: %s.", definition, strings.Join(off, ", ")))
		}
	}
	return marks, notes
}

// definitions names each definition of the critical batch size once.
func definitions(curves []theory.ScalingCurve) []string {
	var names []string
	for _, c := range curves {
		for _, b := range c.Critical {
			names = append(names, b.Definition)
		}
	}
	return unique(names)
}

// criticalBatch returns the critical batch size of a curve by a definition, NaN
// if it has none.
func criticalBatch(c theory.ScalingCurve, definition string) theory.CriticalBatch {
	for _, b := range c.Critical {
		if b.Definition == definition {
			return b
		}
	}
	return theory.CriticalBatch{Definition: definition, BatchSize: math.NaN()}
}

// setting is a number of an optimizer that the batch size may decide.
type setting struct {
	axis Axis
	of   func(theory.Tuned) float64
	has  func(theory.Tuned) bool // whether a method has it at all
	all  bool                    // drawn of every method if one has it
}

// settings are those that Tune can choose, and the effective learning rate after the
// momentum that makes it.
var settings = func() []setting {
	var all []setting
	for _, s := range theory.Settings() {
		if !s.CanBeFree() {
			continue
		}
		q := setting{
			axis: Axis{Label: s.Name + " " + s.Symbol},
			of:   func(t theory.Tuned) float64 { return s.Of(t.Optimizer) },
			has:  func(t theory.Tuned) bool { return chose(t, s) || !s.OfGradient && !s.IsNeutral(t.Optimizer) },
		}
		switch {
		case s.NearOne:
			q.axis = Axis{Label: s.Name + ", 1 − " + s.Symbol, Scale: Log10}
			q.of = func(t theory.Tuned) float64 { return 1 - s.Of(t.Optimizer) }
		case s.Low == 0 && math.IsInf(s.High, 1):
			q.axis.Scale = Log10
		}
		if all = append(all, q); s.Field == "Momentum" {
			all = append(all, setting{
				axis: Axis{Label: "effective rate α/(1 − β)", Scale: Log10},
				of:   func(t theory.Tuned) float64 { return t.Optimizer.EffectiveLearningRate() },
				has:  func(t theory.Tuned) bool { return !s.IsNeutral(t.Optimizer) },
				all:  true,
			})
		}
	}
	return all
}()

// chosen returns the lines whose method has the setting.
func (q setting) chosen(lines []scalingLine) []scalingLine {
	var with []scalingLine
	for _, l := range lines {
		if slices.ContainsFunc(l.tuned, func(t *theory.Tuned) bool { return t != nil && q.has(*t) }) {
			with = append(with, l)
		}
	}
	if q.all && len(with) > 0 {
		return lines
	}
	return with
}
