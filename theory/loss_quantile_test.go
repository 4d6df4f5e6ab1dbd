package theory

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

// started is a problem whose loss at the start is ½ Σ (mean + √variance Z)².
func started(mean, variance, multiplicity []float64) Problem {
	return Problem{Curvature: constant(len(variance), 1), Mean: mean, Variance: variance, Multiplicity: multiplicity}
}

// The unit of the loss does not matter, nor a large part that is certain.
func TestLawHasNoUnit(t *testing.T) {
	unit := must(LossQuantiles(started([]float64{0.5}, []float64{1}, nil), 0, SGD(0.1), 0.05, 0.5, 0.95))
	for _, scale := range []float64{1e-280, 1e-100, 1e100, 1e280} {
		p := started([]float64{0.5}, []float64{1}, nil)
		p.Curvature[0] = scale
		for k, q := range must(LossQuantiles(p, 0, SGD(0.1/scale), 0.05, 0.5, 0.95)) {
			near(t, "in another unit", q/scale, unit[k], 1e-9)
		}
	}
	p := started([]float64{1, 0}, []float64{0, 1}, nil)
	p.Curvature[1] = 1e-20
	near(t, "certain but for 10^-20", must(LossQuantiles(p, 0, SGD(0.1), 0.05))[0], 0.5, 1e-15)
	p.Curvature[1] = 1e-6
	square := math.Pow(mathext.NormalQuantile(0.975), 2) // 95% of χ² with one degree
	near(t, "certain but for 10^-6", (must(LossQuantiles(p, 0, SGD(0.1), 0.95))[0]-0.5)*2e6, square, 1e-9)
}
