package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// anyStep is one step z' = (A0 + x A1) z + b ε that is like no other.
type anyStep struct {
	fixed, rise     []dd.Number // A0 and A1, by rows; no A1 is 0
	noise, gradient []float64   // b, and the point whose gradient is taken
}

// newStep splits a step in two: base at x = 0, and what x adds to it.
func newStep(base affine, rise dd.Matrix) *anyStep {
	n := len(base.noise)
	s := &anyStep{fixed: make([]dd.Number, 0, n*n), noise: rounded(base.noise), gradient: rounded(base.gradient)}
	for i, row := range base.dev.FromIdentity() {
		s.fixed = append(s.fixed, row...)
		if rise != nil {
			for _, v := range rise[i] {
				s.rise = append(s.rise, v.Neg())
			}
		}
	}
	return s
}

// exact is A's entry i.
func (s *anyStep) exact(i int, x dd.Number) dd.Number {
	if s.rise == nil || s.rise[i].Hi == 0 {
		return s.fixed[i]
	}
	return s.fixed[i].Add(x.Mul(s.rise[i]))
}

// rounded is exact in float64, by one rounding of what is left next to a zero.
func (s *anyStep) rounded(i int, x dd.Number) float64 {
	a := &s.fixed[i]
	if s.rise == nil {
		return a.Value()
	}
	rise := &s.rise[i]
	return math.FMA(x.Hi, rise.Hi, a.Hi) + (x.Hi*rise.Lo + x.Lo*rise.Hi + a.Lo)
}

// take does one step.
func (s *state) take(step *anyStep, x dd.Number, noise float64) {
	n := len(s.z)
	for i := range s.a {
		s.a[i] = step.rounded(i, x)
	}
	if s.fine != nil {
		for i := range s.a {
			s.matrix[i/n][i%n] = step.exact(i, x)
		}
	}
	for i, b := range step.noise {
		for j, c := range step.noise {
			s.kick[i*n+j] = b * c
		}
	}
	s.apply(&level{a: s.a, exact: s.matrix}, s.kick, noise)
}
