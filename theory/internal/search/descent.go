package search

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Descent minimises a smooth function of a few variables in a box by Newton's
// method in a trust region. Derivatives are central differences, whose step h is
// 3% of the region's radius, so that a ringing function is seen at the scale of
// its own valleys. That leaves an error of h²/6 f‴/f″ in the place, and of half its
// square times f″ in the value. gonum's optimisers have no bounds, and start
// goroutines for each of the thousands of small searches that tuning makes.
type Descent struct {
	F    func([]float64) float64
	Box  Box
	Flat float64 // the gain at which a descent ends
}

// smallestRegion is the radius at which a descent gives up.
const smallestRegion = 1e-8

// From descends from z, which it overwrites, with steps of at most radius, and
// returns the lowest value. It never goes up.
func (d Descent) From(z []float64, radius float64) float64 {
	d.Box.Into(z)
	value := d.F(z)
	trial := make([]float64, len(z))
	for range max(60, 50*len(z)) {
		if math.IsInf(value, 0) || radius < smallestRegion {
			break
		}
		gradient, hessian := d.derivatives(z, value, math.Max(1e-6, 0.03*radius))
		step, gain := d.newtonStep(z, gradient, hessian, radius)
		if !(gain > d.Flat) {
			break
		}
		for i := range z {
			trial[i] = z[i] + step[i]
		}
		d.Box.Into(trial)
		next := d.F(trial)
		switch won := value - next; {
		case !(won > 0):
			radius = 0.25 * math.Min(radius, norm(step))
			continue
		case won > 0.7*gain:
			radius = math.Max(radius, 2*norm(step))
		case won < 0.2*gain:
			radius = 0.3 * norm(step)
		}
		copy(z, trial)
		value = next
	}
	return value
}

// derivatives are taken at z moved inside the box by h.
func (d Descent) derivatives(z []float64, value, h float64) (gradient []float64, hessian *mat.SymDense) {
	n := len(z)
	at := make([]float64, n)
	for i := range at {
		at[i] = math.Min(math.Max(z[i], d.Box.Low[i]+h), d.Box.High[i]-h)
		if at[i] != z[i] {
			value = math.NaN()
		}
	}
	if math.IsNaN(value) {
		value = d.F(at)
	}
	moved := func(i, j int, by float64) float64 {
		z := append([]float64(nil), at...)
		z[i] += by
		if j != i {
			z[j] += by
		}
		return d.F(z)
	}
	gradient, hessian = make([]float64, n), mat.NewSymDense(n, nil)
	up, down := make([]float64, n), make([]float64, n)
	for i := range n {
		up[i], down[i] = moved(i, i, h), moved(i, i, -h)
		gradient[i] = (up[i] - down[i]) / (2 * h)
		hessian.SetSym(i, i, (up[i]-2*value+down[i])/(h*h))
	}
	for i := range n {
		for j := range i {
			both := (moved(i, j, h) + moved(i, j, -h) + 2*value - up[i] - down[i] - up[j] - down[j]) / (2 * h * h)
			hessian.SetSym(i, j, both)
		}
	}
	return gradient, hessian
}

// newtonStep returns the step along the directions that the box leaves open,
// downhill whatever the curvature's sign, no longer than radius along any axis of
// the curvature, and the gain that the quadratic model promises.
func (d Descent) newtonStep(z, gradient []float64, hessian *mat.SymDense, radius float64) (step []float64, gain float64) {
	for _, g := range gradient {
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return nil, math.NaN()
		}
	}
	step = make([]float64, len(z))
	open := d.Box.free(z, gradient, nil)
	if len(open) == 0 {
		return step, 0
	}
	part := mat.NewSymDense(len(open), nil)
	for a, i := range open {
		for b, j := range open {
			part.SetSym(a, b, hessian.At(i, j))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(part, true) {
		return nil, math.NaN()
	}
	var axes mat.Dense
	eigen.VectorsTo(&axes)
	for k, bend := range eigen.Values(nil) {
		slope := 0.0
		for a, i := range open {
			slope += axes.At(a, k) * gradient[i]
		}
		size := math.Min(math.Abs(slope)/math.Abs(bend), radius)
		if math.IsNaN(size) {
			continue
		}
		gain += math.Abs(slope)*size - 0.5*bend*size*size
		for a, i := range open {
			step[i] -= math.Copysign(size, slope) * axes.At(a, k)
		}
	}
	return step, gain
}

func norm(v []float64) float64 { return mat.Norm(mat.NewVecDense(len(v), v), 2) }
