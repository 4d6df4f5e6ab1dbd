package rule

import (
	"math"

	"nqm/theory"
)

// Rate is the learning rate of a run that knows its step.
type Rate struct {
	Base     float64
	Schedule theory.Schedule // nil keeps Base
	t        int
}

func (r *Rate) now() float64 {
	if r.Schedule == nil {
		return r.Base
	}
	return r.Base * Factor(r.Schedule, r.t)
}

// Next returns the learning rate of this step and goes on to the next.
func (r *Rate) Next() float64 {
	v := r.now()
	r.t++
	return v
}

// Momentum is β in this step, of a method whose own is given; Next ends the step.
func (r *Rate) Momentum(own float64) float64 { return MomentumAt(own, r.Schedule, r.t) }

// MomentumAt is β in step t of a method with a momentum and a schedule.
func MomentumAt(own float64, s theory.Schedule, t int) float64 {
	if len(s) == 0 {
		return own
	}
	g, k := segmentAt(s, t)
	if g.Momentum == 0 {
		return own
	}
	if g.MomentumTo == 0 {
		return g.Momentum
	}
	part := float64(k) / float64(max(g.Steps, 1))
	if g.Shape == theory.CosineRate {
		part = (1 - math.Cos(math.Pi*part)) / 2
	}
	return g.Momentum + float64((g.MomentumTo-g.Momentum)*part)
}

// segmentAt returns the segment of step t and the step within it. After the
// end it is the last segment at its end.
func segmentAt(s theory.Schedule, t int) (theory.Segment, int) {
	for _, g := range s {
		if g.Steps == 0 || t < g.Steps {
			return g, t
		}
		t -= g.Steps
	}
	last := s[len(s)-1]
	if last.MomentumTo != 0 {
		last.Momentum, last.MomentumTo = last.MomentumTo, 0
	}
	switch last.Shape {
	case theory.LinearRate, theory.CosineRate:
		last = theory.Segment{From: last.To, BatchSize: last.BatchSize, Momentum: last.Momentum}
	case theory.InverseTimeRate:
		return last, last.Steps - 1
	}
	return last, 0
}

// Factor is the factor of the learning rate in step t, by the formulas of
// theory.Segment's documentation.
func Factor(s theory.Schedule, t int) float64 {
	if len(s) == 0 {
		return 1
	}
	g, k := segmentAt(s, t)
	part := float64(k) / float64(max(g.Steps, 1))
	switch g.Shape {
	case theory.LinearRate:
		return g.From + float64((g.To-g.From)*part)
	case theory.CosineRate:
		return g.To + float64((g.From-g.To)*((1+math.Cos(math.Pi*part))/2))
	case theory.InverseTimeRate:
		time := g.Time
		if time == 0 {
			time = 1
		}
		return g.From / (1 + float64(k)/time)
	}
	return g.From
}

// BatchAt is the batch size in step t of a method with a batch size and a schedule.
func BatchAt(size float64, s theory.Schedule, t int) float64 {
	if len(s) > 0 {
		if g, _ := segmentAt(s, t); g.BatchSize != 0 {
			return g.BatchSize
		}
	}
	return max(size, 1)
}
