package nqmkit

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit/internal/arrays"
	"nqm/nqmkit/internal/random"
)

// Lanczos measures the spectrum of a Hessian of d parameters that is known by its
// products with vectors: product sets hv to H v and keeps neither. It takes so many
// Lanczos steps, with full reorthogonalisation, from each of the plan's random
// Gaussian vectors, and returns the problem of their Ritz values and weights with
// C = H and θ(0) ~ N(0, I), as ReadSpectrum does for a file of them: with a Note of
// what was done to negative ones, and a Band of what the runs leave open.
//
// It calls product steps times a vector, one after the other, and keeps steps vectors
// of d numbers. It shows its progress; an interrupt keeps the runs that were finished.
// It panics on d, steps or trials < 1, and on a product that is not finite.
func Lanczos(d, steps int, product func(hv, v []float64), plan Runs, options ...SpectrumOption) Problem {
	return must(lanczos(d, steps, product, plan, options))
}

func lanczos(d, steps int, product func(hv, v []float64), plan Runs, options []SpectrumOption) (Problem, error) {
	r, err := readingOf(options)
	switch {
	case err != nil:
		return Problem{}, err
	case d < 1 || steps < 1 || plan.Trials < 1:
		return Problem{}, fmt.Errorf("nqmkit: Lanczos runs of %d steps from %d vectors of %d parameters: want 1 or more of each", steps, plan.Trials, d)
	}
	if product == nil {
		return Problem{}, errors.New("nqmkit: no product of the matrix with a vector: want a function")
	}
	w := begin("Lanczos", float64(steps)*float64(plan.Trials))
	defer w.end()
	values, weights := arrays.Array{Name: "Ritz value"}, arrays.Array{Name: "Ritz weight"}
	width, runs := min(d, steps), 0
	for trial := range plan.Trials {
		h, c, err := lanczosRun(d, width, product, random.New(plan.Seed, trial, random.ForProbes), w)
		if errors.Is(err, errStopped) {
			break
		}
		if err != nil {
			return Problem{}, err
		}
		for len(h) < width { // an invariant subspace, which is all that the vector sees
			h, c = append(h, math.NaN()), append(c, 0)
		}
		values.Values, weights.Values = append(values.Values, h...), append(weights.Values, c...)
		runs++
	}
	if runs == 0 {
		return Problem{}, errStopped
	}
	values.Shape, weights.Shape = []int{runs, width}, []int{runs, width}
	r.dimension = float64(d)
	s := &sheet{reading: r, path: "Lanczos", by: map[string]arrays.Array{"curvature": values, "weight": weights}}
	return s.measured("Lanczos runs")
}

var errStopped = errors.New("nqmkit: interrupted before the first Lanczos run was finished")

// lanczosRun returns the Ritz values and weights of one run of at most so many steps.
func lanczosRun(d, steps int, product func(hv, v []float64), s random.Stream, w *work) (values, weights []float64, err error) {
	run, err := lanczosBasis(d, steps, product, s, w)
	if err != nil {
		return nil, nil, err
	}
	return ritzOf(run.matrix())
}

// krylov is a Lanczos run: its vectors, and the tridiagonal matrix of H on them.
type krylov struct {
	basis         [][]float64
	alphas, betas []float64
}

func (k krylov) matrix() *mat.SymDense {
	t := mat.NewSymDense(len(k.alphas), nil)
	for i, a := range k.alphas {
		t.SetSym(i, i, a)
		if i+1 < len(k.alphas) {
			t.SetSym(i, i+1, k.betas[i])
		}
	}
	return t
}

// lanczosBasis makes one run of at most so many steps.
func lanczosBasis(d, steps int, product func(hv, v []float64), s random.Stream, w *work) (krylov, error) {
	start := make([]float64, d)
	s.Normals(start)
	floats.Scale(1/floats.Norm(start, 2), start)
	basis := [][]float64{start}
	var alphas, betas []float64
	largest := 0.0 // of the coefficients: the scale of rounding
	for k := range steps {
		if w.interrupted.Load() {
			return krylov{}, errStopped
		}
		next := make([]float64, d)
		product(next, basis[k])
		a := floats.Dot(next, basis[k])
		if math.IsNaN(a) || math.IsInf(a, 0) {
			return krylov{}, fmt.Errorf("nqmkit: the product with a vector of length 1 is no finite vector in step %d of a Lanczos run", k)
		}
		for range 2 { // twice is enough (Kahan; Parlett 1980)
			for _, q := range basis {
				floats.AddScaled(next, -floats.Dot(next, q), q)
			}
		}
		b := floats.Norm(next, 2)
		alphas, betas = append(alphas, a), append(betas, b)
		w.done.Add(1)
		if largest = math.Max(largest, math.Max(math.Abs(a), b)); b <= 1e-13*float64(d)*largest {
			break
		}
		floats.Scale(1/b, next)
		basis = append(basis, next)
	}
	return krylov{basis, alphas, betas}, nil
}
