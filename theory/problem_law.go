package theory

import "math"

// Law says that direction i = 1, 2, ..., Count of a problem follows power laws.
// Sums over the directions are then done by quadrature along i where that is
// cheaper, at a cost that does not grow with Count.
type Law struct {
	Count                            float64 // d, a whole number; zero means no law
	Curvature, Noise, Mean, Variance Power
}

// Power is the power law Scale · i^-Exponent.
type Power struct{ Scale, Exponent float64 }

// At returns Scale · i^-Exponent; exponents 0, 1 and 2 are correctly rounded or
// nearly so.
func (p Power) At(i float64) float64 {
	switch {
	case p.Scale == 0:
		return 0
	case p.Exponent == 0:
		return p.Scale
	case p.Exponent == 1:
		return p.Scale / i
	case p.Exponent == 2:
		return p.Scale / (i * i)
	}
	return p.Scale * math.Pow(i, -p.Exponent)
}

func (p Power) list(n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = p.At(float64(i + 1))
	}
	return s
}

const (
	// maxDimension bounds the problems that are written out: one slice of this
	// many numbers takes 1 GB.
	maxDimension = 1 << 27
	// maxCount bounds a law: beyond it i+1 is no longer distinct from i.
	maxCount = 1e15
	// written is up to how many directions a law's problem is written out, and
	// head how many of a larger one.
	written = 1 << 14
	head    = 1 << 10
	// unlawful is up to how many directions a law would not pay.
	unlawful = 256
)
