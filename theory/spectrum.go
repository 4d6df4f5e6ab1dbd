package theory

import (
	"fmt"
	"math"
)

// maxDimension bounds the explicit spectra: one slice of this many numbers
// takes 1 GB.
const maxDimension = 1 << 27

// PowerLaw returns the problem of dimension d whose spectrum falls as a power:
//
//	h_i = i^-exponent        C = H        θ(0) ~ N(0, I)        i = 1..d
//
// With exponent 1 and d = 10^4 it is the model of the paper's experiments
// (section 4). The valid range is 1 <= d <= 2^27, exponent >= 0.
func PowerLaw(d int, exponent float64) (Problem, error) {
	if d < 1 || d > maxDimension {
		return Problem{}, fmt.Errorf("theory: PowerLaw: dimension %d: want 1 to %d", d, maxDimension)
	}
	if !(exponent >= 0) || math.IsInf(exponent, 0) {
		return Problem{}, fmt.Errorf("theory: PowerLaw: exponent %v: want a finite number >= 0", exponent)
	}
	h := make([]float64, d)
	for i := range h {
		h[i] = powerOf(float64(i+1), exponent)
	}
	return Problem{
		Name:      fmt.Sprintf("power law, h = %s, d = %d", powerName(exponent), d),
		Curvature: h,
		Noise:     append([]float64(nil), h...),
		Variance:  constant(d, 1),
	}, nil
}

// powerOf returns i^-exponent; exponent 1 is the correctly rounded 1/i.
func powerOf(i, exponent float64) float64 {
	if exponent == 1 {
		return 1 / i
	}
	return math.Pow(i, -exponent)
}

func powerName(exponent float64) string {
	if exponent == 1 {
		return "1/i"
	}
	return fmt.Sprintf("i^-%g", exponent)
}

// TwoDirections returns the lecture's problem: one stiff and one flat
// direction, noise C = H, started at exactly θ(0) = (1, 1).
// The valid range is h1 >= 0, h2 >= 0, finite.
func TwoDirections(h1, h2 float64) (Problem, error) {
	p := Problem{
		Name:      fmt.Sprintf("two directions, h = (%g, %g)", h1, h2),
		Curvature: []float64{h1, h2},
		Noise:     []float64{h1, h2},
		Mean:      []float64{1, 1},
	}
	return p, p.Validate()
}

func constant(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}
