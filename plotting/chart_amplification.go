package plotting

import (
	"errors"
	"fmt"
	"math"

	"nqm/theory"
	"nqm/theory/table"
)

// NoiseAmplification returns the figure of how much more of the gradient noise
// each method keeps at steady state than the first one, in a direction of each
// curvature: the ratio of their stationary variances of θ. A line ends in an
// arrow where its method has no steady state.
// The error names an invalid method or curvature.
func NoiseAmplification(curvatures []float64, methods ...theory.Method) (Figure, error) {
	if len(methods) < 2 {
		return Figure{}, errors.New("plotting: noise amplification of fewer than two methods: give the one to compare with first")
	}
	names := make([]string, len(methods))
	for i, m := range methods {
		if err := m.Validate(); err != nil {
			return Figure{}, err
		}
		names[i] = m.Family()
	}
	for _, h := range curvatures {
		if !(h > 0) || math.IsInf(h, 0) {
			return Figure{}, fmt.Errorf("plotting: noise amplification at curvature %v: want finite numbers > 0", h)
		}
	}
	panel := Panel{
		X:          Axis{Label: "curvature h", Scale: Log10},
		Y:          Axis{Label: "variance of θ, ratio", Scale: Log10},
		References: []Reference{{At: 1, Label: methods[0].String()}},
	}
	t := table.Text("method", "at the smallest h", "at the largest h")
	palette := newPalette(names)
	palette.next(names[0])
	for i, m := range methods[1:] {
		l := palette.next(names[i+1])
		s := Series{Name: m.String(), X: curvatures, Color: l.color, Dash: l.dash, Width: 2}
		for _, h := range curvatures {
			s.Y = append(s.Y, stationary(m, h)/stationary(methods[0], h))
		}
		if s.Y = known(s.Y); len(s.Y) < len(s.X) {
			s.X = s.X[:len(s.Y)]
		}
		panel.Series = append(panel.Series, s)
		if n := len(s.Y); n > 0 {
			t.Rows = append(t.Rows, table.Texts(m.String(), number(s.Y[0]), number(s.Y[n-1])))
		}
	}
	labelEnds(panel.Series)
	return Figure{
		Title:   "Noise amplification against " + methods[0].String(),
		Caption: "Variance of θ at steady state, exact, as a multiple of that of " + methods[0].String() + " at the same curvature and noise.",
		Panels:  []Panel{panel},
		Table:   t,
	}, nil
}

// stationary returns the stationary variance of θ at noise variance 1.
func stationary(m theory.Method, h float64) float64 { return m.Mode(h, 1).Limit().Noise }

// known returns the ratios up to the first that is none: where the method to
// compare with has no steady state either.
func known(ratios Values) Values {
	for k, r := range ratios {
		if math.IsNaN(r) || r == 0 {
			return ratios[:k]
		}
	}
	return ratios
}
