package theory

import (
	"math"
	"math/bits"

	"nqm/theory/internal/dd"
)

// recurrence is a method that follows, in each eigen-direction, a recurrence
// of second order with characteristic polynomial z² - s z + p:
//
//	θ(t+1) = s θ(t) - p θ(t-1) - g α ε(t)        θ(-1) = θ(0)
//
// SGD is the case p = 0; momentum, Nesterov's method and the moving average of
// SGD are the others. The polynomial is given by its distances from the three
// edges of the triangle of stability, which the methods know without
// cancellation:
//
//	q = 1 - p        u = 1 - s + p        w = 1 + s + p        stable: all three > 0
//
// Let ψ_k = Σ_{j=0..k} r1^j r2^(k-j) for the two roots, the answer to a unit
// impulse, with ψ_-1 = 0. Then for every t
//
//	Factor(t) = A_t = ψ_t - p ψ_{t-1}
//	Noise(t)  = g² σ² S_t        S_t = Σ_{j<t} ψ_j²
//	S_t       = [ (1+p)(1 - A_t²) - 2pu ψ_t ψ_{t-1} ] / (q u w)
//
// The last line is an equality; it needs no division by r1 - r2, so that a
// double root is nothing special. (The paper's theorems 2 and 3 are upper
// bounds with the bracket replaced by 1, and exclude the double root.)
//
// # Error
//
// Noise is accurate to 10^-12 relatively, and Factor to 10^-12 of its envelope:
// the sum of the moduli of its two modes where they have the same or different
// real roots (of a monotone mode that is Factor itself), and the amplitude
// between the zeros of a ringing mode. Next to a zero, less than 10^-6 of its terms, it is
// computed with 106 bits, and keeps its digits down to 10^-30 of them. This holds for all t <= 10^15, as long
// as the result neither overflows nor underflows.
type recurrence struct {
	q, u, w dd.Number
	gain    float64 // g
	sigma2  float64 // σ² = α² c/B
}

// newSecondOrder prepares a recurrence for evaluation.
func newSecondOrder(r recurrence) secondOrder {
	m := secondOrder{
		recurrence: r,
		variance:   r.gain * r.gain * r.sigma2,
		pd:         dd.Exact(1).Sub(r.q),
		s:          r.w.Sub(r.u).Scale(0.5).Value(),
		oneMinusP:  r.q.Value(),
		edge:       r.u.Value(),
		flip:       r.w.Value(),
	}
	m.p = m.pd.Value()
	m.onePlusP = dd.Exact(2).Sub(r.q).Value()
	m.loss = 2 * m.p * m.edge
	m.unit = 1 / (m.oneMinusP * m.edge * m.flip)
	m.steady = m.onePlusP * m.unit
	disc := r.discriminant()
	if disc < 0 {
		m.complexRoots(math.Sqrt(-disc))
	} else {
		m.realRoots(math.Sqrt(disc))
	}
	return m
}

// discriminant returns s² - 4p = q² - u w, with an error of 2^-100 q².
func (r recurrence) discriminant() float64 {
	if r.u.Hi > huge {
		return r.u.Hi * r.u.Hi
	}
	return r.q.Mul(r.q).Sub(r.u.Mul(r.w)).Value()
}

// huge is where squares begin to overflow; such a mode has one root -αh.
const huge = 1e150

// secondOrder is a recurrence in one direction, ready to be evaluated.
type secondOrder struct {
	recurrence
	variance              float64   // g² σ²
	pd                    dd.Number // p
	p, s                  float64
	oneMinusP, edge, flip float64 // q, u, w rounded
	onePlusP, loss        float64 // 1+p, 2pu
	unit, steady          float64 // 1/(quw); S_∞ = (1+p)/(quw) where stable
	rings                 bool    // complex roots

	// Real roots r1 >= r2; r is the one of larger modulus and rho = other/r.
	gap                float64 // r1 - r2
	f1, f2, e1, e2     float64 // 1-r1, 1-r2, 1+r1, 1+r2
	r1, r2, r, rho     float64
	log1, log2, logP   float64 // log|r1|, log|r2|, log|p|
	logR, logRho, drho float64 // log|r|, log|rho|, 1-rho

	// Complex roots ±√p e^±iω with 0 < ω <= π/2; the sign is that of s.
	imag     float64 // 2√p sin ω
	logMod   float64 // log √p
	omega    float64
	angle    dd.Number // ω with 106 bits, once it was needed
	quadrant float64   // weight of sin tω in A_t
}

func (m *secondOrder) complexRoots(imag float64) {
	m.rings, m.imag = true, imag
	m.logMod = 0.5 * logOf(m.p, m.oneMinusP, 2)
	m.omega = math.Atan2(imag, math.Abs(m.s))
	m.quadrant = m.q.Sub(m.u).Value() / imag
	if m.s < 0 {
		m.quadrant = -m.quadrant
	}
}

// realRoots finds 1-r and 1+r for both roots by the stable form of the
// quadratic formula, and from them the logarithms with full relative accuracy.
func (m *secondOrder) realRoots(gap float64) {
	m.gap = gap
	m.f2, m.f1 = bothRoots(m.oneMinusP+m.edge, gap, m.edge)
	m.e1, m.e2 = bothRoots(m.oneMinusP+m.flip, gap, m.flip)
	m.r1, m.r2 = bothRoots(m.s, gap, m.p)
	m.log1, m.log2 = logOf(m.r1, m.f1, m.e1), logOf(m.r2, m.f2, m.e2)
	m.logP = logOf(m.p, m.oneMinusP, 2-m.oneMinusP)
	m.r, m.logR = m.r1, m.log1
	other := m.r2
	if m.s < 0 {
		m.r, m.logR, other = m.r2, m.log2, m.r1
	}
	if m.r == 0 {
		return
	}
	size := math.Abs(m.r)
	m.rho, m.drho = other/m.r, gap/size
	near := m.drho // 1-|rho|
	if m.rho < 0 {
		near = math.Abs(m.s) / size
	}
	m.logRho = logOf(math.Abs(m.rho), near, 2)
}

// bothRoots returns the larger and the smaller root of z² - b z + c, whose
// difference is gap, without cancellation.
func bothRoots(b, gap, c float64) (large, small float64) {
	if b >= 0 {
		large = (b + gap) / 2
		if large == 0 {
			return 0, 0
		}
		return large, c / large
	}
	small = (b - gap) / 2
	return c / small, small
}

// logOf returns log|r| given r, 1-r and 1+r.
func logOf(r, oneMinus, onePlus float64) float64 {
	switch {
	case r > 0.5:
		return math.Log1p(-oneMinus)
	case r < -0.5:
		return math.Log1p(-onePlus)
	}
	return math.Log(math.Abs(r))
}

// At returns the response after t steps.
func (m secondOrder) At(t int) Response {
	factor, _, sum := m.evaluate(t)
	return m.response(factor, sum)
}

// evaluate returns A_t, ψ_{t-1} and S_t. Where there is no noise, S_t counts for
// nothing and is 0 wherever it would take a sum of its own.
func (m *secondOrder) evaluate(t int) (factor, before, sum float64) {
	if t == 0 {
		return 1, 0, 0
	}
	if m.rings && float64(t)*m.logMod < -800 {
		return 0, 0, m.steady
	}
	factor, now, before := m.impulse(t)
	terms := math.Abs(m.f1 * now) // each of the two that the factor is the sum of, where they cancel
	if m.rings {
		terms = 0.5 * m.imag * math.Abs(before) * (1 + m.quadrant*m.quadrant) // the amplitude, next to a zero
	}
	if math.Abs(factor) < cancelled*terms {
		if fine, _, _ := m.double(t); !math.IsInf(fine, 0) {
			factor = fine
		}
	}
	if m.variance == 0 {
		return factor, before, 0
	}
	return factor, before, m.sum(t, factor, now, before)
}

// cancelled is how much less than its terms a factor may be before it is computed with 106
// bits: next to its zeros.
const cancelled = 0x1p-20

// maxPhase bounds tω where it is computed in float64: its rounding error is
// then below 10^-12.
const maxPhase = 1024

// turned returns tω, less whole turns where there are many.
func (m *secondOrder) turned(t int) float64 {
	if float64(t)*m.omega <= maxPhase {
		return float64(t) * m.omega
	}
	if m.angle == (dd.Number{}) {
		m.angle = m.fineAngle()
	}
	all := m.angle.Mul(dd.Exact(float64(t)))
	return all.Sub(fullTurn.Mul(dd.Exact(math.Round(all.Hi / fullTurn.Hi)))).Value()
}

// fullTurn is 2π.
var fullTurn = dd.Number{Hi: 2 * math.Pi, Lo: 2.449293598294706e-16}

// fineAngle returns ω with 106 bits: one step of Newton's method from its rounded value,
// sin(ω-ω0) = (√(4p-s²) cos ω0 - |s| sin ω0) / 2√p.
func (m *secondOrder) fineAngle() dd.Number {
	sin, cos := dd.Sincos(m.omega)
	imag := m.u.Mul(m.w).Sub(m.q.Mul(m.q)).Sqrt()
	s := m.w.Sub(m.u).Scale(0.5)
	if m.s < 0 {
		s = s.Neg()
	}
	return dd.Exact(m.omega).Add(dd.Exact(imag.Mul(cos).Sub(s.Mul(sin)).Value() / (2 * math.Sqrt(m.p))))
}

func (m secondOrder) response(factor, sum float64) Response {
	if math.IsNaN(factor) {
		factor = math.Inf(1)
	}
	return Response{Factor: factor, Noise: times(m.variance, sum)}
}

// impulse returns A_t, ψ_t and ψ_{t-1} for t >= 1.
func (m *secondOrder) impulse(t int) (factor, now, before float64) {
	if m.rings {
		size := signedExp(m.s, float64(t)*m.logMod, t)
		sin, cos := math.Sincos(m.turned(t))
		factor = size * (cos + m.quadrant*sin)
		before = size * sin * 2 / m.imag
		if m.s < 0 {
			before = -before
		}
		return factor, factor + m.p*before, before
	}
	if m.r == 0 {
		before = 0
		if t == 1 {
			before = 1
		}
		return 0, 0, before
	}
	power := signedExp(m.r, float64(t)*m.logR, t)
	b := m.geometric(t)
	n := 1 + m.rho*b
	if m.rho < 0 {
		n = m.geometric(t + 1)
	}
	lead := m.r
	if m.s < 0 {
		lead *= signedExp(m.rho, float64(t+1)*m.logRho, t+1)
	}
	return power * (lead + m.f1*n), power * n, power / m.r * b
}

// geometric returns Σ_{j<n} rho^j for n >= 1.
func (m *secondOrder) geometric(n int) float64 {
	switch {
	case m.rho == 0:
		return 1
	case m.drho == 0:
		return float64(n)
	case m.rho < 0 && n%2 == 1:
		return (1 + math.Exp(float64(n)*m.logRho)) / m.drho
	}
	return -math.Expm1(float64(n)*m.logRho) / m.drho
}

// signedExp returns e^y with the sign of r^t.
func signedExp(r, y float64, t int) float64 {
	if r < 0 && t%2 == 1 {
		return -math.Exp(y)
	}
	return math.Exp(y)
}

// sum returns S_t by the first of four equal formulas that keeps its digits.
func (m *secondOrder) sum(t int, factor, now, before float64) float64 {
	kept, lost := m.onePlusP*factor*factor, m.loss*now*before
	bracket := m.onePlusP - kept - lost
	if math.IsNaN(bracket) || math.IsInf(bracket, 0) {
		return math.Inf(1)
	}
	if math.Abs(bracket) > 0.0625*(math.Abs(m.onePlusP)+math.Abs(kept)+math.Abs(lost)) && !math.IsInf(m.unit, 0) {
		return m.unit * bracket
	}
	if s, ok := m.threeSums(t); ok {
		return s
	}
	if t <= 64 {
		return m.add(t)
	}
	_, _, s := m.double(t)
	return s
}

// threeSums is S_t = Σ (r1^(j+1) - r2^(j+1))²/(r1-r2)² as three geometric
// series. It serves well separated roots at tiny x, and the edges u = 0 and
// w = 0; ok is false where the series cancel.
func (m *secondOrder) threeSums(t int) (s float64, ok bool) {
	if m.rings {
		return 0, false
	}
	a := m.r1 * m.r1 * series(1, 2*m.log1, m.f1*m.e1, t)
	b := m.r2 * m.r2 * series(1, 2*m.log2, m.f2*m.e2, t)
	c := 2 * m.p * series(m.p, m.logP, m.oneMinusP, t)
	total := a - c + b
	if math.IsInf(total, 1) {
		return total, true
	}
	return total / (m.gap * m.gap), total > 0.0625*(a+math.Abs(c)+b)
}

// series returns Σ_{j<t} z^j given the sign and logarithm of z and 1 - z.
func series(sign, log, oneMinus float64, t int) float64 {
	if oneMinus == 0 {
		return float64(t)
	}
	if sign < 0 && t%2 == 1 {
		return (1 + math.Exp(float64(t)*log)) / oneMinus
	}
	return -math.Expm1(float64(t)*log) / oneMinus
}

// add returns S_t as the sum that it is.
func (m *secondOrder) add(t int) float64 {
	var s dd.Sum
	psi, step := 1.0, 1.0
	for range t {
		s.Add(psi * psi)
		step = m.p*step - m.edge*psi
		psi += step
	}
	return s.Value()
}

// double returns A_t, ψ_{t-1} and S_t by doubling t, with 106 bits. In the coordinates
// (θ, Δ), Δ(t) = θ(t) - θ(t-1), one step is
//
//	K = | 1-u  p |        K^t = | A_t        p ψ_{t-1} |
//	    |  -u  p |              | -u ψ_{t-1}  D_t      |
//
// and the sum of impulses grows by positive terms only,
// P_2k = P_k + K^k P_k K^k'. A mode that flips is followed as (-1)^t θ(t),
// which exchanges u and w and leaves Σ ψ². The error is about t 2^-100.
func (m *secondOrder) double(t int) (factor, before, sum float64) {
	one, p, u := dd.Exact(1), m.pd, m.u
	if m.s < 0 {
		u = m.w
	}
	pu := p.Mul(u)
	a, y, d := one.Sub(u), one, p
	s := gramian{one, one, one}
	for i := bits.Len(uint(t)) - 2; i >= 0; i-- {
		s = s.plus(s.through(a, p.Mul(y), u.Mul(y).Neg(), d))
		yy := pu.Mul(y.Mul(y))
		a, y, d = a.Mul(a).Sub(yy), y.Mul(a.Add(d)), d.Mul(d).Sub(yy)
		if t>>i&1 == 1 {
			keep, lost := one.Sub(u), pu.Mul(y)
			s = gramian{one, one, one}.plus(s.through(keep, p, u.Neg(), p))
			a, y, d = keep.Mul(a).Sub(lost), keep.Mul(y).Add(d), p.Mul(d).Sub(lost)
		}
		if !(math.Abs(a.Hi) < huge && s.xx.Hi < huge*huge) {
			return math.Inf(1), math.Inf(1), math.Inf(1)
		}
	}
	if m.s < 0 {
		a = a.Add(p.Mul(y).Scale(2))
		if t%2 == 1 {
			a = a.Neg()
		} else {
			y = y.Neg()
		}
	}
	return a.Value(), y.Value(), s.xx.Value()
}

// gramian is the sum P of impulses in the coordinates (θ, Δ): a symmetric 2×2 matrix.
type gramian struct{ xx, xy, yy dd.Number }

func (a gramian) plus(b gramian) gramian {
	return gramian{a.xx.Add(b.xx), a.xy.Add(b.xy), a.yy.Add(b.yy)}
}

// through returns K s K' for the matrix K = (a b; c d).
func (s gramian) through(a, b, c, d dd.Number) gramian {
	ax, ay := a.Mul(s.xx).Add(b.Mul(s.xy)), a.Mul(s.xy).Add(b.Mul(s.yy))
	cx, cy := c.Mul(s.xx).Add(d.Mul(s.xy)), c.Mul(s.xy).Add(d.Mul(s.yy))
	return gramian{ax.Mul(a).Add(ay.Mul(b)), ax.Mul(c).Add(ay.Mul(d)), cx.Mul(c).Add(cy.Mul(d))}
}

// Limit returns the limit of the response: of Factor, which may flip for ever, that
// of its size.
func (m secondOrder) Limit() Response {
	switch {
	case m.oneMinusP > 0 && m.edge > 0 && m.flip > 0:
		return Response{Noise: times(m.variance, m.steady)}
	case m.oneMinusP > 0 && m.edge == 0 && m.flip > 0:
		return Response{Factor: 1, Noise: unbounded(m.variance)}
	case m.oneMinusP > 0 && m.flip == 0 && m.edge > 0:
		return Response{Factor: m.f1 / m.gap, Noise: unbounded(m.variance)}
	}
	return Response{Factor: math.Inf(1), Noise: unbounded(m.variance)}
}
