package nqmkit

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"nqm/nqmkit/internal/arrays"
	"nqm/theory"
)

// ReadSpectrum reads a problem from a file of numbers as tools write them:
//
//	.npy, .npz  NumPy's arrays of float32, float64 or integers
//	.json       lists, or an object of lists; tables that Save wrote
//	.csv, .txt  columns apart by a comma, semicolon, tab or spaces, or one row
//
// Arrays and columns go by their names, in any order and as people write them:
//
//	curvature     eigenvalue, lambda, h, ...
//	noise         c, noise_variance: of one example. Without it C = H
//	mean, variance  of the initial point. Without both θ(0) ~ N(0, I)
//	multiplicity  count: of directions that share an entry
//	weight        of Ritz values, each run of which sums to one: see Dimension
//	density       of eigenvalues on a grid: see Dimension
//	tridiagonal, or alpha and beta  the matrices of Lanczos runs: see Dimension
//	low, high     ends of each curvature, with middle for the curvature: see theory.Band
//	run           of the entries of a column, where there are several
//	streaming, correlated  1 or 0, as Save writes them
//
// Without names the columns are curvature, noise, mean, variance, multiplicity, or
// with Dimension curvature and weight; a single row or column is curvatures. An
// index column, as pandas writes it, and lines that begin with # are passed over.
// A comma that may be a decimal comma or may part columns is an error that asks.
//
// What a measurement has and a problem must not is treated as the options say, and
// by default tolerated; the problem's Note, which stands on its picture, says what
// was done. ReadSpectrum panics with one sentence, which names the file, the line,
// the value and the remedy, on what cannot be read.
func ReadSpectrum(path string, options ...SpectrumOption) Problem {
	return must(readSpectrum(path, options))
}

func readSpectrum(path string, options []SpectrumOption) (Problem, error) {
	r, err := readingOf(options)
	if err != nil {
		return Problem{}, err
	}
	file, err := arrays.Read(path)
	if err != nil {
		return Problem{}, fmt.Errorf("nqmkit: %s: %w", path, err)
	}
	s := &sheet{reading: r, path: path, by: map[string]arrays.Array{}}
	if err := s.assign(file); err != nil {
		return Problem{}, err
	}
	if a, ok := s.by["dimension"]; ok && s.dimension == 0 && len(a.Values) == 1 {
		s.dimension = a.Values[0]
	}
	return s.measured(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
}

// measured returns the problem of the arrays, treated as chosen.
func (s *sheet) measured(name string) (Problem, error) {
	p, where, err := s.problem()
	if err != nil {
		return Problem{}, err
	}
	p.Name = name
	p.Note = strings.Join(s.notes, "; ")
	p, err = p.Measured(s.treatments)
	if fault := (theory.Fault{}); errors.As(err, &fault) {
		return Problem{}, s.in("%s: %w%s", where(fault.Quantity, fault.Entry), fault, remedy(fault))
	}
	if err != nil {
		return Problem{}, s.in("%w", err)
	}
	if p.Noise == nil {
		p.Noise = slices.Clone(p.Curvature)
	}
	if p.Mean == nil && p.Variance == nil {
		p.Variance = slices.Repeat([]float64{1}, p.Len())
	}
	return p, p.Validate()
}

// remedy names the options for a fault.
func remedy(f theory.Fault) string {
	switch {
	case f.Chosen == Refuse:
		return ""
	case f.Quantity != "curvature": // noise, or an eigenvalue of a covariance
		return ", as nqmkit.NegativeNoise(nqmkit.Clip)"
	}
	return ", as nqmkit.NegativeCurvature(nqmkit.Clip) or (nqmkit.SetAside)"
}

// problem makes a problem of the arrays, not yet Measured, and says where in the
// file an entry of it stands.
func (s *sheet) problem() (Problem, func(quantity string, entry int) string, error) {
	for _, made := range []func() error{s.counted, s.ritz, s.onGrid} {
		if err := made(); err != nil {
			return Problem{}, nil, err
		}
	}
	places, err := s.weighted()
	if err != nil {
		return Problem{}, nil, err
	}
	if middle, ok := s.by["middle"]; ok && s.by["curvature"].Values == nil {
		s.by["curvature"] = middle
	}
	h, ok := s.by["curvature"]
	if !ok || len(h.Values) == 0 {
		return Problem{}, nil, s.in("no curvature in it: want a column of them")
	}
	if n := len(h.Shape); n > 1 && h.Shape[0] != 1 && h.Shape[n-1] != 1 && places == nil {
		return Problem{}, nil, s.in("curvatures of shape %v without weights: want one row or one column", h.Shape)
	}
	lists := map[string][]float64{}
	for _, c := range []struct {
		role string
		min  float64
		want string
	}{
		{"curvature", math.Inf(-1), ""}, {"noise", math.Inf(-1), ""}, {"mean", math.Inf(-1), ""},
		{"variance", 0, " >= 0"}, {"multiplicity", math.SmallestNonzeroFloat64, " > 0"}, {"low", math.Inf(-1), ""}, {"high", math.Inf(-1), ""},
	} {
		a, ok := s.by[c.role]
		if !ok {
			continue
		}
		if len(a.Values) != len(h.Values) {
			return Problem{}, nil, s.in("%d of %s and %d of curvature: want one for each", len(a.Values), c.role, len(h.Values))
		}
		lists[c.role] = a.Values
		if places != nil {
			lists[c.role] = picked(a.Values, places)
		}
		for i, v := range lists[c.role] {
			if !(v >= c.min) || math.IsInf(v, 0) {
				if places != nil {
					i = places[i]
				}
				return Problem{}, nil, s.in("%s: the %s %v: want a finite number%s", a.Where(i), c.role, v, c.want)
			}
		}
	}
	p := Problem{Curvature: lists["curvature"], Noise: lists["noise"], Mean: lists["mean"], Variance: lists["variance"], Multiplicity: lists["multiplicity"]}
	where := func(quantity string, entry int) string {
		if places != nil {
			entry = places[entry]
		}
		return s.by[quantity].Where(entry)
	}
	if p.Band, err = s.bandOf(lists, where); err != nil {
		return Problem{}, nil, err
	}
	if p.Streaming, err = s.flag("streaming"); err != nil {
		return Problem{}, nil, err
	}
	if p.Correlated, err = s.flag("correlated"); err != nil {
		return Problem{}, nil, err
	}
	if d := s.dimension; d > 0 && math.Abs(p.Dimension()-d) > 1e-9*d {
		return Problem{}, nil, s.in("%v directions without weights beside Dimension(%v): want weights, or no Dimension where these are all directions", p.Dimension(), d)
	}
	return p, where, nil
}

// bandOf returns the band of a file that has one, or of its runs.
func (s *sheet) bandOf(lists map[string][]float64, where func(quantity string, entry int) string) (theory.Band, error) {
	b, low, high := s.band, lists["low"], lists["high"]
	if (low == nil) != (high == nil) {
		return b, s.in("a low or a high end of each curvature: want both")
	}
	if low != nil {
		b.Low, b.High = low, high
		for i, h := range lists["curvature"] {
			if !(low[i] <= h && h <= high[i]) {
				return b, s.in("%s: low %v, curvature %v, high %v: want them to rise", where("curvature", i), low[i], h, high[i])
			}
		}
	}
	for role, place := range map[string]*int{"degree": &b.Degree, "probes": &b.Probes} {
		if a, ok := s.by[role]; ok && len(a.Values) > 0 {
			*place = int(a.Values[0])
		}
	}
	return b, nil
}

// flag reads a setting of the whole problem from a column.
func (s *sheet) flag(role string) (bool, error) {
	a, ok := s.by[role]
	if !ok || len(a.Values) == 0 {
		return false, nil
	}
	for i, v := range a.Values {
		if v != 0 && v != 1 || v != a.Values[0] {
			return false, s.in("%s: %s %v: want 1 everywhere, or 0", a.Where(i), role, v)
		}
	}
	return a.Values[0] == 1, nil
}

func picked(values []float64, places []int) []float64 {
	some := make([]float64, len(places))
	for k, i := range places {
		some[k] = values[i]
	}
	return some
}
