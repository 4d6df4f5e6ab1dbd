package plotting

import (
	"errors"
	"fmt"
	"math"
	"slices"

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
		s := amplified(m, methods[0], curvatures)
		s.Name, s.Color, s.Dash, s.Width = m.String(), l.color, l.dash, 2
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
	}.found(amplificationFinding(methods[0].String(), panel.Series)).linked(), nil
}

// stationary returns the stationary variance of θ at noise variance 1.
func stationary(m theory.Method, h float64) float64 { return m.Mode(h, 1).Limit().Noise }

// amplified returns the ratio of the stationary variances of two methods over the
// curvatures, and over as many between them as a smooth line takes.
func amplified(m, against theory.Method, curvatures []float64) Series {
	ratio := func(h float64) float64 { return stationary(m, h) / stationary(against, h) }
	at := slices.Compact(slices.Sorted(slices.Values(curvatures)))
	var s Series
	for k, h := range at {
		r := ratio(h)
		if k > 0 {
			s.bend(ratio, [2]float64{at[k-1], s.Y[len(s.Y)-1]}, [2]float64{h, r}, mostHalvings)
		}
		s.X, s.Y = append(s.X, h), append(s.Y, r)
	}
	s.Y = known(s.Y)
	s.X = s.X[:len(s.Y)]
	return s
}

// A line on logarithmic axes is smooth when its middle between two points is within
// this of the straight one, or after so many halvings.
const (
	smooth       = 0.0005
	mostHalvings = 24
)

// bend adds the points of a function between two of its points that a smooth line
// on logarithmic axes takes.
func (s *Series) bend(f func(float64) float64, from, to [2]float64, halvings int) {
	x := math.Sqrt(from[0] * to[0])
	y := f(x)
	off := math.Abs(math.Log(y) - (math.Log(from[1])+math.Log(to[1]))/2)
	if halvings == 0 || !(min(from[1], to[1], y) > 0) || off <= smooth && halvings < mostHalvings-1 || math.IsInf(y, 1) && math.IsInf(from[1], 1) {
		return
	}
	s.bend(f, from, [2]float64{x, y}, halvings-1)
	s.X, s.Y = append(s.X, x), append(s.Y, y)
	s.bend(f, [2]float64{x, y}, to, halvings-1)
}

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
