package theory

import (
	"fmt"
	"math"
	"math/cmplx"

	"nqm/theory/internal/dd"
)

// LossProbability returns P(L(t) <= level) for m on p after t steps, with
// Gaussian noise and a Gaussian or certain start, when the loss is a weighted
// sum of noncentral chi-squares. The inversion integral of its moment generating
// function M(s) = e^K(s) (Gurland 1948; Imhof 1961),
//
//	P(L > q) = 1/(2πi) ∫ e^{K(s) - sq} ds/s
//
// is taken by the trapezoidal rule along a parabola through the saddle point
// (Rice 1980; Helstrom 1996, saddle-point integration), where it converges
// exponentially: the error is below 10^-9, or below 10^-16 mean/deviation for a
// loss whose standard deviation is less than 10^-7 of its mean. The errors are
// those of Expect, and multiplicative noise, under which the loss is not Gaussian.
func LossProbability(p Problem, t int, m Method, level float64) (float64, error) {
	if math.IsNaN(level) {
		return 0, fmt.Errorf("theory: level NaN: want a number")
	}
	l, err := lossLaw(p, t, m)
	if err != nil {
		return 0, err
	}
	return l.below(level), nil
}

// LossQuantiles returns, for each probability in (0, 1), the loss that is not
// exceeded with it after t steps; see LossProbability. A small probability is met
// to 10^-6 of itself; near 1 its complement has only the digits that 1-p has.
// +Inf where the loss overflows.
func LossQuantiles(p Problem, t int, m Method, probabilities ...float64) ([]float64, error) {
	l, err := lossLaw(p, t, m)
	if err != nil {
		return nil, err
	}
	q := make([]float64, len(probabilities))
	for i, pr := range probabilities {
		if !(pr > 0 && pr < 1) {
			return nil, fmt.Errorf("theory: probability %v: want 0 < p < 1", pr)
		}
		q[i] = l.quantile(pr)
	}
	return q, nil
}

// chiSquares is the law of Σ ½h(μ + √v Z)²: terms with r = hv and b = hμ²/2, in
// units of scale, so that the terms have the mean 1.
type chiSquares struct {
	terms  []chiSquare
	shift  float64 // the part that is certain
	scale  float64 // the mean of the rest
	spread float64 // its standard deviation in units of scale
}

type chiSquare struct{ count, r, b float64 }

func lossLaw(p Problem, t int, m Method) (*chiSquares, error) {
	m, err := ready(p, []int{t}, m)
	if err != nil {
		return nil, err
	}
	if p.Streaming {
		return nil, fmt.Errorf("theory: the law of the loss under multiplicative noise is not a sum of chi-squares: sample it")
	}
	law := func(dirs []Direction) *chiSquares {
		l := &chiSquares{}
		var mean, variance, shift dd.Sum
		mode := modesOf(m)
		for _, d := range dirs {
			if d.Curvature == 0 {
				continue
			}
			a := mode(d.Curvature, d.Noise).At(t)
			kept := a.Factor * a.Factor
			r := d.Curvature * (times(kept, d.Variance) + a.Noise)
			b := 0.5 * d.Curvature * times(kept, d.Mean*d.Mean)
			if r == 0 {
				shift.Add(d.Multiplicity * b)
				continue
			}
			mean.Add(d.Multiplicity * (r/2 + b))
			l.terms = append(l.terms, chiSquare{d.Multiplicity, r, b})
		}
		l.shift, l.scale = shift.Value(), mean.Value()
		for i := range l.terms {
			c := &l.terms[i]
			c.r, c.b = c.r/l.scale, c.b/l.scale
			variance.Add(c.count * (c.r*c.r/2 + 2*c.r*c.b))
		}
		l.spread = math.Sqrt(variance.Value())
		return l
	}
	dirs, _ := p.nodes(func(d []Direction) []float64 {
		l := law(d)
		return []float64{l.shift + l.scale, l.spread}
	})
	return law(dirs), nil
}

// overflows reports whether the loss does.
func (l *chiSquares) overflows() bool {
	return !(l.shift+l.scale <= math.MaxFloat64)
}

// certain reports whether nothing of the loss is left to chance.
func (l *chiSquares) certain() bool { return len(l.terms) == 0 || l.spread == 0 }

// below returns P(L <= level).
func (l *chiSquares) below(level float64) float64 {
	switch {
	case l.overflows():
		return 0
	case l.certain():
		if level >= l.shift+l.scale {
			return 1
		}
		return 0
	case math.IsInf(level, 1):
		return 1
	}
	return l.under((level - l.shift) / l.scale)
}

// under is P(q) of the part that is not certain.
func (l *chiSquares) under(q float64) float64 {
	switch {
	case q <= 0:
		return 0
	case q > 1:
		return 1 - l.tail(q, 1)
	}
	return l.tail(q, -1)
}

// tail is P(L > q) for side 1 and P(L < q) for side -1: the contour crosses the
// real axis on that side of the pole at 0, in the saddle point.
//
// The parabola opens to the right, around the cuts that begin at 1/r for every
// term, and is bent as the path of steepest descent of one term around the
// nearest of them. Where many terms with cuts far away are nearly normal
// together, the integrand would grow along it, and the parabola is opened until
// it does not: on a vertical line it never does.
func (l *chiSquares) tail(q, side float64) float64 {
	s0 := l.saddle(q, side)
	_, k2 := l.derivatives(s0)
	path := parabola{vertex: s0, width: 1 / math.Sqrt(k2+1/(s0*s0)), bend: 1 / (3 * l.distance(s0))}
	for range 16 {
		if p, ok := l.refine(path, q); ok {
			return math.Min(1, math.Max(0, p*side))
		}
		path.bend /= 4
	}
	return math.NaN()
}

// refine halves the step of the trapezoidal rule until two results agree.
func (l *chiSquares) refine(p parabola, q float64) (integral float64, ok bool) {
	previous := math.Inf(1)
	for step := 0.2; step > 0.002; step /= 2 {
		if integral, ok = l.along(p, q, step); !ok {
			return 0, false
		}
		if math.Abs(integral-previous) <= 1e-10*math.Abs(integral) {
			break
		}
		previous = integral
	}
	return integral, true
}

// parabola is the contour s = vertex + bend y² + iy, y = width sinh u.
type parabola struct{ vertex, width, bend float64 }

// at returns s and ds/du.
func (p parabola) at(u float64) (s, slope complex128) {
	y, dy := p.width*math.Sinh(u), p.width*math.Cosh(u)
	return complex(p.vertex+p.bend*y*y, y), complex(2*p.bend*y, 1) * complex(dy, 0)
}

// along integrates along the upper half of a parabola, whose lower half has the
// conjugate values; ok is false if the integrand grows on the way.
func (l *chiSquares) along(p parabola, q, step float64) (integral float64, ok bool) {
	value := func(u float64) complex128 {
		s, slope := p.at(u)
		return cmplx.Exp(l.cumulant(s)-s*complex(q, 0)) / s * slope
	}
	first := value(0)
	total, least := imag(first)/2, cmplx.Abs(first)
	negligible := 1e-18 * least
	for u := step; u < 40; u += step {
		v := value(u)
		total += imag(v)
		size := cmplx.Abs(v)
		if !(size <= 10*least) {
			return 0, false
		}
		if size <= negligible {
			break
		}
		least = math.Min(least, size)
	}
	return total * step / math.Pi, true
}

// cumulant is K(s).
func (l *chiSquares) cumulant(s complex128) complex128 {
	var k complex128
	for _, c := range l.terms {
		rs := complex(c.r, 0) * s
		k += complex(c.count, 0) * (complex(c.b, 0)*s/(1-rs) - log1p(-rs)/2)
	}
	return k
}

// log1p returns log(1+z) with the digits of a small z.
func log1p(z complex128) complex128 {
	x, y := real(z), imag(z)
	return complex(math.Log1p(x*(2+x)+y*y)/2, math.Atan2(y, 1+x))
}

// derivatives returns K' and K” at a real s.
func (l *chiSquares) derivatives(s float64) (k1, k2 float64) {
	for _, c := range l.terms {
		d := 1 - c.r*s
		x := c.r / d
		b := c.b / d / d
		k1 += c.count * (x/2 + b)
		k2 += c.count * (x*x/2 + 2*b*x)
	}
	return k1, k2
}

// distance is that of the nearest cut from s.
func (l *chiSquares) distance(s float64) float64 {
	return 1/l.largest() - s
}

func (l *chiSquares) largest() float64 {
	var r float64
	for _, c := range l.terms {
		r = math.Max(r, c.r)
	}
	return r
}

// saddle solves K'(s) - q - 1/s = 0, whose left side rises with s on either side
// of 0.
func (l *chiSquares) saddle(q, side float64) float64 {
	var low, high float64
	if side > 0 {
		high = 1 / l.largest()
	} else {
		for low = -1 / q; ; low *= 2 {
			if k, _ := l.derivatives(low); k-q-1/low < 0 {
				break
			}
		}
	}
	for range 200 {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			break
		}
		if k, _ := l.derivatives(mid); k-q-1/mid < 0 {
			low = mid
		} else {
			high = mid
		}
		if high-low < 1e-6*math.Abs(low+high) { // any point near the saddle serves
			break
		}
	}
	return low + (high-low)/2
}

// quantile bisects the logarithm of the part that is not certain.
func (l *chiSquares) quantile(probability float64) float64 {
	switch {
	case l.overflows():
		return math.Inf(1)
	case l.certain():
		return l.shift + l.scale
	}
	at := func(y float64) float64 { return l.under(math.Exp(y)) - probability }
	reach := math.Min(1, 4*l.spread)
	low, high := -reach, reach
	for d := reach; at(low) > 0 && low > -700; d *= 2 {
		low -= d
	}
	for d := reach; at(high) < 0 && high < 700; d *= 2 {
		high += d
	}
	// Invariant: at(low) <= 0 <= at(high).
	for high-low > 1e-11*math.Min(1, l.spread) {
		mid := (low + high) / 2
		if mid == low || mid == high {
			break
		}
		if at(mid) < 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return l.shift + l.scale*math.Exp((low+high)/2)
}
