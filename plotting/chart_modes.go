package plotting

import (
	"fmt"
	"math"
	"sort"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
)

// mostModes is how many eigen-directions one figure follows.
const mostModes = 7

// ModeDecay returns the figure of the expected loss of single eigen-directions
// of a problem under one method, against steps: stiff directions in dark,
// flat ones in light colours. Of many directions it follows seven, evenly
// spread over the order of curvature; each counts once, whatever its
// multiplicity.
//
//	½ h_i E θ_i(t)²
//
// The error names an invalid problem or method, or steps that are not there.
func ModeDecay(p theory.Problem, steps []int, m theory.Method) (Figure, error) {
	if err := p.Validate(); err != nil {
		return Figure{}, err
	}
	if err := m.Validate(); err != nil {
		return Figure{}, err
	}
	if len(steps) == 0 {
		return Figure{}, fmt.Errorf("plotting: modes of %s at no steps: give at least one", m)
	}
	panel := Panel{X: stepAxis(steps[len(steps)-1], m.String()), Y: Axis{Label: "loss, ½ h E θ²", Scale: Log10}}
	t := table.Text("curvature h", "at the start", fmt.Sprintf("t = %d", steps[len(steps)-1]), "floor")
	p = grouped(p)
	chosen := spreadOver(byCurvature(p), mostModes)
	var from, to Values
	for n, i := range chosen {
		d := p.Direction(i)
		mode := m.Mode(d.Curvature, d.Noise)
		s := Series{Name: fmt.Sprintf("h = %.3g", d.Curvature), X: asFloats(steps), Width: 1.8,
			Color: colors.Sequence(n, len(chosen)), Dash: dashes[n%len(dashes)]}
		loss := func(r theory.Response) float64 {
			return d.Curvature / 2 * (r.Factor*r.Factor*d.SecondMoment() + r.Noise)
		}
		for _, t := range steps {
			s.Y = append(s.Y, loss(mode.At(t)))
		}
		from, to = append(from, s.Y[0]), append(to, s.Y[len(s.Y)-1])
		panel.Series = append(panel.Series, panel.X.fromStart(below(headroom*d.Curvature*max(d.SecondMoment(), 1), s)))
		t.Rows = append(t.Rows, table.Texts(number(d.Curvature), number(s.Y[0]), number(s.Y[len(s.Y)-1]), number(loss(mode.Limit()))))
	}
	labelEnds(panel.Series)
	return Figure{
		Title:   fmt.Sprintf("Directions one by one: %s", m),
		Caption: fmt.Sprintf("Expected loss, exact, along single eigen-directions of %s; the darker, the stiffer.", p),
		Panels:  []Panel{panel},
		Table:   t,
	}.found(modesFinding(steps, mapped(panel.Series, func(s Series) string { return s.Name }), from, to)).linked(), nil
}

// byCurvature returns the directions that have curvature, in falling order of it.
func byCurvature(p theory.Problem) []int {
	var order []int
	for i := range p.Len() {
		if p.Curvature[i] > 0 {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return p.Curvature[order[a]] > p.Curvature[order[b]] })
	return order
}

// spreadOver returns at most n entries, evenly spread over the logarithm of
// their rank.
func spreadOver(order []int, n int) []int {
	if len(order) <= n {
		return order
	}
	var chosen []int
	last := -1
	for k := range n {
		rank := int(math.Round(math.Pow(float64(len(order)), float64(k)/float64(n-1)))) - 1
		if rank = max(rank, last+1); rank < len(order) {
			chosen, last = append(chosen, order[rank]), rank
		}
	}
	return chosen
}
