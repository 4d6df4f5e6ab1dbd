package leastsquares

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Covariance returns (J'J)⁻¹ at z, and the inverse's diagonal only where it is
// defined: false where the residuals leave a combination of the parameters open.
func (p Problem) Covariance(z []float64) (*mat.SymDense, bool) {
	d := len(z)
	slope := mat.NewDense(p.Rows, d, nil)
	p.At(z, make([]float64, p.Rows), slope)
	var h mat.SymDense
	h.SymOuterK(1, slope.T())
	var c mat.Cholesky
	if !c.Factorize(&h) || c.Cond() > 1e15 {
		return nil, false
	}
	inverse := mat.NewSymDense(d, nil)
	if err := c.InverseTo(inverse); err != nil {
		return nil, false
	}
	return inverse, true
}

// Interval is where a quantity can be with a sum of squares that is at most so much
// above the least.
type Interval struct {
	Low, High float64 // infinite where the bounds of a parameter are met before
	// Better is a fit with a sum below the least that was given, if one was met.
	Better *Fit
}

// Profile follows a quantity g from the fit to both sides, the sum being least under
// g(z) = v at each v, to where the sum has risen by rise. No v is asked for exactly: the
// least of Σ r² + w² (g - v)² is a least of Σ r² at the g that it has.
func (p Problem) Profile(f Fit, g Quantity, rise float64) Interval {
	i := Interval{Low: math.Inf(-1), High: math.Inf(1)}
	scale := p.spread(f.Z, g) * math.Sqrt(rise)
	for _, side := range []float64{-1, 1} {
		end, better := p.side(f, g, rise, side*scale)
		if better != nil {
			i.Better = better
			return i
		}
		if side < 0 {
			i.Low = end
		} else {
			i.High = end
		}
	}
	return i
}

// spread is the standard deviation of g for residuals of variance 1, to first order.
func (p Problem) spread(z []float64, g Quantity) float64 {
	slope := make([]float64, len(z))
	g(z, slope)
	widest := 0.0
	for k, s := range slope {
		widest += math.Abs(s) * (p.High[k] - p.Low[k])
	}
	c, ok := p.Covariance(z)
	if !ok {
		return widest
	}
	v := mat.NewVecDense(len(slope), slope)
	return math.Min(math.Sqrt(mat.Inner(v, c, v)), 1e3*widest)
}

// tries is how many places a profile looks at on one side, and near the relative
// distance from the rise at which it ends.
const (
	tries = 24
	near  = 0.01
)

// place is a value of the quantity, counted from that of the fit in the direction of the
// side, with the signed root of the rise there in units of what is asked for.
type place struct{ v, root float64 }

// side returns where the profile has risen by rise, step being where it would if the
// model were linear. In the root of the rise a profile is almost a line.
func (p Problem) side(f Fit, g Quantity, rise, step float64) (end float64, better *Fit) {
	start, sign := g(f.Z, nil), math.Copysign(1, step)
	if step == 0 || math.IsNaN(step) {
		return start, nil
	}
	slope := make([]float64, len(f.Z))
	weight := 10 * math.Sqrt(rise) / math.Abs(step)
	stiffest := 1e5 * weight
	below, above := place{}, place{math.Inf(1), math.Inf(1)}
	z, to, before := f.Z, math.Abs(step), 0.0
	for range tries {
		at := p.descend(p.towards(z, g, slope, start+sign*to), &pull{g, weight, start + sign*to})
		if at.Sum < f.Sum*(1-1e-6)-1e-14 {
			return 0, &at
		}
		now := place{sign * (g(at.Z, nil) - start), math.Sqrt(max(0, at.Sum-f.Sum) / rise)}
		if math.Abs(now.root-1) < near {
			return start + sign*now.v, nil
		}
		if now.root > 1 {
			above = now
		} else if p.beyond(at.Z) {
			return math.Inf(int(sign)), nil
		} else if now.v >= below.v {
			short := now.v < below.v+0.5*(to-below.v)
			below, z = now, at.Z
			if short && weight < stiffest {
				weight *= 10
				continue
			}
		}
		same := (now.root > 1) == (before > 1) && before != 0
		to, before = next(below, above, math.Abs(step), same), now.root
	}
	if math.IsInf(above.v, 1) {
		return math.Inf(int(sign)), nil
	}
	return start + sign*above.v, nil
}

// next is where a line through two places has the root 1, or half way if the last two
// fell on the same side of it; with none above, further out along the line from the
// start, at most four times as far.
func next(below, above place, step float64, same bool) float64 {
	switch {
	case math.IsInf(above.v, 1) && below.v == 0:
		return 2 * step
	case math.IsInf(above.v, 1):
		return below.v * min(max(1/max(below.root, 1e-3), 1.2), 4)
	case same:
		return (below.v + above.v) / 2
	}
	return below.v + (1-below.root)/(above.root-below.root)*(above.v-below.v)
}

// towards is a start for the descent with g near v: the step of least length.
func (p Problem) towards(z []float64, g Quantity, slope []float64, v float64) []float64 {
	now := g(z, slope)
	moved := append([]float64(nil), z...)
	direction := append([]float64(nil), slope...)
	if c, ok := p.Covariance(z); ok {
		mat.NewVecDense(len(z), direction).MulVec(c, mat.NewVecDense(len(z), slope))
	}
	if s := floats.Dot(slope, direction); s > 0 {
		floats.AddScaled(moved, (v-now)/s, direction)
	}
	for k := range moved {
		moved[k] = min(max(moved[k], p.Low[k]), p.High[k])
	}
	if math.IsInf(p.Sum(moved), 1) {
		return z
	}
	return moved
}

// beyond reports whether a parameter was pulled through its wall.
func (p Problem) beyond(z []float64) bool {
	for k, v := range z {
		if v > p.High[k]+wall || v < p.Low[k]-wall {
			return true
		}
	}
	return false
}
