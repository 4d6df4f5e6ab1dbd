package nqmkit

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"nqm/theory"
)

// List returns the problem with the given curvatures, each >= 0, with noise
// C = H and start θ(0) ~ N(0, I). It panics on none, or one out of range.
func List(curvature ...float64) Problem { return must(theory.List(curvature...)) }

// LogUniform returns d curvatures at equal ratios from high down to low, with
// noise C = H and start θ(0) ~ N(0, I). It panics unless d >= 1 and
// high >= low > 0.
func LogUniform(d int, high, low float64) Problem { return must(theory.LogUniform(d, high, low)) }

// SourceCondition returns PowerLaw(d, exponent) with a start that falls as a
// power: E θ_i(0)² = i^-source or, weighted, h_i E θ_i(0)² = i^-source. It
// panics where a number does not stay finite.
func SourceCondition(d int, exponent, source float64, weighted bool) Problem {
	return must(theory.SourceCondition(d, exponent, source, weighted))
}

// PublishedBins returns the spectrum 1/i as the notebook published with the
// paper quantises it, to reproduce its figures only; see theory.PublishedBins.
// It panics unless d and bins are 2 or more.
func PublishedBins(d, bins int) Problem { return must(theory.PublishedBins(d, bins)) }

// FromMatrices returns the problem of a symmetric Hessian H and noise
// covariance C (nil: no noise), started at mean + N(0, variance I) (mean nil:
// the minimum). C need not share H's eigenvectors; where they do not commute, the
// law of the loss is not known, and runs of this problem have noise without
// correlations: sample a Dense for the loss of single runs. Matrices that were
// measured, in float32 or by differences, are symmetrised, and what is below zero in
// them is treated as chosen (NegativeCurvature, FlatCurvature, NegativeNoise); the
// Note says so. It panics on a matrix that is not finite, or further from symmetric
// or from positive semi-definite than that.
func FromMatrices(h, c mat.Matrix, mean []float64, variance float64, options ...SpectrumOption) Problem {
	p, err := theory.Dense(h, c, mean, variance, must(readingOf(options)).treatments)
	if fault := (theory.Fault{}); errors.As(err, &fault) {
		err = fmt.Errorf("%w%s", err, remedy(fault))
	}
	return must(p, err)
}

// WithNoise returns a copy of p with the noise variances c >= 0 of one
// example, one for each entry. It panics on another number of them.
func WithNoise(p Problem, c ...float64) Problem { return must(p.WithNoise(c)) }

// WithNoisePower returns a copy of p with the noise C = scale · H^power: power
// 1 is C = H, power 0 is C = scale I, scale 0 is none. It panics on scale < 0.
func WithNoisePower(p Problem, scale, power float64) Problem {
	return must(p.WithNoisePower(scale, power))
}

// WithStart returns a copy of p started with the given means and variances,
// one for each entry; nil means zeros. It panics on other lengths and on a
// variance < 0.
func WithStart(p Problem, mean, variance []float64) Problem {
	return must(p.WithStart(mean, variance))
}

// Streaming returns a copy of p with the noise of streaming least squares with
// Gaussian inputs added: it grows with the distance from the minimum, so that
// the largest stable learning rate depends on the batch size. Rotated keeps it.
// It panics on an invalid problem, as one of a curvature whose square is none.
func Streaming(p Problem) Problem {
	p.Streaming = true
	return must(p, p.Validate())
}
