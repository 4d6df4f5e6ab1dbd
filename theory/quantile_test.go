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

// lawAt checks P(L(0) <= level) and its inverse against the exact lower and upper
// tails: the probability to 10^-9, the smaller tail at the quantile to 10^-6 of itself.
func lawAt(t *testing.T, name string, p Problem, tails func(level float64) (below, above float64), probabilities ...float64) {
	t.Helper()
	for _, pr := range probabilities {
		q := must(LossQuantiles(p, 0, SGD(0.1), pr))[0]
		below, above := tails(q)
		off := math.Abs(below-pr) / pr
		if pr > 0.5 {
			off = math.Abs(above-(1-pr)) / (1 - pr)
		}
		if !(off < 1e-6) {
			t.Errorf("%s: quantile %v = %v has %v below and %v above", name, pr, q, below, above)
		}
		if got := must(LossProbability(p, 0, SGD(0.1), q)); !(math.Abs(got-below) < 1e-9) {
			t.Errorf("%s: P(L <= %v) = %v, want %v", name, q, got, below)
		}
	}
}

// One direction from a certain place: P(½X² <= q) by two error functions. With
// distance 10^4 the loss is certain to four digits, and hardly skewed.
func TestLawOfOneDirection(t *testing.T) {
	for _, distance := range []float64{0, 0.1, 1, 10, 100, 1e4, 1e6} {
		tails := func(level float64) (below, above float64) {
			x := math.Sqrt(2 * level)
			far, near := (x+distance)/math.Sqrt2, (x-distance)/math.Sqrt2
			above = (math.Erfc(near) + math.Erfc(far)) / 2
			if near < 0 {
				return (math.Erfc(-near) - math.Erfc(far)) / 2, above
			}
			return (math.Erf(near) + math.Erf(far)) / 2, above
		}
		p := started([]float64{distance}, []float64{1}, nil)
		lawAt(t, "one direction", p, tails, 1e-9, 1e-3, 0.05, 0.5, 0.95, 0.999)
	}
}

// Two directions of variance 1 are an exponential law, many of variance v a gamma
// law; the sum of the two is by the incomplete gamma function. The cut of the
// first is the nearest; the others are as wide, or far narrower, or far wider.
func TestLawOfTwoGroups(t *testing.T) {
	for _, many := range []float64{10, 1000, 1e4} {
		for _, v := range []float64{0.3, 0.1, 0.03, 0.01, 0.001} {
			a := many / 2
			tails := func(level float64) (below, above float64) {
				above = mathext.GammaIncRegComp(a, level/v) +
					math.Exp(-level-a*math.Log1p(-v)+math.Log(mathext.GammaIncReg(a, level*(1-v)/v)))
				return 1 - above, above
			}
			p := started([]float64{0, 0}, []float64{1, v}, []float64{2, many})
			lawAt(t, "two groups", p, tails, 0.05, 0.5, 0.95, 0.999)
		}
	}
}

// Many equal directions: a chi-square, up to 10^9 of them by Wilson and
// Hilferty's formula, whose error falls as 1/n.
func TestLawOfManyDirections(t *testing.T) {
	for _, n := range []float64{100, 1e4, 1e5} {
		tails := func(level float64) (below, above float64) {
			return mathext.GammaIncReg(n/2, level), mathext.GammaIncRegComp(n/2, level)
		}
		lawAt(t, "equal directions", started([]float64{0}, []float64{1}, []float64{n}), tails, 1e-6, 0.05, 0.5, 0.95, 0.999)
	}
	const n = 1e9
	z := mathext.NormalQuantile(0.05)
	want := n / 2 * math.Pow(1-2/(9*n)+z*math.Sqrt(2/(9*n)), 3)
	got := must(LossQuantiles(started([]float64{0}, []float64{1}, []float64{n}), 0, SGD(0.1), 0.05))[0]
	near(t, "10^9 directions", (got-n/2)/math.Sqrt(n/2), (want-n/2)/math.Sqrt(n/2), 1e-7)
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
