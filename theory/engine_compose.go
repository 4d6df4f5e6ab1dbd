package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// layout is where the variables of an optimizer are.
type layout struct {
	n       int
	slow    int // the slow weights; θ itself if there are none
	average int // the moving average or the sum of the slow weights; -1 if there is none
}

func layoutOf(o *Optimizer, r *rule) layout {
	l := layout{n: r.states, average: -1}
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
