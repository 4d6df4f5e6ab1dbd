package nqmkit

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"nqm/nqmkit/internal/random"
	"nqm/theory"
)

// Leading measures the leading eigenvectors of a Hessian of d parameters that is known by
// its products with vectors, as those of Lanczos, and the gradient and noise along them:
// gradient sets g to the gradient of an example 0 to examples-1. It takes so many Lanczos
// steps, with full reorthogonalisation, from one random Gaussian vector of the seed, and
// returns count directions, of the largest curvature first, or fewer where the vector sees no
// more. More steps tighten the interval of a curvature, that of a noise wants more examples.
//
// A curvature that several directions share is found once: one vector sees one of them.
//
// It keeps steps vectors of d numbers, shows its progress, and panics after an interrupt,
// unless 1 <= count <= steps and d >= 1, on fewer than two examples, and on products or
// gradients that are not finite.
func Leading(d, count, steps int, product func(hv, v []float64), examples int, gradient func(g []float64, example int), seed uint64) []theory.LeadingDirection {
	if d < 1 || count < 1 || count > steps || examples < 2 {
		panic(fmt.Errorf("nqmkit: %d leading directions of %d parameters by %d Lanczos steps with the noise of %d examples: want 1 <= directions <= steps, 1 or more parameters and 2 or more examples", count, d, steps, examples))
	}
	if product == nil || gradient == nil {
		panic(errors.New("nqmkit: no product of the Hessian with a vector, or no gradient of an example: want functions"))
	}
	w := begin("Lanczos", float64(min(d, steps)))
	defer w.end()
	run := must(lanczosBasis(d, min(d, steps), product, random.New(seed, 0, random.ForProbes), w))
	var e mat.EigenSym
	if !e.Factorize(run.matrix(), true) {
		panic(fmt.Errorf("nqmkit: the Ritz values do not converge"))
	}
	var in mat.Dense
	e.VectorsTo(&in)
	values := e.Values(nil)
	all := make([]theory.LeadingDirection, min(count, len(values)))
	hy := make([]float64, d)
	for k := range all {
		at := len(values) - 1 - k
		y := make([]float64, d)
		for i := range values {
			floats.AddScaled(y, in.At(i, at), run.basis[i])
		}
		floats.Scale(math.Copysign(1/floats.Norm(y, 2), y[largestEntry(y)]), y)
		product(hy, y)
		floats.AddScaled(hy, -values[at], y)
		off := floats.Norm(hy, 2)
		all[k].Vector = y
		all[k].Curvature = theory.Estimate{Name: "curvature", Value: values[at], Low: values[at] - off, High: values[at] + off}
	}
	alongEach(all, d, examples, gradient)
	return all
}

func largestEntry(y []float64) int {
	best := 0
	for i, v := range y {
		if math.Abs(v) > math.Abs(y[best]) {
			best = i
		}
	}
	return best
}

// alongEach fills in mean and variance of the examples' gradients along each direction.
func alongEach(all []theory.LeadingDirection, d, examples int, gradient func(g []float64, example int)) {
	n, g := float64(examples), make([]float64, d)
	along := make([][]float64, len(all))
	for example := range examples {
		clear(g)
		gradient(g, example)
		for k, l := range all {
			v := floats.Dot(g, l.Vector)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				panic(fmt.Errorf("nqmkit: the gradient of example %d is not finite", example))
			}
			along[k] = append(along[k], v)
		}
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975)
	for k := range all {
		mean := floats.Sum(along[k]) / n
		second, fourth := 0.0, 0.0
		for _, v := range along[k] {
			off := (v - mean) * (v - mean)
			second, fourth = second+off, fourth+off*off
		}
		variance := second / (n - 1)
		half := t * math.Sqrt(math.Max(0, fourth/n-variance*variance)/n)
		all[k].Noise = theory.Estimate{Name: "noise", Value: variance, Low: math.Max(0, variance-half), High: variance + half}
		half = t * math.Sqrt(variance/n)
		all[k].Gradient = theory.Estimate{Name: "gradient", Value: mean, Low: mean - half, High: mean + half}
	}
}
