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

// become makes it the step u for any x, in the same place.
func (s *anyStep) become(u *update) {
	s.fixed, s.rise, s.noise, s.gradient = s.fixed[:0], s.rise[:0], s.noise[:0], s.gradient[:0]
	for i := range u.n {
		for j := range u.n {
			var rise dd.Number
			if u.kick[i].Hi != 0 && u.gradient[j].Hi != 0 {
				rise = u.kick[i].Mul(u.gradient[j])
			}
			s.fixed, s.rise = append(s.fixed, dd.Identity(i, j).Sub(u.keep[i][j])), append(s.rise, rise)
		}
		s.noise, s.gradient = append(s.noise, u.kick[i].Value()), append(s.gradient, u.gradient[i].Value())
	}
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
