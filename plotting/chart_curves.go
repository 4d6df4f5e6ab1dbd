package plotting

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = together(LossCurves)

// LossCurves returns the figure of expected loss against steps, one line for
// each curve, with the steady-state risk (the floor) as a grey line where few
// enough curves leave room. The loss axis is logarithmic; the axis of steps is
// so from a thousand steps on, unless a method has a schedule.
//
// A curve that grows without bound ends in an arrow where it leaves the range
// of the others.
func LossCurves(curves []theory.Curve) Figure {
	curves = told(curves, func(c *theory.Curve) (string, *string) { return c.Problem, &c.Method })
	panel := Panel{X: stepAxis(lastStep(curves), mapped(curves, func(c theory.Curve) string { return c.Method })...), Y: lossAxis()}
	ceiling := ceilingOf(curves)
	palette := newPalette(mapped(curves, func(c theory.Curve) string { return c.Family }))
	var bands []Series
	for _, c := range curves {
		l := palette.next(c.Family)
		panel.Series = append(panel.Series, below(ceiling, panel.X.fromStart(Series{
			Name: curveName(c), X: asFloats(c.Steps), Y: c.Loss, Color: l.color, Dash: l.dash, Width: 2,
		})))
		if c.Low != nil {
			bands = append(bands, bandBelow(ceiling, panel.X.fromStart(
				Series{Name: curveName(c), Kind: KindBand, X: asFloats(c.Steps), Y: c.Low, High: c.High, Color: l.color})))
		}
	}
	labelEnds(panel.Series)
	panel.Series = append(bands, panel.Series...)
	panel.References = floors(curves)
	return Figure{
		Title:   "Expected loss: " + commonProblem(curves),
		Caption: curvesCaption(curves),
		Panels:  []Panel{panel},
		Table:   curvesTable(curves),
	}.found(curvesFinding(curves)).linked()
}

func lastStep(curves []theory.Curve) int {
	last := 0
	for _, c := range curves {
		if len(c.Steps) > 0 {
			last = max(last, c.Steps[len(c.Steps)-1])
		}
	}
	return last
}

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

func curveName(c theory.Curve) string {
	if c.Diverges() {
		return c.Method + diverging
	}
	return c.Method
}

// diverging stands behind the name of a curve that grows without bound.
const diverging = " (diverges)"

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
			label := "floor, " + c.Method
			if len(curves) == 1 {
				label = "floor"
			}
			lines = append(lines, Reference{At: c.Floor, Label: label, Of: curveName(c)})
		}
	}
	shareLabels(lines, crowded*math.Log(high/low))
	return lines
}

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
	caption := "Expected loss, exact, over the start and the gradient noise."
	for _, c := range curves {
		if c.Diverges() {
			caption = "Expected loss, exact. An arrow marks a curve that grows without bound."
		}
	}
	if slices.ContainsFunc(curves, func(c theory.Curve) bool { return c.Low != nil }) {
		caption += " A band holds the loss on the spectra that the measured one may stand for, to two standard errors of its random vectors."
	}
	return caption
}

// curvesTable lists each curve at a few of its own steps: in a row, if all have
// the same steps, else in a row for each step.
func curvesTable(curves []theory.Curve) table.Table {
	if len(curves) == 0 {
		return table.Table{}
	}
	steps := curves[0].Steps
	for _, c := range curves {
		if !slices.Equal(c.Steps, steps) {
			return curvesRows(curves)
		}
	}
	heads := []string{"method"}
	at := few(len(steps), 5)
	for _, k := range at {
		heads = append(heads, fmt.Sprintf("L(%d)", steps[k]))
	}
	t := table.Text(append(heads, "floor")...)
	for _, c := range curves {
		row := []string{c.Method}
		for _, k := range at {
			row = append(row, number(c.Loss[k]))
		}
		t.Rows = append(t.Rows, table.Texts(append(row, number(c.Floor))...))
	}
	return t
}

func curvesRows(curves []theory.Curve) table.Table {
	t, all := table.Text("method", "step t", "L(t)", "floor"), 0
	for _, c := range curves {
		all += len(c.Steps)
		for _, k := range few(len(c.Steps), 5) {
			t.Rows = append(t.Rows, table.Texts(c.Method, fmt.Sprint(c.Steps[k]), number(c.Loss[k]), number(c.Floor)))
		}
	}
	return partOf(t, all)
}

// commonProblem names the problem of the curves, if they share one.
func commonProblem(curves []theory.Curve) string {
	return common(mapped(curves, func(c theory.Curve) string { return c.Problem }))
}
