package theory

import (
	"math"
	"math/cmplx"
	"slices"
	"strings"
	"testing"
)

// The map looks at the ends of the spectrum; here every direction is asked,
// by the roots of z² - (1+β-αh) z + β.
func TestPhasesAreThoseOfEveryDirection(t *testing.T) {
	p := must(PowerLaw(300, 1))
	near(t, "decades to the last stable rate", must(PhaseMapOf(p, 1)).LearningRate[0], 4*math.Pow(10, (0.5-math.Log10(300))/2), 1e-12)
	for _, test := range []struct {
		p     Problem
		rates []float64
	}{{p, nil}, {must(PowerLaw(50, 1)), nil}, {p, []float64{0.001, 0.1, 1, 3.9, 4.1}}} {
		m := must(PhaseMapOf(test.p, 17, test.rates...))
		if test.rates != nil && !slices.Equal(m.LearningRate, test.rates) {
			t.Errorf("rates %v", m.LearningRate)
		}
		lowest := math.Inf(1)
		for i, beta := range m.Momentum {
			for k, alpha := range m.LearningRate {
				want := 0.0
				for _, h := range test.p.Curvature {
					s := 1 + beta - alpha*h
					root := cmplx.Sqrt(complex(s*s-4*beta, 0))
					want = max(want, cmplx.Abs(complex(s, 0)+root)/2, cmplx.Abs(complex(s, 0)-root)/2)
				}
				near(t, "radius", m.Radius[i][k], want, 1e-9)
				lowest = min(lowest, m.Radius[i][k])
			}
		}
		if !(m.Best.Radius < lowest) {
			t.Errorf("the best pair has radius %v, a cell of the map %v", m.Best.Radius, lowest)
		}
	}
	for _, bad := range []struct {
		p     Problem
		n     int
		rates []float64
		want  string
	}{{p, 0, nil, "want 1 or more"}, {Problem{}, 3, nil, "at least one curvature"}, {p, 3, []float64{0, 1}, "rate 0 of a map is 0"},
		{p, 3, []float64{1, 1}, "rate 1 of a map is 1"}, {p, 3, []float64{0.1}, "a map of the one learning rate 0.1: want two or more"}, {p, 3, []float64{1, math.NaN()}, "is NaN"}, {p, 3, []float64{1, math.Inf(1)}, "is +Inf"}} {
		if _, err := PhaseMapOf(bad.p, bad.n, bad.rates...); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("got %v, want an error with %q", err, bad.want)
		}
	}
}
