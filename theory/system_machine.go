package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// shears reports whether the state of the general engine is (θ, 2θ + m).
func (s *system) shears(x dd.Number) bool { return s.rule.states > 1 && s.alone.flips(x) }

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
	m := &machine{variance: sigma2, period: s.LookaheadSteps, sum: -1, from: s.AverageFrom, flat: x.Hi == 0,
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
	m.pieces = s.piecesOf(stepper{s, x, shear})
	return m
}

// stepper gives the steps of a system in a direction.
type stepper struct {
	*system
	x     dd.Number
	shear bool
}

func (s stepper) at(f float64, sync bool) affine {
	a := s.step(f, sync).affine(s.x)
	if s.shear {
		return a.sheared()
	}
	return a
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
		if g.Shape == ConstantRate || g.Shape == InverseTimeRate && g.From == 0 {
			step.fix(&p, g.From)
		} else {
			p.varies, p.pace = step.polynomial(), s.paces[i]
		}
		all = append(all, p)
		at = p.end
	}
	if at == forever {
		return all
	}
	last := piece{end: forever, noise: 1, segment: Segment{From: 1}}
	if k := len(o.Schedule); k > 0 {
		last.segment.From = o.Schedule[k-1].end()
		last.noise = all[k-1].noise
	}
	step.fix(&last, last.segment.From)
	return append(all, last)
}

func (o Optimizer) batchIn(s Segment) float64 {
	if s.BatchSize == 0 {
		return o.batchSize()
	}
	return s.BatchSize
}

// fix gives a piece its constant matrices.
func (s stepper) fix(p *piece, factor float64) {
	plain := s.at(factor, false)
	p.plain, p.gradient = newPowers(plain), rounded(plain.gradient)
	if k := s.LookaheadSteps; k > 0 {
		sync := s.at(factor, true)
		p.sync = newPowers(sync)
		p.cycle = cycleOf(k, plain, sync)
	}
}

// polynomial interpolates the matrices in f, of which they are quadratics. Those of
// the state keep their 106 bits, as 1 - f αh may be next to its zero.
func (s stepper) polynomial() *polynomial {
	p := &polynomial{plain: s.quadratic(false)}
	if s.LookaheadSteps > 0 {
		p.sync = s.quadratic(true)
	}
	return p
}

func (s stepper) quadratic(sync bool) quadratic {
	zero, up, down := s.at(0, sync), s.at(1, sync), s.at(-1, sync)
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
