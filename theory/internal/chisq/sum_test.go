package chisq

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

// squares is the law of ½ Σ (mean + √variance Z)².
func squares(mean, variance, multiplicity []float64) *Sum {
	var terms []Term
	for i := range mean {
		c := Term{1, variance[i], mean[i] * mean[i] / 2}
		if multiplicity != nil {
			c.Count = multiplicity[i]
		}
		terms = append(terms, c)
	}
	return New(terms)
}

// quantile is that of a probability that is not refused.
func quantile(t *testing.T, l *Sum, p float64) float64 {
	t.Helper()
	q, err := l.Quantile(p)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within*math.Abs(want)) {
		t.Errorf("%s: %v, want %v within %g", what, got, want, within)
	}
}

// lawAt checks P(Q <= level) and its inverse against the exact lower and upper
// tails: the probability to 10^-9, the smaller tail at the quantile to 10^-6 of itself.
func lawAt(t *testing.T, name string, l *Sum, tails func(level float64) (below, above float64), probabilities ...float64) {
	t.Helper()
	for _, pr := range probabilities {
		q := quantile(t, l, pr)
		below, above := tails(q)
		off := math.Abs(below-pr) / pr
		if pr > 0.5 {
			off = math.Abs(above-(1-pr)) / (1 - pr)
		}
		if !(off < 1e-6) {
			t.Errorf("%s: quantile %v = %v has %v below and %v above", name, pr, q, below, above)
		}
		if got := l.Probability(q); !(math.Abs(got-below) < 1e-9) {
			t.Errorf("%s: P(Q <= %v) = %v, want %v", name, q, got, below)
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
		l := squares([]float64{distance}, []float64{1}, nil)
		lawAt(t, "one direction", l, tails, 1e-9, 1e-3, 0.05, 0.5, 0.95, 0.999)
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
			l := squares([]float64{0, 0}, []float64{1, v}, []float64{2, many})
			lawAt(t, "two groups", l, tails, 0.05, 0.5, 0.95, 0.999)
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
		lawAt(t, "equal directions", squares([]float64{0}, []float64{1}, []float64{n}), tails, 1e-6, 0.05, 0.5, 0.95, 0.999)
	}
	const n = 1e9
	z := mathext.NormalQuantile(0.05)
	want := n / 2 * math.Pow(1-2/(9*n)+z*math.Sqrt(2/(9*n)), 3)
	got := quantile(t, squares([]float64{0}, []float64{1}, []float64{n}), 0.05)
	near(t, "10^9 directions", (got-n/2)/math.Sqrt(n/2), (want-n/2)/math.Sqrt(n/2), 1e-7)
}

const bits = 600

func number(x float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(x) }

func zero() *big.Float { return new(big.Float).SetPrec(bits) }

// exponential is e^-x of x >= 0 to a relative 2^-500 at least: that of x/2^k,
// squared k times.
func exponential(x *big.Float) *big.Float {
	k := max(0, x.MantExp(nil))
	part := zero().SetMantExp(x, -k)
	sum, term := number(1), number(1)
	for n := 1; term.Sign() != 0 && term.MantExp(nil) > -bits; n++ {
		term = zero().Quo(zero().Mul(term, part), number(float64(n)))
		sum = zero().Add(sum, term)
	}
	e := zero().Quo(number(1), sum)
	for range k {
		e = zero().Mul(e, e)
	}
	return e
}

// poissonTail is P(N >= a) for a Poisson number of mean x: the lower tail at x of
// half a chi-square with 2a degrees of freedom. All terms are positive.
func poissonTail(a int, x *big.Float) *big.Float {
	term := exponential(x)
	for k := range a {
		term = zero().Quo(zero().Mul(term, x), number(float64(k+1)))
	}
	sum := term
	for k := a + 1; term.Sign() != 0 && term.MantExp(nil) > sum.MantExp(nil)-bits; k++ {
		term = zero().Quo(zero().Mul(term, x), number(float64(k)))
		sum = zero().Add(sum, term)
	}
	return sum
}

// tiny are probabilities down to the smallest that are looked at.
var tiny = []float64{0.3, 1e-3, 1e-9, 1e-20, 1e-39, 1e-41, 1e-60, 1e-100, 1e-143, 1e-200, 1e-299}

// deep checks the lower tail against 600 bits, the probability and the quantile.
func deep(t *testing.T, name string, l *Sum, below func(level float64) *big.Float) {
	t.Helper()
	for _, p := range tiny {
		q := quantile(t, l, p)
		exact, _ := below(q).Float64()
		near(t, fmt.Sprintf("%s: probability below the quantile %v", name, p), exact, p, 1e-10)
		near(t, fmt.Sprintf("%s: probability of %v", name, q), l.Probability(q), exact, 1e-10)
	}
}

// The lower tail of equal directions, central or not: a Poisson mixture of
// Poisson tails.
func TestDeepLowerTail(t *testing.T) {
	for _, n := range []int{2, 4, 10, 100} {
		for _, distance := range []float64{0, 0.5, 2} {
			if n == 100 && distance > 1 {
				continue // hundreds of tails
			}
			l := squares([]float64{distance}, []float64{1}, []float64{float64(n)})
			mix := number(float64(n) * distance * distance / 2)
			deep(t, fmt.Sprint(n, " at ", distance), l, func(level float64) *big.Float {
				weight, sum := exponential(mix), zero()
				for j := 0; weight.Sign() != 0 && (j < n || weight.MantExp(nil) > -60); j++ {
					sum = zero().Add(sum, zero().Mul(weight, poissonTail(n/2+j, number(level))))
					weight = zero().Quo(zero().Mul(weight, mix), number(float64(j+1)))
				}
				return sum
			})
		}
	}
}

// Pairs of different weights: P(Q > q) = Σ c_i e^(-q/r_i), c_i = Π r_i/(r_i-r_j),
// whose difference from 1 cancels nearly everything, but not 600 bits.
func TestDeepTailsOfPairs(t *testing.T) {
	weights := []float64{1, 0.5, 0.3, 0.01, 1e-6}
	l := squares(make([]float64, 5), weights, []float64{2, 2, 2, 2, 2})
	above := func(level float64) *big.Float {
		sum := zero()
		for i, r := range weights {
			c := exponential(zero().Quo(number(level), number(r)))
			for j, s := range weights {
				if j != i {
					c = zero().Quo(zero().Mul(c, number(r)), zero().Sub(number(r), number(s)))
				}
			}
			sum = zero().Add(sum, c)
		}
		return sum
	}
	for _, p := range tiny[:8] { // of 10^-120, 1 - P has 200 bits left
		q := quantile(t, l, p)
		exact, _ := zero().Sub(number(1), above(q)).Float64()
		near(t, fmt.Sprintf("below the quantile %v", p), exact, p, 1e-10)
	}
	for _, level := range []float64{1, 10, 100, 700} {
		_, tail := l.tails(level / l.scale)
		want, _ := above(level).Float64()
		near(t, fmt.Sprintf("above %v", level), tail, want, 1e-9)
	}
}

// One direction has a square root of a law: P(½Z² <= q) = 2 √(q/π) (1 - q/3 + ...).
// Beyond 10^-150 its quantile is refused, in one sentence, unless a part that is
// certain is all that is left.
func TestDeepQuantilesOfOneDirection(t *testing.T) {
	one := squares([]float64{0}, []float64{1}, nil)
	for _, p := range []float64{1e-20, 1e-45, 1e-100, 1e-149} {
		near(t, fmt.Sprint("quantile ", p), quantile(t, one, p), p*p*math.Pi/4, 1e-9)
	}
	if q, err := one.Quantile(1e-160); err == nil || !strings.Contains(err.Error(), "probability 1e-160: its level is below 1e-300 of the mean: want at least 7.98e-151") {
		t.Errorf("quantile 1e-160 is %v, error %v", q, err)
	}
	beside := squares([]float64{1, 0}, []float64{0, 1}, nil)
	near(t, "beside a certain part", quantile(t, beside, 1e-160), 0.5, 0)
}

// Levels at the ends of the range of numbers have their probabilities.
func TestLevelsFarOut(t *testing.T) {
	for _, n := range []float64{1, 3, 1e5} {
		l := squares([]float64{0.1}, []float64{1}, []float64{n})
		last := 0.0
		for _, level := range []float64{-1, 0, 5e-324, 1e-310, 1e-200, 1e-100, 1, 1e3, 1e5, 1e8, 1e200, math.MaxFloat64, math.Inf(1)} {
			p := l.Probability(level)
			if !(p >= last) {
				t.Errorf("%v directions: P(Q <= %v) = %v after %v", n, level, p, last)
			}
			last = p
		}
		if last != 1 || l.Probability(0) != 0 {
			t.Errorf("%v directions: from %v to %v", n, l.Probability(0), last)
		}
	}
}
