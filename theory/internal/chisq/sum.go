// Package chisq is the law of a weighted sum of noncentral chi-squares,
//
//	Q = Σ_j Σ_{k<n_j} ½ (√r_j Z_jk + √(2 b_j))²        Z standard normal, independent
//
// whose cumulant generating function is K(s) = Σ n_j (b_j s/(1-r_j s) - ½ log(1-r_j s)).
//
// # Method
//
// The inversion integral of its moment generating function (Gurland 1948; Imhof
// 1961),
//
//	P(Q > q) = 1/(2πi) ∫ e^{K(s) - sq} ds/s
//
// is taken by the trapezoidal rule along a parabola through the saddle point
// (Rice 1980; Helstrom 1996, saddle-point integration), where it converges
// exponentially.
//
// # Error
//
// A tail, lower or upper, is accurate to 10^-9 of itself, or to 10^-16
// mean/deviation where the deviation is less than 10^-7 of the mean, down to the
// smallest float64 (the tests find 3·10^-11 against arithmetic of 600 bits); with
// levels down to 10^-300 of the mean.
package chisq

import (
	"cmp"
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"nqm/theory/internal/dd"
	"nqm/theory/internal/search"
)

// Term is a number of equal and independent summands with the mean r/2 + b.
// Counts need not be whole, nor positive if the sum is still a law, as of a
// quadrature.
type Term struct{ Count, R, B float64 }

// Sum is the law. Its terms are in units of scale, so that they have the mean 1, the
// largest r first.
type Sum struct {
	terms   []Term
	small   []powers
	shift   float64 // the part that is certain
	scale   float64 // the mean of the rest
	spread  float64 // its standard deviation in units of scale
	largest float64 // r
}

// New returns the law of the sum of the terms.
func New(terms []Term) *Sum {
	var mean, variance, shift dd.Sum
	l := &Sum{}
	for _, c := range terms {
		if c.R == 0 {
			shift.Add(c.Count * c.B)
			continue
		}
		mean.Add(c.Count * (c.R/2 + c.B))
		l.terms = append(l.terms, c)
	}
	l.shift, l.scale = shift.Value(), mean.Value()
	for i := range l.terms {
		c := &l.terms[i]
		c.R, c.B = c.R/l.scale, c.B/l.scale
		variance.Add(c.Count * (c.R*c.R/2 + 2*c.R*c.B))
	}
	l.spread = math.Sqrt(variance.Value())
	slices.SortFunc(l.terms, func(a, b Term) int { return cmp.Compare(b.R, a.R) })
	if len(l.terms) > 0 {
		l.largest = l.terms[0].R
	}
	l.small = powersOf(l.terms)
	return l
}

// Mean returns the mean.
func (l *Sum) Mean() float64 { return l.shift + l.scale }

// Spread returns the standard deviation of what is not certain, in units of its
// mean.
func (l *Sum) Spread() float64 { return l.spread }

// overflows reports whether the sum does.
func (l *Sum) overflows() bool { return !(l.Mean() <= math.MaxFloat64) }

// certain reports whether nothing is left to chance.
func (l *Sum) certain() bool { return len(l.terms) == 0 || l.spread == 0 }

// Average returns the law of the average of n independent sums.
func (l *Sum) Average(n float64) *Sum {
	a := *l
	a.terms = make([]Term, len(l.terms))
	for i, c := range l.terms {
		a.terms[i] = Term{c.Count * n, c.R / n, c.B / n}
	}
	a.spread, a.largest, a.small = l.spread/math.Sqrt(n), l.largest/n, powersOf(a.terms)
	return &a
}

// Tails returns P(Q <= level), 0 where Q overflows, and P(Q > level). The
// smaller of them, about, has all its digits.
func (l *Sum) Tails(level float64) (below, above float64) {
	switch {
	case l.overflows():
		return 0, 1
	case l.certain():
		if level >= l.Mean() {
			return 1, 0
		}
		return 0, 1
	}
	return l.tails((level - l.shift) / l.scale)
}

// Probability returns P(Q <= level); 0 where Q overflows.
func (l *Sum) Probability(level float64) float64 {
	below, _ := l.Tails(level)
	return below
}

// Deviation returns the standard deviation.
func (l *Sum) Deviation() float64 { return l.scale * l.spread }

// least is the smallest level, of the part that is not certain and in units of its
// mean, that is looked at: below it the numbers come near an underflow.
const least = 1e-300

// Quantile returns the level that is not exceeded with a probability in (0, 1), of
// which the smaller of p and 1-p is met to 10^-9 of itself; +Inf where Q overflows.
// The error names a probability whose level is below 10^-300 of the mean.
func (l *Sum) Quantile(p float64) (float64, error) {
	switch {
	case l.overflows():
		return math.Inf(1), nil
	case l.certain():
		return l.Mean(), nil
	}
	excess := func(y float64) float64 {
		below, above := l.tails(math.Exp(y))
		switch { // in a scale in which it is nearly straight
		case p > central && 1-p > central && below > 0 && above > 0:
			return probit(p) - probit(below)
		case p <= 0.5:
			return math.Log(p) - math.Log(below)
		}
		return math.Log(above) - math.Log(1-p)
	}
	y := l.roughly(p)
	root := search.From(y, excess(y), math.Min(1, 0.2*l.spread)) // in the logarithm of the level
	for root.Open(1e-11*math.Min(1, l.spread), 0) {
		y := math.Max(root.Next(), math.Log(least))
		over := excess(y)
		if y == math.Log(least) && over <= 0 {
			if l.shift > 0 {
				return l.shift, nil
			}
			smallest, _ := l.tails(least)
			return 0, fmt.Errorf("probability %v: its level is below %g of the mean: want at least %.3g", p, least, smallest)
		}
		root.See(y, over)
	}
	return l.shift + l.scale*math.Exp((root.Low+root.High)/2), nil
}

// central is from which probability on, and up to one less it, the normal scale has
// its digits.
const central = 1e-6

// probit is the quantile of the normal law, over √2.
func probit(p float64) float64 { return math.Erfinv(2*p - 1) }

// roughly is the logarithm of the quantile of a gamma law with the mean 1 and the same
// spread (Wilson and Hilferty 1931); 0 where that is no use.
func (l *Sum) roughly(p float64) float64 {
	v := l.spread * l.spread / 9
	root := 1 - v + math.Sqrt2*probit(p)*math.Sqrt(v)
	if !(root > 0.01 && root < 100) {
		return 0
	}
	return 3 * math.Log(root)
}

// tails is Tails of the part that is not certain, at a level in units of its mean: the
// tail beyond the mean is integrated, and the other is what it leaves.
func (l *Sum) tails(q float64) (below, above float64) {
	switch {
	case q <= 0:
		return 0, 1
	case q > 1/least: // by Markov's inequality
		return 1, 0
	case q > 1:
		above = l.tail(q, 1)
		return 1 - above, above
	}
	below = l.tail(math.Max(q, least), -1)
	return below, 1 - below
}

// integrand is e^{K(w/q) - w}/w, with the sum and its terms in units of the level q,
// so that no number depends on how small that is.
type integrand struct {
	terms   []Term
	largest float64 // r
	small   []powers
	q       float64
}

func (l *Sum) at(q float64) integrand {
	f := integrand{terms: make([]Term, len(l.terms)), largest: l.largest / q, small: l.small, q: q}
	for i, c := range l.terms {
		f.terms[i] = Term{c.Count, c.R / q, c.B / q}
	}
	return f
}

// tail is P(Q > q) for side 1 and P(Q < q) for side -1: the contour crosses the
// real axis on that side of the pole at 0, in the saddle point.
//
// The parabola opens to the right, around the cuts that begin at 1/r for every
// term, and is bent as the path of steepest descent of one term around the
// nearest of them. Where many terms with cuts far away are nearly normal
// together, the integrand would grow along it, and the parabola is opened until
// it does not: on a vertical line, the last that is tried, it never does.
func (l *Sum) tail(q, side float64) float64 {
	f := l.at(q)
	if side > 0 && f.bound() < smallest {
		return 0
	}
	vertex := f.saddle(side)
	_, k2 := f.derivatives(vertex)
	path := parabola{vertex: vertex, width: 1 / math.Sqrt(k2+1/(vertex*vertex)), bend: 1 / (3 * (1/f.largest - vertex))}
	p, ok := f.refine(path)
	for n := 0; !ok && n <= 16; n++ {
		if path.bend /= 4; n == 16 {
			path.bend = 0
		}
		p, ok = f.refine(path)
	}
	return math.Min(1, math.Max(0, p*side))
}

// smallest is the logarithm of less than the smallest float64.
const smallest = -746

// bound is Chernoff's of log P(Q > q), halfway to the first cut: K(w) - w.
func (f integrand) bound() float64 {
	w := 0.5 / f.largest
	return real(f.cumulant(complex(w, 0))) - w
}

// refine halves the step of the trapezoidal rule until two results agree. Each finer
// rule adds the points between those of the one before.
func (f integrand) refine(p parabola) (integral float64, ok bool) {
	const coarsest = 0.2
	first := f.value(p, 0)
	total := imag(first) / 2
	reach := 40.0
	if total, reach, ok = f.along(p, 0, coarsest, total, cmplx.Abs(first), reach); !ok {
		return 0, false
	}
	integral = total * coarsest / math.Pi
	for step := coarsest; step > 0.004; step /= 2 {
		previous := integral
		if total, _, ok = f.along(p, -step/2, step, total, cmplx.Abs(first), reach); !ok {
			return 0, false
		}
		integral = total * step / 2 / math.Pi
		if math.Abs(integral-previous) <= 1e-10*math.Abs(integral) {
			break
		}
	}
	return integral, true
}

// parabola is the contour w = vertex + bend y² + iy, y = width sinh u.
type parabola struct{ vertex, width, bend float64 }

// at returns w and dw/du.
func (p parabola) at(u float64) (w, slope complex128) {
	y, dy := p.width*math.Sinh(u), p.width*math.Cosh(u)
	return complex(p.vertex+p.bend*y*y, y), complex(2*p.bend*y, 1) * complex(dy, 0)
}

// value is the integrand at u.
func (f integrand) value(p parabola, u float64) complex128 {
	w, slope := p.at(u)
	return cmplx.Exp(f.cumulant(w)-w) / w * slope
}

// along adds to total the integrand at from + step, from + 2 step, ... along the upper
// half of a parabola, whose lower half has the conjugate values, until it is
// negligible beside its size at the vertex, or up to reach. It returns where that
// was; ok is false if the integrand grows on the way.
func (f integrand) along(p parabola, from, step, total, size, reach float64) (sum, end float64, ok bool) {
	negligible, least := 1e-18*size, size
	u := from + step
	for ; u < reach; u += step {
		v := f.value(p, u)
		total += imag(v)
		size := cmplx.Abs(v)
		if !(size <= 10*least) {
			return 0, 0, false
		}
		if size <= negligible {
			break
		}
		least = math.Min(least, size)
	}
	return total, u, true
}

// cumulant is K(w/q). The terms with |rw| <= 1/8 come in by their power series.
func (f integrand) cumulant(w complex128) complex128 {
	var k complex128
	terms := f.terms
	for i := range f.small {
		if p := &f.small[i]; cmplx.Abs(w)*(p.r/f.q) <= 1./8 {
			terms, k = terms[:p.from], p.cumulant(w, f.q)
			break
		}
	}
	for _, c := range terms {
		rw := complex(c.R, 0) * w
		k += complex(c.Count, 0) * (complex(c.B, 0)*w/(1-rw) - log1p(-rw)/2)
	}
	return k
}

// log1p returns log(1+z) with the digits of a small z.
func log1p(z complex128) complex128 {
	x, y := real(z), imag(z)
	if math.Abs(x)+math.Abs(y) > 1e100 { // its square could overflow
		return cmplx.Log(z)
	}
	return complex(math.Log1p(x*(2+x)+y*y)/2, math.Atan2(y, 1+x))
}

// derivatives returns the first two of K(w/q) at a real w.
func (f integrand) derivatives(w float64) (k1, k2 float64) {
	for _, c := range f.terms {
		d := 1 - c.R*w
		x := c.R / d
		b := c.B / d / d
		k1 += c.Count * (x/2 + b)
		k2 += c.Count * (x*x/2 + 2*b*x)
	}
	return k1, k2
}

// saddle solves K' - 1 - 1/w = 0, whose left side rises with w on either side of
// 0. Any point near it serves.
func (f integrand) saddle(side float64) float64 {
	root := search.From(0, math.Inf(-1), 1)
	if side > 0 {
		root = search.Between(0, math.Inf(1), 1/f.largest, math.Inf(-1))
	}
	root.Close(func(w float64) float64 {
		k1, _ := f.derivatives(w)
		return 1 + 1/w - k1
	}, 0, 1e-6)
	return root.Low + (root.High-root.Low)/2
}
