package nqmkit

import (
	"fmt"
	"math"

	"nqm/theory"
)

// SpectrumOption is a choice for a measured spectrum: see ReadSpectrum.
type SpectrumOption func(*reading)

// reading is what was chosen.
type reading struct {
	treatments theory.Treatments
	dimension  float64 // 0 where it was not given
	part       string
}

func readingOf(options []SpectrumOption) (reading, error) {
	var r reading
	for i, choose := range options {
		if choose == nil {
			return r, fmt.Errorf("nqmkit: option %d is nil: leave it out", i)
		}
		choose(&r)
	}
	if r.dimension != 0 && !(r.dimension >= 1) || math.IsInf(r.dimension, 0) {
		return r, fmt.Errorf("nqmkit: Dimension(%v): want the number of parameters, >= 1", r.dimension)
	}
	return r, nil
}

// Dimension says how many parameters there are, where a file has weights or a
// density that sum to one.
func Dimension(parameters float64) SpectrumOption {
	return func(r *reading) {
		if r.dimension = parameters; parameters == 0 {
			r.dimension = math.NaN()
		}
	}
}

// Part says that of the arrays in a file those are meant whose names begin so, as
// in "B64_P100_gn_sgd" before "_g", "_lo" and "_hi".
func Part(prefix string) SpectrumOption { return func(r *reading) { r.part = prefix } }

// NegativeCurvature chooses what becomes of curvatures below zero: Tolerate, Clip,
// SetAside or Refuse.
func NegativeCurvature(t theory.Treatment) SpectrumOption {
	return func(r *reading) { r.treatments.Negative = t }
}

// FlatCurvature chooses what becomes of curvatures that are zero, also of those
// that were clipped: Keep, SetAside or Refuse.
func FlatCurvature(t theory.Treatment) SpectrumOption {
	return func(r *reading) { r.treatments.Flat = t }
}

// NegativeNoise chooses what becomes of noise variances below zero: Tolerate, Clip
// or Refuse.
func NegativeNoise(t theory.Treatment) SpectrumOption {
	return func(r *reading) { r.treatments.Noise = t }
}

// What may become of numbers that a measurement has and a model must not.
const (
	Tolerate = theory.Tolerate // clip them if they carry at most a twentieth; an error beyond
	Clip     = theory.Clip     // take them as zero
	SetAside = theory.SetAside // leave their directions out
	Refuse   = theory.Refuse   // any is an error
	Keep     = theory.Keep     // leave them as they are
)

// TreatmentsOf returns what options choose, for measurements that are made elsewhere: see
// theory.Problem's Measured. It panics on an option out of its range.
func TreatmentsOf(options ...SpectrumOption) theory.Treatments {
	return must(readingOf(options)).treatments
}
