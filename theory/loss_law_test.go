package theory

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

// The average of n runs of k equal directions is a gamma law of shape nk/2: both of its
// tails, far out too, with its mean and deviation. A certain part only shifts it.
func TestLawOfAnAverage(t *testing.T) {
	for _, n := range []int{1, 2, 7, 100, 10_000} {
		for _, k := range []float64{1, 2, 30} {
			p := started([]float64{0, 3}, []float64{2, 0}, []float64{k, 1})
			law := must(LossLawOf(p, 0, SGD(0.1))).Average(n)
			shape := float64(n) * k / 2
			near(t, "mean", law.Mean(), 4.5+k, 1e-14)
			near(t, "deviation", law.StdDev(), k/math.Sqrt(shape), 1e-13)
			for _, z := range []float64{-4, -1, 0, 1, 5, 8} {
				x := shape + z*math.Sqrt(shape)
				if x <= 0 {
					continue
				}
				below, above := law.Tails(4.5 + x*k/shape)
				if z <= 0 {
					near(t, "below", below, mathext.GammaIncReg(shape, x), 1e-7)
				} else {
					near(t, "above", above, mathext.GammaIncRegComp(shape, x), 1e-7)
				}
			}
		}
	}
	certain := must(LossLawOf(started([]float64{2}, []float64{0}, nil), 0, SGD(0.1))).Average(5)
	if below, above := certain.Tails(2); below != 1 || above != 0 || certain.StdDev() != 0 {
		t.Errorf("a certain loss: %v at or below it, %v above, deviation %v", below, above, certain.StdDev())
	}
}
