package theory

import (
	"math"
	"math/bits"

	"nqm/theory/internal/dd"
)

// cycle is Lookahead's cycle of k steps over a rule with the step A, on the state
// after its slow step, in which θ = φ: (φ, m), or φ alone. With s the slow step,
//
//	C = diag(s, 1) A^k + diag(1-s, 0)
//
// and the distances from the edges of the triangle of stability, q = 1 - det C, u =
// 1 - tr C + det C and w = 1 + tr C + det C, come with D = I - A^k and e = 1 - p^k,
// p = det A, without cancellation (a determinant is linear in each row):
//
//	q = s e + (1-s) D_11      u = s det D      w = 4 - s D_00 - (2-s) D_11 - s e
//
// u = s Π (1 - r^k) over the roots r of A. Of a rule of one variable D is 1 - a^k,
// q = 1, u = s D and w = 2 - s D.
type cycle struct {
	steps  int
	slow   float64
	states int
	plain  *update
	alone  triangle
}

// cycle is that of a system with Lookahead.
func (s *system) cycle() cycle {
	return cycle{steps: s.LookaheadSteps, slow: s.SlowStep, states: s.rule.states, plain: &s.plain, alone: s.alone}
}

// tooLarge is the logarithm of a size of A^k from which on the rest of the cycle
// counts for less than 2^-57 of it. Of det D, of the square of that size, 106 bits keep as
// much there, and nothing from twice that on.
const tooLarge = 40

// at returns the polynomial of the cycle at x = αh, in 106 bits. ok is false where
// the rule grows by more than e^40 in a cycle; growth is then the logarithm of the
// larger root's modulus.
func (c cycle) at(x dd.Number) (r recurrence, growth float64, ok bool) {
	m := newSecondOrder(c.alone.recurrence(x, 1, 0))
	if !m.rings {
		lead := m.logR
		if m.edge > huge {
			lead = math.Log(m.edge)
		}
		if float64(c.steps)*lead > tooLarge {
			return r, float64(c.steps)*lead + c.share(x, m), false
		}
	}
	d, e := c.deviations(x)
	one, s := dd.Exact(1), dd.Exact(c.slow)
	rest := one.Sub(s)
	if c.states == 1 {
		u := s.Mul(d.a)
		return recurrence{q: one, u: u, w: dd.Exact(2).Sub(u), gain: 1}, 0, true
	}
	return recurrence{
		q:    s.Mul(e).Add(rest.Mul(d.d)),
		u:    s.Mul(d.det()),
		w:    dd.Exact(4).Sub(s.Mul(d.a.Add(e))).Sub(one.Add(rest).Mul(d.d)),
		gain: 1,
	}, 0, true
}

// share is the logarithm of the part that the slow step leaves of the rule's larger
// root r: A^k is r^k times the projector (A - other)/(r - other), of whose trace the
// first entry is shortened by s.
func (c cycle) share(x dd.Number, m secondOrder) float64 {
	if c.states == 1 || m.edge > huge {
		return math.Log(c.slow)
	}
	a := c.plain.affine(x)
	first, second := 1-a.dev[0][0].Value(), 1-a.dev[1][1].Value()
	r, other := m.r1, m.r2
	if m.s < 0 {
		r, other = m.r2, m.r1
	}
	return math.Log(math.Abs((c.slow*(first-other) + second - other) / (r - other)))
}

// deviations returns I - A^k and 1 - p^k, by doubling k.
func (c cycle) deviations(x dd.Number) (d two, e dd.Number) {
	dev := c.plain.affine(x).dev
	step, lost := two{a: dev[0][0]}, c.alone.q.at(x)
	if c.states == 2 {
		step = two{dev[0][0], dev[0][1], dev[1][0], dev[1][1]}
	}
	d, e = step, lost
	for i := bits.Len(uint(c.steps)) - 2; i >= 0; i-- {
		d, e = d.then(d), e.Scale(2).Sub(e.Mul(e))
		if c.steps>>i&1 == 1 {
			d, e = d.then(step), e.Add(lost).Sub(e.Mul(lost))
		}
	}
	return d, e
}

// then returns the deviation of the step I - m followed by the step I - o.
func (m two) then(o two) two {
	return two{
		m.a.Add(o.a).Sub(o.a.Mul(m.a)).Sub(o.b.Mul(m.c)), m.b.Add(o.b).Sub(o.a.Mul(m.b)).Sub(o.b.Mul(m.d)),
		m.c.Add(o.c).Sub(o.c.Mul(m.a)).Sub(o.d.Mul(m.c)), m.d.Add(o.d).Sub(o.c.Mul(m.b)).Sub(o.d.Mul(m.d)),
	}
}

// stable reports whether the cycle has a spectral radius below 1.
func (c cycle) stable(x dd.Number) bool {
	r, _, ok := c.at(x)
	return ok && r.q.Hi > 0 && r.u.Hi > 0 && r.w.Hi > 0
}

// damping is that of a step: the root of a cycle's, its angle divided by k.
func (c cycle) damping(h float64, x dd.Number) Damping {
	r, growth, ok := c.at(x)
	k := float64(c.steps)
	if !ok {
		d := Damping{Curvature: h, Regime: Unstable, LogRadius: growth / k}
		d.Radius = math.Exp(d.LogRadius)
		if c.steps%2 == 1 {
			d.Angle = math.Pi / k
		}
		return d
	}
	d := newSecondOrder(r).damping(h)
	if d.Regime == Standing && x.Hi != 0 {
		d.Regime = Unstable
	}
	d.LogRadius /= k
	d.Angle /= k
	d.Radius = math.Exp(d.LogRadius)
	return d
}
