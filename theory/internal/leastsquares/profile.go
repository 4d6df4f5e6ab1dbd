package leastsquares

import (
	"math"
	"slices"

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

// Profile is how far quantities may go with a sum of squares that is at most Rise above
// that of the best fit.
type Profile struct {
	Problem
	Best Fit
	Rise float64
	seen []Fit // within the rise
}

// Interval follows a quantity g from the best fit to both sides, the sum being least under
// g(z) = v at each v, to where it has risen by Rise. No v is asked for exactly: the least of
// Σ r² + w² (g - v)² is a least of Σ r² at the g that it has. An end is infinite where a
// parameter meets its bound before.
//
// A fit better than the best that is met on the way becomes it; then all that was found
// before is out of date, and the answer is false.
func (p *Profile) Interval(g Quantity) (low, high float64, ok bool) {
	scale := p.spread(p.Best.Z, g) * math.Sqrt(p.Rise)
	low, better := p.side(g, -scale)
	if better == nil {
		high, better = p.side(g, scale)
	}
	if better != nil {
		if f := p.Descend(better.Z); f.Sum < better.Sum {
			better = &f
		}
		p.Rise *= better.Sum / p.Best.Sum
		p.Best, p.seen = *better, nil
		return 0, 0, false
	}
	return low, high, true
}

// Misses reports whether a place that was seen since has a g outside of an interval.
func (p *Profile) Misses(g Quantity, low, high float64) bool {
	for _, f := range p.seen {
		if v := g(f.Z, nil); v < low-1e-6*math.Abs(low) || v > high+1e-6*math.Abs(high) {
			return true
		}
	}
	return false
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
	return math.Min(math.Sqrt(mat.Inner(v, c, v)), widest)
}

// tries is how many places a profile looks at on one side, and near the relative
// distance from the rise at which it ends.
const (
	tries = 24
	near  = 0.004
)

// place is a value of the quantity, counted from that of the fit in the direction of the
// side, with the signed root of the rise there in units of what is asked for.
type place struct{ v, root float64 }

// side returns where the profile has risen by Rise, step being where it would if the
// model were linear. In the root of the rise a profile is almost a line.
func (p *Profile) side(g Quantity, step float64) (end float64, better *Fit) {
	start, sign := g(p.Best.Z, nil), math.Copysign(1, step)
	step = math.Abs(step)
	if step == 0 || math.IsNaN(step) {
		return start, nil
	}
	slope := make([]float64, len(p.Best.Z))
	weight := 10 * math.Sqrt(p.Rise) / step
	stiffest := 1e7 * weight
	placeOf := func(f Fit) place {
		return place{sign * (g(f.Z, nil) - start), math.Sqrt(max(0, f.Sum-p.Best.Sum) / p.Rise)}
	}
	z, to, before, held := p.Best.Z, step, 0.0, false
	below, above := place{}, place{math.Inf(1), math.Inf(1)}
	for _, f := range p.seen {
		if now := placeOf(f); now.v > below.v {
			below, z = now, f.Z
		}
	}
	if below.v > 0 {
		to = next(below, above, step, false)
	}
	for range tries {
		at := p.descend(p.towards(z, g, slope, start+sign*to), &pull{g, weight, start + sign*to}, 1e-5*p.Rise, 1e-13)
		if at.Sum < p.Best.Sum-1e-3*p.Rise {
			return 0, &at
		}
		now := placeOf(at)
		if held = p.held(at.Z, g, slope); held && now.root < 1+near {
			return math.Inf(int(sign)), nil
		}
		if now.root <= 1 {
			p.see(at.Z)
		}
		switch {
		case math.Abs(now.root-1) < near:
			return start + sign*now.v, nil
		case now.root > 1:
			above = now
		case now.v >= below.v:
			short := now.v < below.v+0.7*(to-below.v)
			below, z = now, at.Z
			if short && weight < stiffest {
				weight *= 5
				continue
			}
		}
		same := (now.root > 1) == (before > 1) && before != 0
		to, before = next(below, above, step, same), now.root
	}
	if math.IsInf(above.v, 1) || held {
		return math.Inf(int(sign)), nil
	}
	return start + sign*above.v, nil
}

// see keeps a place for other quantities, moved into the bounds.
func (p *Profile) see(z []float64) {
	z = slices.Clone(z)
	for k := range z {
		z[k] = min(max(z[k], p.Low[k]), p.High[k])
	}
	if f := (Fit{z, p.Sum(z)}); f.Sum <= p.Best.Sum+p.Rise {
		p.seen = append(p.seen, f)
	}
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

// held reports whether the walls of the parameters that a quantity depends on hold a
// place back: by more than a hundredth of the rise.
func (p *Profile) held(z []float64, g Quantity, slope []float64) bool {
	g(z, slope)
	cost := 0.0
	for k, v := range z {
		if slope[k] != 0 {
			out := (max(0, v-p.High[k]) + min(0, v-p.Low[k])) / wall
			cost += out * out
		}
	}
	return cost > 0.01*p.Rise
}
