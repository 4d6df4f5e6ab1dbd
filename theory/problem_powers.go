package theory

import (
	"fmt"
	"math"
)

// lawful returns the problem that follows a law.
func lawful(l Law) (Problem, error) {
	if !(l.Count >= 1 && l.Count <= maxCount) || l.Count != math.Trunc(l.Count) {
		return Problem{}, fmt.Errorf("theory: dimension %v: want 1 to %g, a whole number", l.Count, maxCount)
	}
	n := int(l.Count)
	if n > written {
		n = head
	}
	p := l.writtenOut(n)
	if l.Count > unlawful {
		p.Law = l
	}
	return p, p.Validate()
}

// PowerLaw returns the problem of dimension d whose spectrum falls as a power:
//
//	h_i = i^-exponent        C = H        θ(0) ~ N(0, I)        i = 1..d
//
// With exponent 1 and d = 10^4 it is the model of the paper's experiments
// (section 4). The valid range is 1 <= d <= 10^15, exponent >= 0. Up to 2^14
// directions are written out in the slices, of a larger problem the first
// 2^10; every answer is about all of them.
func PowerLaw(d int, exponent float64) (Problem, error) {
	return powerLaw(d, exponent, Power{1, 0})
}

// SourceCondition returns PowerLaw(d, exponent) with a start that falls as a
// power, in the two parametrisations that are in use:
//
//	E θ_i(0)² = i^-source          weighted false
//	h_i E θ_i(0)² = i^-source      weighted true
//
// In the notation of Paquette, Paquette, Xiao, Pennington 2024 (arXiv
// 2405.15074) the exponent is 2α and the unweighted source 2β. The source must
// be finite; it may be negative, as far as all numbers stay finite.
func SourceCondition(d int, exponent, source float64, weighted bool) (Problem, error) {
	if math.IsNaN(source) || math.IsInf(source, 0) {
		return Problem{}, fmt.Errorf("theory: source exponent %v: want a finite number", source)
	}
	if weighted {
		source -= exponent
	}
	return powerLaw(d, exponent, Power{1, source})
}

func powerLaw(d int, exponent float64, start Power) (Problem, error) {
	if !(exponent >= 0) || math.IsInf(exponent, 0) {
		return Problem{}, fmt.Errorf("theory: PowerLaw: exponent %v: want a finite number >= 0", exponent)
	}
	h := Power{1, exponent}
	return lawful(Law{Count: float64(d), Curvature: h, Noise: h, Variance: start})
}
