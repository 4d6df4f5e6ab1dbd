package nqmkit

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// C is that of labels where it is a multiple of H, in any units.
func TestLabelNoiseOfMatrices(t *testing.T) {
	for _, unit := range []float64{1e-200, 1e-12, 1, 1e12, 1e100} {
		h := mat.NewSymDense(2, []float64{2 * unit, unit, unit, 3 * unit})
		if got := (Dense{Hessian: h, Noise: h}).labelNoise(); math.Abs(got-1) > 1e-15 {
			t.Errorf("C = H in units of %g: σ = %v, want 1", unit, got)
		}
		for _, c := range [][]float64{{3, 1, 1, 2}, {2, 1 + 1e-9, 1 + 1e-9, 3}, {2, 0, 0, 3}} {
			noise := mat.NewSymDense(2, c)
			noise.ScaleSym(unit, noise)
			if got := (Dense{Hessian: h, Noise: noise}).labelNoise(); got != 0 {
				t.Errorf("C = %v, H in units of %g: σ = %v, want none", c, unit, got)
			}
		}
	}
}
