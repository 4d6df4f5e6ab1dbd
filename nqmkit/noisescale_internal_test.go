package nqmkit

import "testing"

// A trial of the estimator has gradients of its own, not those of the run that
// led to the point.
func TestScalesHaveTheirOwnGradients(t *testing.T) {
	p := TwoDirections(50, 1)
	l := must(landscapeOf(p))
	point := []float64{1, 1}
	first := make([]float64, 2)
	g := must(l.lay(1, 0))
	g.begin(make([]float64, 2), 7, 0)
	g.gradient(point, first, 1)
	estimates(l, Trials(1, 7), func(g ground) scaleParts {
		slope := make([]float64, 2)
		g.gradient(point, slope, 1)
		if slope[0] == first[0] {
			t.Errorf("the gradient %v is that of the first step of run 0", slope)
		}
		return scaleParts{1, 1}
	})
}
