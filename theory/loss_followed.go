package theory

import (
	"fmt"
	"math"
)

// mostFollowed bounds the work of one question that is followed step by step, in
// steps of one direction times costOf: some seconds.
const mostFollowed = 2_000_000_000

// affordable is the error of a question whose answer is followed step by step over
// more steps than can be waited for. The answer is sought for a number of settings.
func affordable(p Problem, t int, m Method, settings int) error {
	steps, reason := followedSteps(p, t, m)
	if most := followable(p, m) / settings; steps > most {
		return fmt.Errorf("theory: %s is followed step by step: %d steps are too many, want at most %d on this problem", reason, steps, max(most, 1))
	}
	return nil
}

// followedSteps are the steps of a question that are followed one by one, and why:
// multiplicative noise, and what changes in every step. They are about t steps, and
// about the whole schedule where that ends at a learning rate of 0, as the floor is
// then where it ends.
func followedSteps(p Problem, t int, m Method) (steps int, reason string) {
	reason = "multiplicative noise couples the directions, which"
	if t, ok := m.(Torch); ok {
		m = t.Optimizer()
	}
	o, known := m.(Optimizer)
	if c, ok := m.(changer); ok && c.changing() > 0 && !p.Streaming {
		steps, reason = min(t, c.changing()), "a method that changes in every step"
	}
	switch {
	case known && len(o.Schedule) > 0:
		steps = max(steps, o.Schedule.followed(t, p.Streaming))
		if !p.Streaming {
			reason = "a learning rate that changes in every step"
		}
	case p.Streaming:
		steps = t
	}
	return steps, reason
}

// followed counts the steps up to t in which the learning rate changes, or all of them;
// of a schedule that ends at a learning rate of 0, those of the whole schedule.
func (s Schedule) followed(t int, all bool) int {
	last := len(s) - 1
	rests := s[last].end() == 0
	if rests {
		t = math.MaxInt
	}
	count, at := 0, 0
	for i, g := range s {
		n := g.Steps
		if g.endless(i == last) && !rests {
			n = math.MaxInt
		}
		n = min(n, t-at)
		if all || g.Shape == LinearRate || g.Shape == CosineRate || g.Shape == InverseTimeRate && g.From != 0 {
			count += n
		}
		at += n
	}
	if all && !rests {
		count += t - at
	}
	return count
}

// followable is how many steps of a problem can be followed one by one.
func followable(p Problem, m Method) int {
	directions := directionsOf(p)
	if p.Streaming {
		directions *= 2
	}
	return stepsFor(mostFollowed, m, directions, costOf(m))
}

// stepsFor is how many steps some work is enough for, at a cost in each direction.
func stepsFor(work float64, m Method, directions, cost float64) int {
	each := directions*cost + costOfStep
	if c, ok := m.(changer); ok && c.changing() > mostSingle && work > mostSingle*each {
		return mostSingle + int((work-mostSingle*each)/(each+directions*costOfSingle))
	}
	return int(work / each)
}

// directionsOf is about how many directions stand for a problem.
func directionsOf(p Problem) float64 {
	directions := math.Max(float64(p.Len()), 1)
	if p.Law.Count > 0 {
		directions = math.Min(directions, head/2) // of the quadratures that are always taken
	}
	return directions
}

// costOfStep is what a step costs beside its directions, for its learning rate and
// matrices: 110 to 320 ns where a direction of two variables takes 35. costOfSingle is what
// it costs in each direction where its matrices are like no other and not kept: 220 ns.
const (
	costOfStep   = 40
	costOfSingle = 28
)

// costOf is what a step of a method costs in one direction: of n variables n², three times
// that of more than two, four where the mean is followed in 106 bits, six of four
// variables. Each call of a System.Step makes matrices, whose memory costs as much again
// (with n = 2 it takes 230 ns where a direction of two variables takes 33, with n = 8
// 2.3 µs, with n = 16 10 µs).
func costOf(m Method) float64 {
	n, each, call := 1.0, 1.0, 0.0
	switch m := m.(type) {
	case Torch:
		return costOf(m.Optimizer())
	case Optimizer:
		n = float64(m.system().layout.n)
		switch {
		case !m.UniformAverage && !m.ScheduleFree:
		case n > 3:
			each = 6
		default:
			each = 4
		}
	case Linear:
		s := m.System(1)
		n = float64(s.Size())
		if s.Step != nil && s.Changes == nil {
			each, call = 4, 12
		}
	}
	if n > 2 {
		each = math.Max(each, 3)
	}
	return each*n*n + call
}

// changer is a method that may change as it runs, beyond its schedule.
type changer interface {
	// changing is the number of steps after which it no longer does; forever if it
	// does for ever, 0 if it does not.
	changing() int
}

// unsettled says why a method has no limit that is known, or is empty: a Linear that
// changes in every step, for ever, may do anything, and what DANA's velocity does under a
// learning rate of 1/t is not known.
func unsettled(m Method) string {
	o, ok := m.(Optimizer)
	if ok && (o.VelocityRatio == 0 || !o.Schedule.fallsForEver()) {
		return ""
	}
	return endless(m)
}

// endless says that a method changes for ever, or is empty.
func endless(m Method) string {
	if c, ok := m.(changer); ok && c.changing() == forever {
		return fmt.Sprintf("theory: the limit of %s is not known: it changes in every step, for ever", m.Family())
	}
	return ""
}

// fallsForEver reports whether the learning rate falls as 1/t in the end.
func (s Schedule) fallsForEver() bool {
	if len(s) == 0 {
		return false
	}
	last := s[len(s)-1]
	return last.Shape == InverseTimeRate && last.From != 0 && last.endless(true)
}

// changing asks the system at curvature 1. Stretches that are listed are not followed.
func (l Linear) changing() int {
	switch s := l.System(1); {
	case s.Step == nil:
		return 0
	case s.Changes == nil:
		return forever
	default:
		return len(s.Changes)
	}
}
