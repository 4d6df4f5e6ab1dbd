package theory

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mathext"

	"nqm/theory/longtest"
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

// Sums over a power law that no quadrature resolves are refused: they were given with an
// error of 8e-4, which no word said.
func TestUnresolvedLawsAreRefused(t *testing.T) {
	longtest.Only(t)
	p := must(PowerLaw(100_000, 1.638))
	m := Momentum(0.873073, 1-1e-9).Lookahead(2, 0.922766).TailAverage(2_627_855).Precondition(0.14231)
	steps := []int{37_099_968, 111_299_904, 333_899_713}
	for what, err := range map[string]error{
		"LossFan": second(LossFan(p, steps, m)), "LossQuantiles": second(LossQuantiles(p, steps[1], m, 0.5)), "NoiseScalesOf": second(NoiseScalesOf(p, steps, m)),
	} {
		if err == nil || !strings.Contains(err.Error(), "rings too fast for its directions to be summed") {
			t.Errorf("%s: error %v", what, err)
		}
	}
}
