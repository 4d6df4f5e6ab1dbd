package nqmkit

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit/internal/arrays"
)

// Lanczos runs from random vectors give the density of the spectrum as Ritz values
// with weights, which sum to one in each run (Ubaru, Chen, Saad 2017; Ghorbani,
// Krishnan, Xiao 2019). An entry of weight w stands for w d / runs parameters.

// ritz takes the Ritz values and weights of tridiagonal matrices.
func (s *sheet) ritz() error {
	matrices, err := s.tridiagonals()
	if err != nil || matrices == nil {
		return err
	}
	k := matrices[0].SymmetricDim()
	values := arrays.Array{Name: "Ritz value", Shape: []int{len(matrices), k}}
	weights := arrays.Array{Name: "Ritz weight", Shape: values.Shape}
	for _, m := range matrices {
		h, w, err := ritzOf(m)
		if err != nil {
			return s.in("%w", err)
		}
		values.Values, weights.Values = append(values.Values, h...), append(weights.Values, w...)
	}
	s.by["curvature"], s.by["weight"] = values, weights
	return nil
}

// ritzOf returns the eigenvalues of a tridiagonal matrix and the squares of the first
// components of its eigenvectors.
func ritzOf(m *mat.SymDense) (values, weights []float64, err error) {
	var e mat.EigenSym
	if !e.Factorize(m, true) {
		return nil, nil, errors.New("the eigenvalues of a tridiagonal matrix did not converge")
	}
	var v mat.Dense
	e.VectorsTo(&v)
	for j := range m.SymmetricDim() {
		weights = append(weights, v.At(0, j)*v.At(0, j))
	}
	return e.Values(nil), weights, nil
}

// tridiagonals returns the matrices of the Lanczos runs in the file, if it has
// them and no Ritz values.
func (s *sheet) tridiagonals() ([]*mat.SymDense, error) {
	if _, ok := s.by["curvature"]; ok {
		return nil, nil
	}
	var all []*mat.SymDense
	if t, ok := s.by["tridiagonal"]; ok {
		n := len(t.Shape)
		if n < 2 || n > 3 || t.Shape[n-1] != t.Shape[n-2] || len(t.Values) == 0 {
			return nil, s.in("%s has the shape %v: want square matrices", t.Name, t.Shape)
		}
		k := t.Shape[n-1]
		for from := 0; from < len(t.Values); from += k * k {
			m := mat.NewSymDense(k, nil)
			for i := range k {
				for j := i; j <= min(i+1, k-1); j++ {
					m.SetSym(i, j, t.Values[from+i*k+j])
				}
			}
			all = append(all, m)
		}
		return all, s.finite(t)
	}
	a, okA := s.by["alpha"]
	b, okB := s.by["beta"]
	if !okA && !okB {
		return nil, nil
	}
	if !okA || !okB || len(a.Shape) != len(b.Shape) || len(a.Values) == 0 || len(b.Values) == 0 {
		return nil, s.in("alpha and beta are the diagonals of tridiagonal matrices: want both, of one run or of one a row")
	}
	k, beside := a.Shape[len(a.Shape)-1], b.Shape[len(b.Shape)-1]
	runs := len(a.Values) / k
	if beside != k && beside != k-1 || runs*beside != len(b.Values) {
		return nil, s.in("alpha of shape %v and beta of shape %v: want as many, or one less", a.Shape, b.Shape)
	}
	for r := range runs {
		m := mat.NewSymDense(k, nil)
		for i := range k {
			m.SetSym(i, i, a.Values[r*k+i])
			if i+1 < k {
				m.SetSym(i, i+1, b.Values[r*beside+i])
			}
		}
		all = append(all, m)
	}
	if err := s.finite(a); err != nil {
		return nil, err
	}
	return all, s.finite(b)
}

func (s *sheet) finite(a arrays.Array) error {
	for i, v := range a.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return s.in("%s is %v: want a finite number", a.Where(i), v)
		}
	}
	return nil
}

// onGrid makes weights of a density on a grid, by the trapezoidal rule, where the
// file has no weights.
func (s *sheet) onGrid() error {
	f, ok := s.by["density"]
	x, onGrid := s.by["grid"]
	if h, ok := s.by["curvature"]; ok {
		x, onGrid = h, true
	}
	if _, weighted := s.by["weight"]; !ok || weighted {
		return nil
	}
	n := len(x.Values)
	if !onGrid || n != len(f.Values) || n < 2 {
		return s.in("%d of the density and %d of its grid: want two or more, one for each", len(f.Values), n)
	}
	w := arrays.Array{Name: f.Name, Shape: x.Shape, Lines: f.Lines, Values: make([]float64, n)}
	total, plain := 0.0, 0.0
	for i, v := range f.Values {
		if !(v >= 0) || math.IsInf(v, 0) {
			return s.in("%s: the density %v: want a finite number >= 0", f.Where(i), v)
		}
		if i > 0 && !(x.Values[i] > x.Values[i-1]) {
			return s.in("%s: %v after %v: want a grid that rises", x.Where(i), x.Values[i], x.Values[i-1])
		}
		w.Values[i] = v * (x.Values[min(i+1, n-1)] - x.Values[max(i-1, 0)]) / 2
		total, plain = total+w.Values[i], plain+v
	}
	switch {
	case math.Abs(total-1) <= 0.05:
		for i := range w.Values {
			w.Values[i] /= total
		}
	case math.Abs(plain-1) <= 1e-3: // weights by another name
		w.Values = f.Values
	default:
		return s.in("the density has the integral %.4g and the sum %.4g: want 1", total, plain)
	}
	s.notes = append(s.notes, "a density on a grid, taken as weights of its points")
	s.by["curvature"], s.by["weight"], s.gridded = x, w, true
	return nil
}

// weighted makes multiplicities of weights, and returns the places of those that
// are not padding; nil where the file has no weights.
func (s *sheet) weighted() (places []int, err error) {
	w, ok := s.by["weight"]
	if !ok {
		return nil, nil
	}
	h := s.by["curvature"]
	if len(h.Values) != len(w.Values) || len(h.Values) == 0 {
		return nil, s.in("%d weights and %d curvatures: want one for each", len(w.Values), len(h.Values))
	}
	if _, both := s.by["multiplicity"]; both {
		return nil, s.in("weights and multiplicities: want one of them")
	}
	if s.dimension == 0 {
		return nil, s.in("weights of a density: say how many parameters there are, as nqmkit.ReadSpectrum(%q, nqmkit.Dimension(124_439_808))", s.path)
	}
	m := arrays.Array{Name: "multiplicity", Shape: w.Shape, Values: make([]float64, len(w.Values))}
	runs := s.runsOf(w)
	for _, run := range runs {
		sum := 0.0
		var kept []int
		for _, i := range run {
			v, weight := h.Values[i], w.Values[i]
			switch {
			case weight == 0, math.IsNaN(weight) && math.IsNaN(v):
				continue // padding
			case !(weight > 0) || math.IsInf(weight, 0):
				return nil, s.in("%s: the weight %v: want a finite number >= 0", w.Where(i), weight)
			case math.IsNaN(v) || math.IsInf(v, 0):
				return nil, s.in("%s: the curvature %v of weight %v: want a finite number", h.Where(i), v, weight)
			}
			sum, kept = sum+weight, append(kept, i)
		}
		if !(math.Abs(sum-1) <= 1e-3) {
			return nil, s.in("the weights from %s to %s have the sum %.6g: want 1 in each run, and a column that names the run of each where there are several", w.Where(run[0]), w.Where(run[len(run)-1]), sum)
		}
		for _, i := range kept {
			m.Values[i] = s.dimension * (w.Values[i] / sum) / float64(len(runs))
		}
		places = append(places, kept...)
	}
	s.by["multiplicity"] = m
	s.quadrature(h, places, runs)
	return places, nil
}

// quadrature says what Lanczos runs leave open: see theory.Band. A density on a grid
// is none.
func (s *sheet) quadrature(h arrays.Array, places []int, runs [][]int) {
	if s.gridded {
		return
	}
	used := make(map[int]bool, len(places))
	for _, i := range places {
		used[i] = true
	}
	low, high := make([]float64, len(h.Values)), make([]float64, len(h.Values))
	for _, run := range runs {
		run = slices.DeleteFunc(slices.Clone(run), func(i int) bool { return !used[i] })
		slices.SortFunc(run, func(i, j int) int { return cmp.Compare(h.Values[i], h.Values[j]) })
		for k, i := range run {
			if k > 0 {
				low[i] = h.Values[run[k-1]]
			} else {
				low[i] = min(0, h.Values[i])
			}
			high[i] = h.Values[run[min(k+1, len(run)-1)]]
		}
		if degree := 2*len(run) - 1; s.band.Degree == 0 || degree < s.band.Degree {
			s.band.Degree = degree
		}
	}
	vectors := "vectors"
	if len(runs) == 1 {
		vectors = "vector"
	}
	s.notes = append(s.notes, fmt.Sprintf("%d Ritz values of %d random %s stand for %.0f directions", len(places), len(runs), vectors, s.dimension))
	s.band.Low, s.band.High, s.band.Probes = picked(low, places), picked(high, places), len(runs)
}

// runsOf returns the places of the entries of each run.
func (s *sheet) runsOf(w arrays.Array) [][]int {
	var runs [][]int
	which := map[float64]int{}
	r, named := s.by["run"]
	for i := range w.Values {
		run := 0.0
		switch {
		case named && len(r.Values) == len(w.Values):
			run = r.Values[i]
		case len(w.Shape) > 1:
			run = float64(i / w.Shape[len(w.Shape)-1])
		}
		k, seen := which[run]
		if !seen {
			k = len(runs)
			which[run], runs = k, append(runs, nil)
		}
		runs[k] = append(runs[k], i)
	}
	return runs
}
