package theory

import (
	"fmt"
	"math"
)

// mostFollowed bounds the work of one question that is followed step by step, in
// steps of one variable of one direction: some seconds.
const mostFollowed = 400_000_000

// affordable is the error of a question whose answer is followed step by step over
// more steps than can be waited for: multiplicative noise, and learning rates that
// change in every step. It is about t steps, and about the whole schedule where that
// ends at a learning rate of 0, as the floor is then where it ends. The answer is
// sought for a number of settings.
func affordable(p Problem, t int, m Method, settings int) error {
	steps, reason := 0, "multiplicative noise couples the directions, which"
	o, known := m.(Optimizer)
	switch {
	case known && len(o.Schedule) > 0:
		steps = o.Schedule.followed(t, p.Streaming)
		if !p.Streaming {
			reason = "a learning rate that changes in every step"
		}
	case p.Streaming:
		steps = t
	}
	if most := followable(p, m) / settings; steps > most {
		return fmt.Errorf("theory: %s is followed step by step: %d steps are too many, want at most %d on this problem", reason, steps, max(most, 1))
	}
	return nil
}

// followed counts the steps up to t, or to the end if the last factor is 0, in which
// the learning rate changes; or all of them.
func (s Schedule) followed(t int, all bool) int {
	if s[len(s)-1].end() == 0 {
		t = math.MaxInt
	}
	count, at := 0, 0
	for i, g := range s {
		n := g.Steps
		if g.endless(i == len(s)-1) {
			n = math.MaxInt
			if t == math.MaxInt {
				break
			}
		}
		n = min(n, t-at)
		if all || g.Shape == LinearRate || g.Shape == CosineRate || g.Shape == InverseTimeRate && g.From != 0 {
			count += n
		}
		if at += n; at >= t {
			return count
		}
	}
	if all && t < math.MaxInt {
		count += t - at
	}
	return count
}

// followable is how many steps of a problem can be followed one by one.
func followable(p Problem, m Method) int {
	directions, variables := float64(p.Len()), 1.0
	if p.Law.Count > 0 {
		directions = math.Min(directions, 2*head) // by quadrature
	}
	if o, ok := m.(Optimizer); ok {
		variables = float64(o.system().layout.n)
	}
	return int(mostFollowed / (math.Max(directions, 1) * variables * variables))
}
