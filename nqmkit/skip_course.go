package nqmkit

import (
	"fmt"
	"math"

	"nqm/nqmkit/internal/leap"
	"nqm/nqmkit/internal/rule"
	"nqm/theory"
)

// course is the way of a method over the chosen steps.
type course struct {
	*leap.Plan
	// single is one step of a kind of the plan in a direction of curvature h.
	single func(h float64, kind int) transition
	// counts are how many iterates the answer averages at each chosen step, whose
	// sum is then the last variable; 0 where the answer is not an average. It is
	// nil if it never is.
	counts []float64
}

func courseOf(m Sampler, steps []int) (course, error) {
	switch m := m.(type) {
	case theory.Linear:
		if m.System(1).Step != nil {
			return course{}, fmt.Errorf("nqmkit: %v cannot be skipped through: it changes in its steps; nqmkit.Sample takes every one", m)
		}
		return linearCourse(m, steps), nil
	case theory.Optimizer:
		return optimizerCourse(m, steps)
	}
	return course{}, fmt.Errorf("nqmkit: %v cannot be skipped through: want a theory.Optimizer or Linear; nqmkit.Sample takes every step", m)
}

func linearCourse(m theory.Linear, steps []int) course {
	p, before := leap.NewPlan(), 0
	for _, t := range steps {
		p.Look(p.Repeat(p.Step(0), t-before))
		before = t
	}
	return course{Plan: p, single: func(h float64, _ int) transition { return linearStep(m.System(h), max(m.BatchSize, 1)) }}
}

// planner makes the plan of an optimizer.
type planner struct {
	*leap.Plan
	theory.Optimizer
	kinds  []kind
	places map[kind]int
}

// optimizerCourse takes constant stretches of a schedule at once, by Lookahead's
// cycles if it has any, and other steps one by one.
func optimizerCourse(m theory.Optimizer, steps []int) (course, error) {
	if m.Changing() > 0 || m.Debias {
		return course{}, fmt.Errorf("nqmkit: %v cannot be skipped through: its steps or its readout change; nqmkit.Sample takes every one", m)
	}
	last := steps[len(steps)-1]
	o, err := m.Over(last)
	if err != nil {
		return course{}, err
	}
	p := &planner{Plan: leap.NewPlan(), Optimizer: o, places: map[kind]int{}}
	first, _ := p.stretch(0)
	p.one(first) // single(h, 0) exists though no step may be taken
	before := 0
	for _, t := range steps {
		way := leap.Standing
		for before < t {
			if len(p.kinds) > maxKinds {
				return course{}, fmt.Errorf("nqmkit: %v cannot be skipped through over %d steps: want at most %d different learning rates", m, last, maxKinds)
			}
			k, end := p.stretch(before)
			end = min(end, t)
			way = p.Join(way, p.over(k, before, end-before))
			before = end
		}
		p.Look(way)
	}
	rules := make([]theory.Rule, len(p.kinds))
	for i, k := range p.kinds {
		at := o
		at.Momentum = k.momentum
		rules[i] = at.Rule(k.rate)
	}
	return course{Plan: p.Plan, counts: p.counts(steps), single: func(h float64, at int) transition { return optimizerStep(o, rules[at], h, p.kinds[at]) }}, nil
}

// maxKinds bounds the room that a plan takes.
const maxKinds = 20_000

// stretch returns the kind of step t, and where steps may be of another.
func (p *planner) stretch(t int) (kind, int) {
	k := kind{rate: rule.Factor(p.Schedule, t), momentum: rule.MomentumAt(p.Momentum, p.Schedule, t), batch: rule.BatchAt(p.BatchSize, p.Schedule, t), sums: p.UniformAverage && t+1 >= p.AverageFrom}
	end := stretchEnd(p.Schedule, t)
	if p.UniformAverage && !k.sums {
		end = min(end, p.AverageFrom-1)
	}
	return k, end
}

// stretchEnd returns where the learning rate of step t may change.
func stretchEnd(s theory.Schedule, t int) int {
	end := 0
	for _, g := range s {
		if end += g.Steps; g.Steps == 0 || t < end {
			switch {
			case g.Shape != theory.ConstantRate:
				return t + 1
			case g.Steps == 0:
				return math.MaxInt
			}
			return end
		}
	}
	return math.MaxInt
}

// one is a step of kind k.
func (p *planner) one(k kind) int {
	at, ok := p.places[k]
	if !ok {
		at = len(p.kinds)
		p.kinds = append(p.kinds, k)
		p.places[k] = at
	}
	return p.Step(at)
}

// over is n steps of kind k from step t on. Lookahead's slow weights move after
// steps k, 2k, ...: the rest of a cycle, whole cycles, and the start of one.
func (p *planner) over(k kind, t, n int) int {
	way, period := leap.Standing, p.LookaheadSteps
	if period == 0 {
		return p.Repeat(p.one(k), n)
	}
	if rest := period - t%period; rest < period && rest <= n {
		way = p.cycle(k, rest)
		t, n = t+rest, n-rest
	}
	if t%period == 0 {
		way = p.Join(way, p.Repeat(p.cycle(k, period), n/period))
		n %= period
	}
	return p.Join(way, p.Repeat(p.one(k), n))
}

// cycle is n steps of kind k, after the last of which the slow weights move.
func (p *planner) cycle(k kind, n int) int {
	last := k
	last.syncs = true
	return p.Join(p.Repeat(p.one(k), n-1), p.one(last))
}

func (p *planner) counts(steps []int) []float64 {
	if !p.UniformAverage {
		return nil
	}
	counts := make([]float64, len(steps))
	for k, t := range steps {
		counts[k] = float64(max(t-p.AverageFrom+1, 0))
	}
	return counts
}
