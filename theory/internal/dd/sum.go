package dd

import "math"

// Sum adds numbers with a running compensation (Neumaier 1974), so that ten
// thousand terms cost no more accuracy than two. Infinities pass through it
// without turning into NaN.
type Sum struct{ total, lost float64 }

// Add adds a number.
func (s *Sum) Add(v float64) {
	if math.IsInf(s.total, 0) {
		return
	}
	t := s.total + v
	if math.Abs(s.total) >= math.Abs(v) {
		s.lost += (s.total - t) + v
	} else {
		s.lost += (v - t) + s.total
	}
	s.total = t
}

// Value returns the sum so far.
func (s *Sum) Value() float64 {
	if math.IsInf(s.total, 0) {
		return s.total
	}
	return s.total + s.lost
}
