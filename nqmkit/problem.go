package nqmkit

import "nqm/theory"

// Problem is a noisy quadratic, under the name that a cell needs to hand one
// from cell to cell: func p() nqmkit.Problem { return nqmkit.PowerLaw(10_000, 1) }.
type Problem = theory.Problem

// PowerLaw returns the problem h_i = i^-exponent, i = 1..d, with noise C = H
// and start θ(0) ~ N(0, I). PowerLaw(10_000, 1) is the paper's.
// It panics unless d >= 1 and exponent >= 0.
func PowerLaw(d int, exponent float64) Problem { return must(theory.PowerLaw(d, exponent)) }

// TwoDirections returns the lecture's problem: curvatures h1 and h2, noise
// C = H, start θ(0) = (1, 1). It panics on a negative or infinite curvature.
func TwoDirections(h1, h2 float64) Problem { return must(theory.TwoDirections(h1, h2)) }

// must returns v, and panics with the sentence of err if there is one.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
