package theory

import (
	"fmt"
	"math"
)

// Band says how far a measured spectrum may be from the entries that stand for it.
// Its zero value is none.
//
// A density that was measured by Lanczos runs of n steps has all three kinds of
// bounds: the runs integrate polynomials up to degree 2n-1 as the density of their
// random vectors does (Gauss quadrature); and of that density the share below the
// Ritz value k lies between the weights up to k-1 and up to k (the inequalities of
// Chebyshev, Markov and Stieltjes), so that what entry k stands for lies between
// its neighbours.
type Band struct {
	// Low and High, if not nil, bound the curvature of every direction that an entry
	// stands for: 0 <= Low <= Curvature <= High. Where the noise is that of the
	// curvature, C = H, it moves along.
	Low, High []float64
	// Degree, if not 0, says that the entries integrate polynomials of the curvature
	// up to this degree exactly.
	Degree int
	// Probes, if not 0, is the number of random vectors of whose densities the
	// multiplicities are the mean: traces then have the standard error
	//
	//	√( 2/Probes (tr F² - (tr F)²/d) )
	//
	// for Gaussian vectors, and no larger one for signs (Rademacher).
	Probes int
}

// Banded reports whether p has a Band.
func (p Problem) Banded() bool {
	return p.Band.Low != nil || p.Band.High != nil || p.Band.Degree != 0 || p.Band.Probes != 0
}

// validate checks the band of p, whose lists are valid.
func (b Band) validate(p Problem) error {
	if !p.Banded() {
		return nil
	}
	if p.Law.Count != 0 || p.Streaming {
		return fmt.Errorf("theory: a Band of a law or under multiplicative noise: want a list with additive noise, or Band{}")
	}
	if b.Degree < 0 || b.Probes < 0 || (b.Low == nil) != (b.High == nil) {
		return fmt.Errorf("theory: Band of degree %d, %d probes, %d low and %d high: want numbers >= 0, and low and high ends or none", b.Degree, b.Probes, len(b.Low), len(b.High))
	}
	if b.Low == nil {
		return nil
	}
	if len(b.Low) != p.Len() || len(b.High) != p.Len() {
		return fmt.Errorf("theory: Band has %d low and %d high ends and Curvature has %d entries: give one for each, or none", len(b.Low), len(b.High), p.Len())
	}
	for i, h := range p.Curvature {
		if !(0 <= b.Low[i] && b.Low[i] <= h && h <= b.High[i]) || math.IsInf(b.High[i], 0) {
			return fmt.Errorf("theory: Band from %v to %v around Curvature[%d] = %v: want finite ends, 0 <= low <= curvature <= high", b.Low[i], b.High[i], i, h)
		}
	}
	return nil
}

// clipped returns the band with ends >= 0.
func (b Band) clipped() Band {
	if b.Low != nil {
		b.Low, b.High = clipped(b.Low), clipped(b.High)
	}
	return b
}
