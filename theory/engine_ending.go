package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// ending is how a method ends that changes in every step, for ever, but comes to a step:
// its matrices are A + O(1/t), or O(t^-κ), of a step A. Where A is stable, so is the
// method, and its steady state is A's.
//
// One variable may stand still in A. Schedule-free x moves by 1/t of z - x, and z
// settles around -β/(1-β) x, so that x falls as t^(-1/(1-β)); its noise is that of an
// average of z and falls as 1/t. The velocity of DANA-decaying is felt by t^-κ, through
// which θ takes it back at the rate r t^-κ: its mean falls, and t^-2κ of its variance,
// which is of the size t^κ or t. Either is left out of A, and counts as 0.
type ending struct {
	step  *powers // nil of a run whose learning rate falls to 0, or as 1/t
	noise float64
	rests int       // the step from which on the learning rate is 0; -1 if there is none
	at    []float64 // readout of the point where it then comes to rest
	// border is the limit where A stands on its border, which 1/t decides.
	border func(m *machine, limit Response) Response
}

// ending of a machine in the direction x, nil if there is none that is known.
func (s *system) ending(m *machine, x dd.Number) *ending {
	if s.changing() != forever {
		return nil
	}
	last := m.last()
	g := last.segment
	e := &ending{noise: last.noise, rests: -1, border: s.atBorder}
	switch {
	case g.Shape != ConstantRate && (g.Shape != InverseTimeRate || g.From != 0):
		return e
	case g.From == 0:
		e.rests, e.at = last.first, make([]float64, s.layout.n)
		if s.ScheduleFree && !s.AnswerZ {
			e.at[s.rule.states-1] = 1 // z, to which x and y come
		} else {
			e.at[0] = 1
		}
		return e
	}
	step := stepper{system: s, x: x}.at(g.From, g.momentum(0, s.Momentum), false)
	if j, ok := s.rule.fades(&s.Optimizer); ok {
		for i := range step.dev {
			step.dev[i][j], step.dev[j][i] = dd.Number{}, dd.Number{}
		}
		step.dev[j][j], step.noise[j] = dd.Exact(1), dd.Number{}
	}
	e.step = newPowers(step)
	return e
}

// atBorder is the limit of a direction whose step A has a root at -1, and that of A.
// Schedule-free z then flips with an amplitude that grows as t^(β/(1-β)), and x is 1/t of
// it; DANA's θ flips and grows.
func (s *system) atBorder(m *machine, limit Response) Response {
	if s.ScheduleFree {
		switch averaged := !s.AnswerY && !s.AnswerZ; {
		case s.Momentum == 0 && !averaged: // SGD
			return limit
		case s.Momentum < 0.5 && averaged:
			return Response{}
		case s.Momentum == 0.5 && averaged:
			return m.At(1 << 20)
		}
	}
	limit.Factor = math.Inf(1)
	return limit
}

// limit is the limit of the response.
func (e *ending) limit(m *machine) Response {
	switch {
	case e.rests >= 0:
		s := m.begin()
		m.advance(s, e.rests)
		if s.grown {
			return m.response(s)
		}
		return Response{Factor: dot(e.at, s.z), Noise: times(m.variance, math.Max(0, quadraticForm(s.v, e.at)))}
	case e.step == nil && m.flat:
		return m.At(1 << 20)
	case e.step == nil:
		return Response{}
	case m.flat:
		return Response{Factor: 1, Noise: unbounded(m.variance)}
	case m.sum >= 0:
		return m.averageLimit()
	}
	grows := Response{Factor: math.Inf(1), Noise: unbounded(m.variance)}
	switch a, v, ok := e.step.settled(false); {
	case ok:
		return Response{Factor: math.Abs(m.applied(a)), Noise: times(m.variance, e.noise*math.Max(0, quadraticForm(v, m.readout)))}
	case a == nil:
		return grows
	default:
		grows.Factor = math.Abs(m.applied(a))
		return e.border(m, grows)
	}
}
