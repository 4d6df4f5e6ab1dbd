package plotting

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"unicode/utf8"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(sure(LossCurves), named)

// LossCurves returns the figure of expected loss against steps, one line for
// each curve, with the steady-state risk (the floor) as a grey line where few
// enough curves leave room. The loss axis is logarithmic; the axis of steps is
// so from a thousand steps on.
//
// A curve that grows without bound ends in an arrow where it leaves the range
// of the others.
func LossCurves(curves []theory.Curve) Figure {
	panel := Panel{X: stepAxis(lastStep(curves)), Y: lossAxis()}
	ceiling := ceilingOf(curves)
	palette := newPalette(mapped(curves, func(c theory.Curve) string { return c.Family }))
	for _, c := range curves {
		l := palette.next(c.Family)
		panel.Series = append(panel.Series, below(ceiling, panel.X.from(Series{
			Name: curveName(c), X: asFloats(c.Steps), Y: c.Loss, Color: l.color, Dash: l.dash, Width: 2,
		})))
	}
	labelEnds(panel.Series)
	panel.References = floors(curves)
	return Figure{
		Title:   "Expected loss: " + commonProblem(curves),
		Caption: curvesCaption(curves),
		Panels:  []Panel{panel},
		Table:   curvesTable(curves),
	}
}

// Lines are labelled at their ends while there are few, with short names.
const (
	mostEnds    = 6
	longestName = 24
)

// labelEnds labels each line at its end, if there are more than one and the
// labels have room.
func labelEnds(lines []Series) {
	if len(lines) < 2 || len(lines) > mostEnds {
		return
	}
	for _, s := range lines {
		if utf8.RuneCountInString(s.Name) > longestName {
			return
		}
	}
	for i := range lines {
		lines[i].End = lines[i].Name
	}
}

func stepAxis(last int) Axis {
	a := Axis{Label: "steps t", Max: float64(last)}
	if last >= 1000 {
		a.Scale, a.Min = Log10, 1
	}
	return a
}

// from returns the series from the start of an axis of steps on: the start
// t = 0 has no place on a logarithmic one.
func (a Axis) from(s Series) Series {
	kept := s
	kept.X, kept.Y, kept.High = nil, nil, nil
	for k, x := range s.X {
		if x >= a.Min {
			kept.take(s, k)
		}
	}
	return kept
}

func lossAxis() Axis { return Axis{Label: "loss L(t)", Scale: Log10} }

func lastStep(curves []theory.Curve) int {
	last := 0
	for _, c := range curves {
		if len(c.Steps) > 0 {
			last = max(last, c.Steps[len(c.Steps)-1])
		}
	}
	return last
}

// Curves that diverge may rise to this multiple of what the others need.
const headroom = 30

// ceilingOf returns the loss above which diverging curves are cut.
func ceilingOf(curves []theory.Curve) float64 {
	top := 0.0
	for _, c := range curves {
		for k, l := range c.Loss {
			if k == 0 || !c.Diverges() {
				top = max(top, l)
			}
		}
	}
	return headroom * top
}

// below cuts a series where it first exceeds the ceiling.
func below(ceiling float64, s Series) Series {
	for k, y := range s.Y {
		if y > ceiling {
			s.X, s.Y, s.Diverges = s.X[:k], s.Y[:k], true
			return s
		}
	}
	return s
}

func curveName(c theory.Curve) string {
	if c.Diverges() {
		return c.Method + " (diverges)"
	}
	return c.Method
}

// mostFloors is how many floors a figure names.
const mostFloors = 3

// floors returns the floors that lie in the range of the curves.
func floors(curves []theory.Curve) []Reference {
	var lines []Reference
	if len(curves) > mostFloors {
		return nil
	}
	low, high := math.Inf(1), 0.0 // of all curves
	for _, c := range curves {
		lowest := math.Inf(1)
		for _, l := range c.Loss {
			if lowest = min(lowest, l); l > 0 && !math.IsInf(l, 1) {
				low, high = min(low, l), max(high, l)
			}
		}
		if !c.Diverges() && c.Floor > 0 && c.Floor > lowest/2 {
			lines = append(lines, Reference{At: c.Floor, Label: "floor, " + c.Method})
		}
	}
	shareLabels(lines, crowded*math.Log(high/low))
	return lines
}

// crowded is the part of an axis that a line of text takes.
const crowded = 0.07

// shareLabels gives floors that are too close for a label each, in the
// logarithm, one word for all, on the lowest.
func shareLabels(lines []Reference, close float64) {
	sort.SliceStable(lines, func(i, j int) bool { return lines[i].At < lines[j].At })
	first := 0
	for k := 1; k < len(lines); k++ {
		if math.Log(lines[k].At/lines[k-1].At) > close {
			first = k
			continue
		}
		lines[first].Label, lines[k].Label = "floors", ""
	}
}

func curvesCaption(curves []theory.Curve) string {
	for _, c := range curves {
		if c.Diverges() {
			return "Expected loss, exact. An arrow marks a curve that grows without bound."
		}
	}
	return "Expected loss, exact, over the start and the gradient noise."
}

func curvesTable(curves []theory.Curve) table.Table {
	if len(curves) == 0 {
		return table.Table{}
	}
	heads := []string{"method"}
	at := few(len(curves[0].Steps), 5)
	for _, k := range at {
		heads = append(heads, fmt.Sprintf("L(%d)", curves[0].Steps[k]))
	}
	t := table.Text(append(heads, "floor")...)
	for _, c := range curves {
		row := []string{c.Method}
		for _, k := range at {
			cell := "–" // this curve is not asked there
			if own, ok := slices.BinarySearch(c.Steps, curves[0].Steps[k]); ok {
				cell = number(c.Loss[own])
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, table.Texts(append(row, number(c.Floor))...))
	}
	return t
}

func asFloats(steps []int) []float64 {
	x := make([]float64, len(steps))
	for k, t := range steps {
		x[k] = float64(t)
	}
	return x
}

// commonProblem names the problem of the curves, if they share one.
func commonProblem(curves []theory.Curve) string {
	return common(mapped(curves, func(c theory.Curve) string { return c.Problem }))
}

func common(problems []string) string {
	for _, p := range problems {
		if p != problems[0] {
			return "several problems"
		}
	}
	if len(problems) == 0 {
		return ""
	}
	return problems[0]
}
