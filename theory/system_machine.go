package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// shears reports whether the state of the general engine is (θ, 2θ + m).
func (s *system) shears(x dd.Number) bool {
	return s.rule.states == 2 && s.rule.starts == nil && s.alone.flips(x)
}

// machine builds the general engine in a direction with
// x = αh, driven by noise of variance σ² in units of αε. Its state is that of the
// rule (sheared, see below), then Lookahead's slow weights, then the moving
// average or the sum of what is reported.
//
// Where the roots of the rule have a negative sum and nearly meet, a velocity m of
// the size 1/(1-√β) and θ almost cancel in every step; their sum over two steps,
// θ(t) + θ(t-1) = 2θ + m for heavy ball, then takes the place of m.
func (s *system) machine(x dd.Number, sigma2 float64) *machine {
	l := s.layout
	m := &machine{variance: sigma2, period: s.LookaheadSteps, sum: -1, from: s.AverageFrom, cancels: s.ScheduleFree, flat: x.Hi == 0,
		start: l.start(), readout: make([]float64, l.n)}
	m.readout[l.reported()] = 1
	shear := s.shears(x)
	if shear {
		m.start[1] = 2
	}
	if s.UniformAverage {
		m.sum = l.average
		m.readout[l.average], m.readout[l.slow] = 0, 1
	}
	if s.Debias && s.Decay != 0 {
		m.start[l.average], m.readoutAt = 0, s.unbiasedReadout(m.readout)
	}
	m.pieces = s.piecesOf(stepper{s, x, shear})
	m.ending = s.ending(m, x)
	return m
}

// unbiasedReadout divides the average by the sum of its weights.
func (s *system) unbiasedReadout(average []float64) func(t int) []float64 {
	first, r := make([]float64, s.layout.n), make([]float64, s.layout.n)
	first[s.layout.slow] = 1
	return func(t int) []float64 {
		if t == 0 {
			return first
		}
		r[s.layout.average] = average[s.layout.average] / lacking(s.Decay, t)
		return r
	}
}

// stepper gives the steps of a system in a direction.
type stepper struct {
	*system
	x     dd.Number
	shear bool
}

func (s stepper) at(f, momentum float64, sync bool) affine {
	u := s.stepWith(f, momentum, sync)
	if s.shear {
		sheared := *u
		u = &sheared
		u.shear()
	}
	return u.affine(s.x)
}

func (s *system) piecesOf(step stepper) []piece {
	o := &s.Optimizer
	var all []piece
	at := 0
	for i, g := range o.Schedule {
		p := piece{first: at, segment: g, noise: o.batchSize() / o.batchIn(g), end: at + g.Steps}
		if g.Steps == 0 {
			if !g.endless(i == len(o.Schedule)-1) {
				panic("theory: the schedule has no length: call Over with the steps of the run")
			}
			p.end = forever
		}
		all = append(all, step.pieces(p, s.paces[i])...)
		at = p.end
	}
	if at == forever {
		return all
	}
	last := piece{first: at, end: forever, noise: 1, segment: Segment{From: 1}}
	if k := len(all); k > 0 {
		last.segment, _ = o.Schedule.locate(at)
		last.noise = all[k-1].noise
	}
	return append(all, step.pieces(last, nil)...)
}

// pieces are the steps of a segment: one by one as far as they are like no other, and
// then as powers or a polynomial.
func (s stepper) pieces(p piece, pace *factors) []piece {
	var all []piece
	changes := s.changing()
	if p.segment.MomentumTo != 0 {
		changes = p.end
	}
	if changes > p.first {
		single := p
		single.end = min(p.end, changes)
		single.varies = &polynomial{x: s.x, each: func(t int) *anyStep { return s.singleAt(t, s.shear) }}
		if all = append(all, single); single.end == p.end {
			return all
		}
	}
	g, beta := p.segment, p.segment.momentum(0, s.Momentum)
	if g.Shape == ConstantRate || g.Shape == InverseTimeRate && g.From == 0 {
		s.fix(&p, g.From, beta)
	} else {
		p.varies, p.pace = s.polynomial(beta), pace
	}
	return append(all, p)
}

func (o Optimizer) batchIn(s Segment) float64 {
	if s.BatchSize == 0 {
		return o.batchSize()
	}
	return s.BatchSize
}

// fix gives a piece its constant matrices.
func (s stepper) fix(p *piece, factor, momentum float64) {
	plain := s.at(factor, momentum, false)
	p.plain, p.gradient = newPowers(plain), rounded(plain.gradient)
	if k := s.LookaheadSteps; k > 0 {
		sync := s.at(factor, momentum, true)
		p.sync = newPowers(sync)
		p.cycle = cycleOf(k, plain, sync)
	}
}

// polynomial interpolates the matrices in f, of which they are quadratics. Those of
// the state keep their 106 bits, as 1 - f αh may be next to its zero.
func (s stepper) polynomial(momentum float64) *polynomial {
	p := &polynomial{plain: s.quadratic(momentum, false)}
	if s.LookaheadSteps > 0 {
		p.sync = s.quadratic(momentum, true)
	}
	return p
}

func (s stepper) quadratic(momentum float64, sync bool) quadratic {
	zero, up, down := s.at(0, momentum, sync), s.at(1, momentum, sync), s.at(-1, momentum, sync)
	var q quadratic
	for i := range zero.dev {
		for j := range zero.dev {
			a, b, c := zero.dev[i][j], up.dev[i][j], down.dev[i][j]
			bend := a.Sub(b.Add(c).Scale(0.5))
			if math.Abs(bend.Hi) < 0x1p-90*(math.Abs(a.Hi)+math.Abs(b.Hi)) { // rounding
				bend = dd.Number{}
			}
			q.a0 = append(q.a0, dd.Identity(i, j).Sub(a))
			q.a1 = append(q.a1, c.Sub(b).Scale(0.5))
			q.a2 = append(q.a2, bend)
		}
		q.b0 = append(q.b0, zero.noise[i].Value())
		q.b1 = append(q.b1, up.noise[i].Sub(zero.noise[i]).Value())
		q.g0 = append(q.g0, zero.gradient[i].Value())
		q.g1 = append(q.g1, up.gradient[i].Sub(zero.gradient[i]).Value())
	}
	return q
}
