package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// machine builds the general engine for an optimizer in a direction with
// x = αh, driven by noise of variance σ² in units of αε. Its state is θ, then
// m = αv (or 2θ + m, see flips) if there is momentum, then Lookahead's slow weights, then the moving
// average or the sum of what is reported.
func (o Optimizer) machine(x dd.Number, sigma2 float64) *machine {
	slow, extra, n := o.layout()
	m := &machine{variance: sigma2, period: o.LookaheadSteps, sum: -1, from: o.AverageFrom, flat: x.Hi == 0,
		start: make([]float64, n), readout: make([]float64, n), gradient: make([]float64, n)}
	m.start[0], m.start[slow] = 1, 1
	m.readout[slow] = 1
	m.gradient[0] = 1
	if o.Nesterov && o.Momentum != 0 {
		m.gradient[1] = -o.Momentum
	}
	if o.flips(x) {
		m.start[1] = 2
		m.gradient[0] -= 2 * m.gradient[1]
	}
	if extra >= 0 {
		m.start[extra] = 1
	}
	switch {
	case extra >= 0 && o.UniformAverage:
		m.sum = extra
		base := o
		base.UniformAverage = false
		m.base = base.mode(x, sigma2)
	case extra >= 0:
		m.readout[slow], m.readout[extra] = 0, 1
	}
	m.pieces = o.piecesOf(x)
	return m
}

// layout returns where the slow weights are (θ itself if there are none), where
// the average is (-1 if there is none), and the number of variables.
func (o Optimizer) layout() (slow, extra, n int) {
	n, extra = 1, -1
	if o.Momentum != 0 {
		n++
	}
	if o.LookaheadSteps != 0 {
		slow = n
		n++
	}
	if o.UniformAverage || o.Decay != 0 {
		extra = n
		n++
	}
	return slow, extra, n
}

func (o Optimizer) piecesOf(x dd.Number) []piece {
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
			o.fix(&p, x, s.From)
		} else {
			p.varies = o.polynomial(x)
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
	o.fix(&last, x, last.segment.From)
	return append(all, last)
}

func (o Optimizer) batchIn(s Segment) float64 {
	if s.BatchSize == 0 {
		return o.batchSize()
	}
	return s.BatchSize
}

// fix gives a piece its constant matrices.
func (o Optimizer) fix(p *piece, x dd.Number, factor float64) {
	plain := o.affine(x, factor, false)
	p.plain = newPowers(plain)
	if o.LookaheadSteps > 0 {
		sync := o.affine(x, factor, true)
		p.sync = newPowers(sync)
		p.cycle = cycleOf(o.LookaheadSteps, plain, sync)
	}
}

// flips reports whether the roots of a direction under momentum have a negative
// sum. Near their double root a velocity of size 1/(1-√β) and θ almost cancel in
// every step; their sum over two steps, θ(t) + θ(t-1) = 2θ + m, then takes the
// place of m.
func (o Optimizer) flips(x dd.Number) bool {
	return o.Momentum != 0 && (x.Hi > 1+o.Momentum || o.Nesterov && x.Hi > 1)
}

// sheared returns the step in the variables θ and 2θ + m.
func (a affine) sheared() affine {
	for j := range a.dev {
		a.dev[1][j] = a.dev[1][j].Add(a.dev[0][j].Scale(2))
	}
	for i := range a.dev {
		a.dev[i][0] = a.dev[i][0].Sub(a.dev[i][1].Scale(2))
	}
	a.noise[1] = a.noise[1].Add(a.noise[0].Scale(2))
	return a
}

// affine is one step at factor f of the learning rate, with Lookahead's slow
// step if sync.
func (o Optimizer) affine(x dd.Number, f float64, sync bool) affine {
	step := o.direct(x, f, sync)
	if o.flips(x) {
		return step.sheared()
	}
	return step
}

// direct is affine in the variables θ and m.
func (o Optimizer) direct(x dd.Number, f float64, sync bool) affine {
	slow, extra, n := o.layout()
	step := affine{dd.NewMatrix(n), make([]dd.Number, n)}
	o.inner(step, x, dd.Exact(f))
	if sync {
		step = step.then(lookBack(n, slow, o.SlowStep))
	}
	if extra < 0 {
		return step
	}
	weight, keep := dd.Exact(1), dd.Number{} // of a sum
	if o.Decay != 0 {
		weight = dd.Exact(1).Sub(dd.Exact(o.Decay))
		keep = weight
	}
	for j := range extra {
		step.dev[extra][j] = weight.Mul(step.dev[slow][j].Sub(dd.Identity(slow, j)))
	}
	step.dev[extra][extra] = keep
	step.noise[extra] = weight.Mul(step.noise[slow])
	return step
}

// inner writes the rule itself, in θ and m = αv with α the optimizer's rate:
//
//	m' = β m + x θ + αε        θ' = θ - f m'
//
// where Nesterov's method puts θ - fβ m for θ in the first line.
func (o Optimizer) inner(step affine, x, f dd.Number) {
	fx := f.Mul(x)
	step.dev[0][0] = fx
	step.noise[0] = f.Neg()
	if o.Momentum == 0 {
		return
	}
	beta := dd.Exact(o.Momentum)
	step.noise[1] = dd.Exact(1)
	step.dev[1][0] = x.Neg()
	step.dev[0][1] = f.Mul(beta)
	step.dev[1][1] = dd.Exact(1).Sub(beta)
	if o.Nesterov {
		step.dev[0][1] = step.dev[0][1].Mul(dd.Exact(1).Sub(fx))
		step.dev[1][1] = step.dev[1][1].Add(beta.Mul(fx))
	}
}

// polynomial interpolates the matrices in f, of which they are quadratics.
func (o Optimizer) polynomial(x dd.Number) *polynomial {
	p := &polynomial{plain: o.quadratic(x, false)}
	if o.LookaheadSteps > 0 {
		p.sync = o.quadratic(x, true)
	}
	return p
}

func (o Optimizer) quadratic(x dd.Number, sync bool) quadratic {
	zero, up, down := o.affine(x, 0, sync), o.affine(x, 1, sync), o.affine(x, -1, sync)
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
	}
	return q
}

// averageLimit is the limit of a uniform average: it forgets the start and the
// noise where the method does so or flips, and stays with them in a direction
// without curvature.
func (m *machine) averageLimit() Response {
	base := m.base.Limit()
	switch {
	case m.flat:
		return Response{Factor: 1, Noise: unbounded(m.variance)}
	case math.IsInf(base.Factor, 1):
		return base
	}
	return Response{}
}
