package theory

import (
	"fmt"
	"math"
	"math/cmplx"
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
// exponentially: the error is below 10^-9. The errors are those of Expect, and
// multiplicative noise, under which the loss is not Gaussian.
func LossProbability(p Problem, m Method, t int, level float64) (float64, error) {
	if math.IsNaN(level) {
		return 0, fmt.Errorf("theory: level NaN: want a number")
	}
	l, err := lossLaw(p, m, t)
	if err != nil {
		return 0, err
	}
	return l.below(level), nil
}

// LossQuantiles returns, for each probability in (0, 1), the loss that is not
// exceeded with it after t steps; see LossProbability. +Inf where the loss
// overflows.
func LossQuantiles(p Problem, m Method, t int, probabilities ...float64) ([]float64, error) {
	l, err := lossLaw(p, m, t)
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

// chiSquares is the law of Σ ½h(μ + √v Z)²: terms with r = hv and b = hμ²/2.
type chiSquares struct {
	terms    []chiSquare
	shift    float64 // the part that is certain
	mean     float64
	variance float64
}

type chiSquare struct{ count, r, b float64 }

func lossLaw(p Problem, m Method, t int) (*chiSquares, error) {
	m, err := ready(p, m, []int{t})
	if err != nil {
		return nil, err
	}
	if p.Streaming {
		return nil, fmt.Errorf("theory: the law of the loss under multiplicative noise is not a sum of chi-squares: sample it")
	}
	law := func(dirs []Direction) *chiSquares {
		l := &chiSquares{}
		var mean, variance, shift sum
		for _, d := range dirs {
			if d.Curvature == 0 {
				continue
			}
			a := m.Mode(d.Curvature, d.Noise).At(t)
			kept := a.Factor * a.Factor
			r := d.Curvature * (times(kept, d.Variance) + a.Noise)
			b := 0.5 * d.Curvature * times(kept, d.Mean*d.Mean)
			mean.add(d.Multiplicity * (r/2 + b))
			variance.add(d.Multiplicity * (r*r/2 + 2*r*b))
			if r == 0 {
				shift.add(d.Multiplicity * b)
				continue
			}
			l.terms = append(l.terms, chiSquare{d.Multiplicity, r, b})
		}
		l.mean, l.variance, l.shift = mean.value(), variance.value(), shift.value()
		return l
	}
	dirs, _ := p.nodes(func(d []Direction) []float64 {
		l := law(d)
		return []float64{l.mean, l.variance}
	})
	return law(dirs), nil
}

// below returns P(L <= q).
func (l *chiSquares) below(q float64) float64 {
	switch {
	case math.IsInf(l.mean, 1) || math.IsNaN(l.mean):
		return 0
	case len(l.terms) == 0 || l.variance == 0:
		if q >= l.mean {
			return 1
		}
		return 0
	case q <= l.shift:
		return 0
	}
	q -= l.shift
	if q > l.mean-l.shift {
		return 1 - l.tail(q, 1)
	}
	return l.tail(q, -1)
}

// tail is P(L > q) for side 1 and P(L < q) for side -1: the contour crosses the
// real axis on that side of the pole at 0.
func (l *chiSquares) tail(q, side float64) float64 {
	s0 := l.saddle(q, side)
	_, k2, k3 := l.derivatives(s0)
	k2 += 1 / (s0 * s0)
	k3 -= 2 / (s0 * s0 * s0)
	width := 1 / math.Sqrt(k2)
	bend := math.Max(k3/(6*k2), 0.05/width) // opens to the right, around the cuts
	at := func(u float64) float64 {
		y, dy := width*math.Sinh(u), width*math.Cosh(u)
		s := complex(s0+bend*y*y, y)
		v := cmplx.Exp(l.cumulant(s)-s*complex(q, 0)) / s * complex(2*bend*y, 1) * complex(dy, 0)
		return imag(v)
	}
	previous := math.Inf(1)
	for step := 0.2; step > 0.01; step /= 2 {
		total := at(0) / 2
		peak := math.Abs(total)
		for u := step; u < 40; u += step {
			v := at(u)
			total += v
			peak = math.Max(peak, math.Abs(total))
			if u > 2 && math.Abs(v) < 1e-17*peak {
				break
			}
		}
		total *= step / math.Pi * side
		if math.Abs(total-previous) < 1e-12 {
			return math.Min(1, math.Max(0, total))
		}
		previous = total
	}
	return math.Min(1, math.Max(0, previous))
}

// cumulant is K(s) without the shift.
func (l *chiSquares) cumulant(s complex128) complex128 {
	var k complex128
	for _, c := range l.terms {
		d := 1 - complex(c.r, 0)*s
		k += complex(c.count, 0) * (complex(c.b, 0)*s/d - cmplx.Log(d)/2)
	}
	return k
}

// derivatives returns K', K” and K”' at a real s.
func (l *chiSquares) derivatives(s float64) (k1, k2, k3 float64) {
	for _, c := range l.terms {
		d := 1 - c.r*s
		x := c.r / d
		b := c.b / d / d
		k1 += c.count * (x/2 + b)
		k2 += c.count * (x*x/2 + 2*b*x)
		k3 += c.count * (x*x*x + 6*b*x*x)
	}
	return k1, k2, k3
}

// saddle solves K'(s) - q - 1/s = 0, whose left side rises with s on either side
// of 0.
func (l *chiSquares) saddle(q, side float64) float64 {
	var low, high float64
	if side > 0 {
		for _, c := range l.terms {
			high = math.Max(high, c.r)
		}
		high = 1 / high
	} else {
		for low = -1 / q; ; low *= 2 {
			if k, _, _ := l.derivatives(low); k-q-1/low < 0 {
				break
			}
		}
	}
	for range 200 {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			break
		}
		if k, _, _ := l.derivatives(mid); k-q-1/mid < 0 {
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

// quantile bisects log(q - shift) for below(q) = probability.
func (l *chiSquares) quantile(probability float64) float64 {
	switch {
	case math.IsInf(l.mean, 1) || math.IsNaN(l.mean):
		return math.Inf(1)
	case l.variance == 0 || len(l.terms) == 0:
		return l.mean
	}
	low, high := math.Log(l.mean-l.shift)-1, math.Log(l.mean-l.shift)+1
	at := func(y float64) float64 { return l.below(l.shift+math.Exp(y)) - probability }
	for at(low) > 0 && low > -700 {
		low -= 4
	}
	for at(high) < 0 && high < 700 {
		high += 1
	}
	// Invariant: at(low) <= 0 <= at(high).
	for high-low > 1e-11 {
		if mid := (low + high) / 2; at(mid) < 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return l.shift + math.Exp((low+high)/2)
}
