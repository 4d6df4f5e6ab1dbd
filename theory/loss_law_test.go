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

// Near 0 the law of d squares of any weights is P(Q <= q) = Π r_i^(-½) q^(d/2)/Γ(d/2+1),
// but for a factor 1 + O(q/r): far down the quantiles are its inverse.
func TestLawNearZero(t *testing.T) {
	for _, weights := range [][]float64{{1, 0.3, 0.02}, {5, 1, 1e-3, 7e-3, 0.4}, {1, 2, 3, 4, 5, 6, 7, 8}} {
		d := float64(len(weights))
		p := Problem{Curvature: weights, Variance: constant(len(weights), 1)}
		law := must(LossLawOf(p, 0, SGD(0.1)))
		least, product := math.Inf(1), 1.0
		for _, r := range weights {
			least, product = math.Min(least, r), product/math.Sqrt(r)
		}
		for _, pr := range []float64{1e-45, 1e-60, 1e-100, 1e-200, 1e-300} {
			q := must(law.Quantile(pr))
			want := math.Pow(pr*math.Gamma(d/2+1)/product, 2/d)
			near(t, "quantile", q, want, 1e-9+2*want/least)
		}
	}
}

// A fan follows each direction once for all of its steps, not once for each.
func TestFanFollowsEachDirectionOnce(t *testing.T) {
	asked := 0
	m := Linear{Name: "counted", System: func(h float64) System {
		asked++
		return System{State: [][]float64{{1 - 0.1*h, -0.09}, {h, 0.9}}, Noise: []float64{-0.1, 1}, Readout: []float64{1, 0}}
	}}
	p := Problem{Curvature: []float64{3, 2, 1, 0.5}, Noise: []float64{1, 1, 1, 1}, Variance: []float64{1, 0, 1, 2}}
	count := func(n int) int {
		asked = 0
		var steps []int
		for t := range n {
			steps = append(steps, 3*t)
		}
		must(LossFan(p, steps, m))
		return asked
	}
	if few, many := count(2), count(60); many != few {
		t.Errorf("60 steps ask for the matrices %d times, 2 steps %d times", many, few)
	}
}
