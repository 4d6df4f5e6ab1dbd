package theory

import (
	"nqm/theory/internal/dd"
)

// machine builds the general engine for an optimizer in a direction with
// x = αh, driven by noise of variance σ² in units of αε. Its state is that of the
// rule (sheared, see below), then Lookahead's slow weights, then the moving
// average or the sum of what is reported.
//
// Where the roots of the rule have a negative sum and nearly meet, a velocity m of
// the size 1/(1-√β) and θ almost cancel in every step; their sum over two steps,
// θ(t) + θ(t-1) = 2θ + m for heavy ball, then takes the place of m.
func (o Optimizer) machine(x dd.Number, sigma2 float64) *machine {
	l := o.layout()
	m := &machine{variance: sigma2, period: o.LookaheadSteps, sum: -1, from: o.AverageFrom, flat: x.Hi == 0,
		start: l.start(), readout: make([]float64, l.n)}
	m.readout[l.reported()] = 1
	shear := o.shears(x)
	if shear {
		m.start[1] = 2
	}
	if o.UniformAverage {
		m.sum = l.average
		m.readout[l.average], m.readout[l.slow] = 0, 1
	}
	m.pieces = o.piecesOf(stepper{o, x, shear})
	return m
}

// layout is where the variables of an optimizer are.
type layout struct {
	n       int
	slow    int // the slow weights; θ itself if there are none
	average int // the moving average or the sum of the slow weights; -1 if there is none
}

func (o Optimizer) layout() layout {
	l := layout{n: o.rule().states, average: -1}
	if o.LookaheadSteps != 0 {
		l.slow = l.n
		l.n++
	}
	if o.UniformAverage || o.Decay != 0 {
		l.average = l.n
		l.n++
	}
	return l
}

// reported is the variable that the answers are about.
func (l layout) reported() int {
	if l.average >= 0 {
		return l.average
	}
	return l.slow
}

// start is the state for θ(0) = 1.
func (l layout) start() []float64 {
	z := make([]float64, l.n)
	z[0], z[l.slow], z[l.reported()] = 1, 1, 1
	return z
}

// step is one step of an optimizer with all its variables, at factor f of the
// learning rate, with Lookahead's slow step if sync.
func (o Optimizer) step(f dd.Number, sync bool) update {
	l := o.layout()
	u := o.rule().step(o, f)
	u.n = l.n
	if sync {
		u.synchronise(l.slow, dd.Exact(o.SlowStep))
	}
	if l.average >= 0 {
		weight, forgets := dd.Exact(1), dd.Number{} // of a sum
		if o.Decay != 0 {
			weight = dd.Exact(1).Sub(dd.Exact(o.Decay))
			forgets = weight
		}
		u.averages(l, weight, forgets)
	}
	return u
}

// synchronise ends a step with φ' = φ + s (θ' - φ) and θ' = φ', φ the variable
// slow.
func (u *update) synchronise(slow int, s dd.Number) {
	rest := dd.Exact(1).Sub(s)
	fast, last := u.keep[0], u.keep[slow]
	for j := range u.n {
		// Both new rows are φ + s (θ' - φ), of which θ' is row 0 of I - N.
		moved := s.Mul(dd.Identity(0, j).Sub(fast[j])).Add(rest.Mul(dd.Identity(slow, j).Sub(last[j])))
		u.keep[0][j] = dd.Identity(0, j).Sub(moved)
		u.keep[slow][j] = dd.Identity(slow, j).Sub(moved)
	}
	kick := s.Mul(u.kick[0]).Add(rest.Mul(u.kick[slow]))
	u.kick[0], u.kick[slow] = kick, kick
}

// averages adds avg' = (1-forgets) avg + weight φ'.
func (u *update) averages(l layout, weight, forgets dd.Number) {
	avg := &u.keep[l.average]
	for j := range l.average {
		avg[j] = weight.Mul(u.keep[l.slow][j].Sub(dd.Identity(l.slow, j)))
	}
	avg[l.average] = forgets
	u.kick[l.average] = weight.Mul(u.kick[l.slow])
}

// shears reports whether the state is (θ, 2θ + m).
func (o Optimizer) shears(x dd.Number) bool {
	r := o.rule()
	if r.states == 1 {
		return false
	}
	u := r.step(o, dd.Exact(1))
	return u.triangle().flips(x)
}

// stepper gives the steps of an optimizer in a direction.
type stepper struct {
	o     Optimizer
	x     dd.Number
	shear bool
}

func (s stepper) at(f float64, sync bool) affine {
	u := s.o.step(dd.Exact(f), sync)
	a := u.affine(s.x)
	if s.shear {
		return a.sheared()
	}
	return a
}

func (o Optimizer) piecesOf(step stepper) []piece {
	var all []piece
	at := 0
	for i, s := range o.Schedule {
		p := piece{first: at, segment: s, noise: o.batchSize() / o.batchIn(s), end: at + s.Steps}
		if s.Steps == 0 {
			if !s.endless(i == len(o.Schedule)-1) {
				panic("theory: the schedule has no length: call Over with the steps of the run")
			}
			p.end = forever
		}
		if s.Shape == ConstantRate || s.Shape == InverseTimeRate && s.From == 0 {
			o.fix(&p, step, s.From)
		} else {
			p.varies = o.polynomial(step)
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
	o.fix(&last, step, last.segment.From)
	return append(all, last)
}

func (o Optimizer) batchIn(s Segment) float64 {
	if s.BatchSize == 0 {
		return o.batchSize()
	}
	return s.BatchSize
}

// fix gives a piece its constant matrices.
func (o Optimizer) fix(p *piece, step stepper, factor float64) {
	plain := step.at(factor, false)
	p.plain, p.gradient = newPowers(plain), rounded(plain.gradient)
	if o.LookaheadSteps > 0 {
		sync := step.at(factor, true)
		p.sync = newPowers(sync)
		p.cycle = cycleOf(o.LookaheadSteps, plain, sync)
	}
}

// polynomial interpolates the matrices in f, of which they are quadratics.
func (o Optimizer) polynomial(step stepper) *polynomial {
	p := &polynomial{plain: step.quadratic(false)}
	if o.LookaheadSteps > 0 {
		p.sync = step.quadratic(true)
	}
	return p
}

func (s stepper) quadratic(sync bool) quadratic {
	zero, up, down := s.at(0, sync), s.at(1, sync), s.at(-1, sync)
	var q quadratic
	q.a0 = zero.dev.FromIdentity().Rounded()
	for i := range zero.dev {
		for j := range zero.dev {
			a, b, c := zero.dev[i][j], up.dev[i][j], down.dev[i][j]
			q.a1 = append(q.a1, -b.Sub(c).Scale(0.5).Value())
			q.a2 = append(q.a2, a.Sub(b.Add(c).Scale(0.5)).Value())
		}
		q.b0 = append(q.b0, zero.noise[i].Value())
		q.b1 = append(q.b1, up.noise[i].Sub(zero.noise[i]).Value())
		q.g0 = append(q.g0, zero.gradient[i].Value())
		q.g1 = append(q.g1, up.gradient[i].Sub(zero.gradient[i]).Value())
	}
	return q
}
