package theory

import (
	"math"
	"math/cmplx"
	"strings"
	"testing"
)

// The map looks at the ends of the spectrum; here every direction is asked,
// by the roots of z² - (1+β-αh) z + β.
func TestPhasesAreThoseOfEveryDirection(t *testing.T) {
	p := must(PowerLaw(300, 1))
	m := must(PhaseMapOf(p, 17))
	lowest := math.Inf(1)
	for i, beta := range m.Momentum {
		for k, alpha := range m.LearningRate {
			want := 0.0
			for _, h := range p.Curvature {
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
	for _, bad := range []struct {
		p    Problem
		n    int
		want string
	}{{p, 0, "want 1 or more"}, {Problem{}, 3, "at least one curvature"}} {
		if _, err := PhaseMapOf(bad.p, bad.n); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("got %v, want an error with %q", err, bad.want)
		}
	}
}
