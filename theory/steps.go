package theory

import (
	"fmt"
	"math"
	"slices"
)

// StepsToTarget returns the first t <= limit with E L(t) <= target, and the
// first from which the loss stays there. A limit of 0 means MaxSteps.
//
// The loss need not fall with t: momentum rings, and SGD from an uneven start
// can dip below the target and come back. Nothing is bisected on the assumption
// that it does. For SGD, heavy ball, Nesterov's method and the moving average of
// SGD with constant settings, a lower bound of the loss over an interval of t
// excludes whole intervals (see the type lossBounds), so that t up to 10^15 costs
// some dozens of losses. Every other method, and multiplicative noise, is
// followed step by step up to MaxScan steps (fewer of many directions, so that it
// takes some seconds; a long list at points of log h, as Expect does, after its first
// steps); beyond them the outcome is
// NotWithinLimit with Checked saying how far it is proved, unless the noise
// alone is above the target, which cannot fall while the settings are constant.
//
// T is exact unless the loss comes within its rounding error (10^-12
// relatively) or SumError of the target. Where a power law is summed by quadrature, a loss
// within 10^-9 of the target is summed again over all directions.
//
// A loss that overflows is above the target, and is followed on. Where the state of a
// method that is followed step by step overflows itself, the outcome is Diverges if
// the floor is infinite and the settings are constant from there on (of a Linear of
// several variables also if its spectral radius has made the state grow), and else
// NotWithinLimit, with Checked the step and Loss +Inf: it may come down from there.
//
// A schedule without a length is stretched over limit steps, which must then be
// given. The errors name an invalid problem or method, a target that is not
// a finite number > 0, or a limit outside 0 to MaxSteps.
func StepsToTarget(p Problem, target float64, m Method, limit int) (Steps, error) {
	return stepsToTarget(p, target, m, limit, false)
}

// stepsToTarget leaves the settle time open if only the first hit is wanted.
func stepsToTarget(p Problem, target float64, m Method, limit int, hitOnly bool) (Steps, error) {
	if err := check(p, m); err != nil {
		return Steps{}, err
	}
	m, limit, err := question(m, target, limit)
	if err != nil {
		return Steps{}, err
	}
	if err := affordable(p, 0, m, 1); err != nil { // of the floor
		return Steps{}, err
	}
	s := Steps{Problem: p.String(), Method: m.String(), Family: m.Family(), Target: target, Limit: limit,
		Steps: -1, SettleSteps: -1, Outcome: NotWithinLimit, Settles: NotWithinLimit}
	if hitOnly {
		s.Settles = NotAsked
	}
	m = withoutIdleSchedule(m)
	if p.Streaming || !hasLossBounds(m) {
		return s, s.scan(p, m)
	}
	s.prove(p, m, hitOnly)
	return s, nil
}

// question checks the numbers of a question and stretches an open schedule.
func question(m Method, target float64, limit int) (Method, int, error) {
	if err := checkTarget(target, limit); err != nil {
		return nil, 0, err
	}
	if limit > 0 {
		m, err := over(m, limit)
		return m, limit, err
	}
	if o, ok := m.(Optimizer); ok && o.Schedule.open() >= 0 {
		return nil, 0, fmt.Errorf("theory: %v has a schedule without a length: want a length in its segments, or a limit of theory.StepsToTarget to stretch it over", o)
	}
	return m, MaxSteps, nil
}

func checkTarget(target float64, limit int) error {
	if !(target > 0) || math.IsInf(target, 0) {
		return fmt.Errorf("theory: target %v: want a finite loss > 0", target)
	}
	if limit < 0 || limit > MaxSteps {
		return fmt.Errorf("theory: limit of %d steps: want 1 to %d, or 0 for the largest", limit, MaxSteps)
	}
	return nil
}

// prove answers by branch and bound. On a power law a coarse quadrature finds
// roughly where, the quadrature is refined until it is accurate there, and the
// search on the fine one is the proof, from where a coarser one that is nearly as
// accurate excludes no more.
func (s *Steps) prove(p Problem, m Method, hitOnly bool) {
	if p.Law.Count == 0 {
		s.Modes = p.Len()
		k := newLossBounds(p.list(), m, s.Target, 0)
		k.hitOnly = hitOnly
		k.answer(s, 0, 0)
		s.Evaluations = k.evaluations
		return
	}
	rough := *s
	k := newLossBounds(p.Law.nodes(ladder[0]), m, s.Target, quadratureGuard)
	k.hitOnly = hitOnly
	k.answer(&rough, 0, 0)
	near := max(rough.Checked, 1)
	var values [][]float64 // of the rungs
	dirs, disagreement := p.nodes(func(d []Direction) []float64 {
		values = append(values, lossesAt(d, m, quarters(max(near, rough.SettleSteps))))
		return values[len(values)-1]
	})
	from := 0
	for i := 0; i < len(values)-1 && rough.Outcome == Reached; i++ {
		if room := roomFor * apart(values[i], values[len(values)-1]); room <= mostRoom {
			coarse := newLossBounds(p.Law.nodes(ladder[i]), m, s.Target*(1+room), quadratureGuard)
			from = min(coarse.excluded(near), near-1)
			s.Evaluations = coarse.evaluations
			break
		}
	}
	fine := newLossBounds(dirs, m, s.Target, quadratureGuard)
	fine.law, fine.method, fine.hitOnly = p.Law, m, hitOnly
	s.Modes, s.SumError = len(dirs), disagreement
	fine.answer(s, near, from)
	s.Evaluations += k.evaluations + fine.evaluations
}

const (
	// roomFor times how much a quadrature disagrees with the finest is what its bounds
	// allow for, and mostRoom is up to how much of the loss.
	roomFor  = 16
	mostRoom = 1e-4
)

// withoutIdleSchedule is m without a schedule that changes nothing, which would be followed
// step by step.
func withoutIdleSchedule(m Method) Method {
	o, ok := m.(Optimizer)
	if ok && !slices.ContainsFunc(o.Schedule, func(g Segment) bool { return g != Segment{Steps: g.Steps, From: 1} }) {
		o.Schedule = nil
		return o
	}
	return m
}
