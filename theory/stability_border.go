package theory

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory/internal/dd"
	"nqm/theory/internal/interval"
	"nqm/theory/internal/search"
	"nqm/theory/table"
)

// Window is an open interval of learning rates, Low < α < High.
type Window struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// String writes the window, as in "0 < α < 2".
func (w Window) String() string { return fmt.Sprintf("%.6g < α < %.6g", w.Low, w.High) }

// Records returns one row.
func (w Window) Records() []table.Record {
	return []table.Record{table.Row("lowest_learning_rate", w.Low, "highest_learning_rate", w.High)}
}

// The windows of a cycle of Lookahead over a rule with a velocity. With A^k's diagonal
// a_0, a_1 and p = det A,
//
//	q = 1 - s p^k - (1-s) a_1      w = 2 - s + s p^k + s a_0 + (2-s) a_1
//	u = s (1 - r1^k)(1 - r2^k)     over the rule's roots r1, r2
//
// p falls with x from a value below 1 and u(A) = (1-r1)(1-r2) > 0 for x > 0, so
// that complex roots lie inside the unit circle and real ones below 1. Hence u > 0
// up to the rule's own limit, where r2 = -1; beyond it u < 0 if k is even and u > 0
// if k is odd. A stable cycle has 1 + |tr C| + |det C| < 4, thus u < 4, and |r2| grows
// with x (each root belongs to one x, as s and p are affine in it): beyond the x at
// which (1 + |r2|^k)(1 - r1^k) reaches 4/s nothing is stable.
//
// In between, q and w are enclosed together with their derivatives over boxes of x
// (package interval), which are halved until each of the two has one sign in the box
// or is monotone there; a monotone one has one root if its signs at the ends differ.
// So no root is missed. A box that is narrower than `speck` of its place is told by
// its ends: only there, in a touch of 0 that is even closer, could a pair of roots
// hide.
type borders struct {
	cycle
	diagonal  [2]line // of A
	boxes     int     // looked at
	firstOnly bool
	found     []float64
}

const (
	// speck is the least width of a box, as a part of its place.
	speck = 1e-13
	// mostBoxes is how many boxes are looked at; as many take a second or two.
	mostBoxes = 1 << 18
)

// span is a box of x, with the parts of the polynomial that are exact at its ends.
type span struct{ low, high float64 }

func (s span) middle() float64 {
	if s.low > 0 && s.high > 4*s.low {
		return math.Sqrt(s.low) * math.Sqrt(s.high)
	}
	return s.low + (s.high-s.low)/2
}

// windows returns the open intervals of x = αh > 0 in which the cycle is stable, in
// order; of them only the first if firstOnly. ok is false where mostBoxes did not
// suffice.
func (c cycle) windows(firstOnly bool) (all []Window, ok bool) {
	end := c.alone.limit()
	switch odd := c.steps%2 == 1; {
	case c.slow == 1 || c.states == 1 && !odd:
		return []Window{{0, end}}, true
	case c.states == 1:
		return []Window{{0, 1 + math.Pow(2/c.slow-1, 1/float64(c.steps))}}, true
	case c.steps == 1:
		return []Window{{0, c.single().limit()}}, true
	case odd:
		end = c.end(end)
	}
	b := &borders{cycle: c, firstOnly: firstOnly}
	for i := range b.diagonal {
		b.diagonal[i] = newLine(dd.Exact(1).Sub(c.plain.keep[i][i]), c.plain.kick[i].Mul(c.plain.gradient[i]))
	}
	switch {
	case !b.isolate(end):
		return nil, false
	case !firstOnly:
		return b.between(end), true
	case len(b.found) > 0: // all is stable up to the first root
		end = slices.Min(b.found)
	}
	return []Window{{0, end}}, true
}

// single is the triangle of a cycle of one step, which is affine in x as the rule's is.
func (c cycle) single() triangle {
	at0, _, _ := c.at(dd.Number{})
	at1, _, _ := c.at(dd.Exact(1))
	return triangle{
		q: newLine(at0.q, at1.q.Sub(at0.q)),
		u: newLine(at0.u, at1.u.Sub(at0.u)),
		w: newLine(at0.w, at1.w.Sub(at0.w)),
	}
}

// end is an x beyond which no cycle of an odd number of steps is stable.
func (c cycle) end(limit float64) float64 {
	last := newSecondOrder(c.alone.recurrence(dd.Exact(limit), 1, 0))
	// r1 goes from its value at the limit to p'/s', both below 1.
	p, s := c.alone.p.slope.Value(), (c.alone.w.slope.Value()-c.alone.u.slope.Value())/2
	most := math.Max(last.r1, p/s)
	left := 1.0
	if most > 0 {
		left = -math.Expm1(float64(c.steps) * math.Log(most))
	}
	logR := math.Log(4/c.slow/left) / float64(c.steps) // log |r2|, at most
	high := limit
	for !(c.largest(high) >= logR) && high < math.MaxFloat64/16 {
		high *= 2
	}
	at := search.Between(limit, 1, high, -1)
	at.Close(func(x float64) float64 { return logR - c.largest(x) }, 0, 1e-15)
	return at.High
}

// largest is log |r2| of the rule at x.
func (c cycle) largest(x float64) float64 {
	return newSecondOrder(c.alone.recurrence(dd.Exact(x), 1, 0)).log2
}

// isolate finds the roots of q and w up to end, from the left.
func (b *borders) isolate(end float64) bool {
	boxes := []span{{0, end}}
	for len(boxes) > 0 {
		s := boxes[len(boxes)-1]
		boxes = boxes[:len(boxes)-1]
		if b.boxes++; b.boxes > mostBoxes {
			return false
		}
		if b.settle(s) {
			if b.firstOnly && len(b.found) > 0 {
				return true
			}
			continue
		}
		mid := s.middle()
		boxes = append(boxes, span{mid, s.high}, span{s.low, mid})
	}
	return true
}

// settle looks at a box, and reports whether it need not be halved.
func (b *borders) settle(s span) bool {
	q, w := b.enclose(s)
	if q.Value.Negative() || w.Value.Negative() {
		return true
	}
	tiny := s.high-s.low <= speck*s.high || !(s.middle() > s.low && s.middle() < s.high)
	for _, f := range []interval.Jet{q, w} {
		if !f.Value.Positive() && !f.Slope.Definite() && !tiny {
			return false
		}
	}
	if !q.Value.Positive() {
		b.root(s, func(r recurrence) dd.Number { return r.q })
	}
	if !w.Value.Positive() {
		b.root(s, func(r recurrence) dd.Number { return r.w })
	}
	return true
}

// root adds the root of a monotone condition in a box, if it has one.
func (b *borders) root(s span, condition func(recurrence) dd.Number) {
	value := func(x float64) float64 {
		r, _, ok := b.at(dd.Exact(x))
		if !ok {
			return -1
		}
		return condition(r).Hi
	}
	low, high := value(s.low), value(s.high)
	switch {
	case low > 0 && high <= 0:
		at := search.Between(s.low, low, s.high, high)
		at.Close(value, 0, 1e-15)
		b.found = append(b.found, at.Low)
	case low < 0 && high >= 0:
		at := search.Between(s.low, -low, s.high, -high)
		at.Close(func(x float64) float64 { return -value(x) }, 0, 1e-15)
		b.found = append(b.found, at.High)
	}
}

// between joins the stretches between borders that are stable.
func (b *borders) between(end float64) (all []Window) {
	b.found = append(b.found, end)
	slices.Sort(b.found)
	low, inside := 0.0, false
	for _, at := range b.found {
		if !(at > low) {
			continue
		}
		stable := b.stable(dd.Exact(low + (at-low)/2))
		switch {
		case stable && inside:
			all[len(all)-1].High = at
		case stable:
			all = append(all, Window{low, at})
		}
		low, inside = at, stable
	}
	return all
}

// enclose returns q and w over a box, or all numbers where no form of A^k applies to
// all of it.
func (b *borders) enclose(s span) (q, w interval.Jet) {
	first, second, power := b.powers(s)
	slow, rest := b.slow, 1-b.slow
	q = interval.Constant(1).Sub(power.Scale(slow)).Sub(second.Scale(rest))
	w = interval.Constant(2 - slow).Add(power.Add(first).Scale(slow)).Add(second.Scale(1 + rest))
	return q, w
}

// jetOf is a line over a box.
func jetOf(l line, s span) interval.Jet {
	return interval.Jet{Value: interval.Hull(l.near(s.low), l.near(s.high)), Slope: interval.Around(l.slope.Hi, 0)}
}

// near is the value at x with its rounding.
func (l line) near(x float64) interval.Range { return interval.Around(l.at(dd.Exact(x)).Value(), 0) }

// ends is what is known of the rule at both ends of a box, and over it.
type ends struct {
	low, high secondOrder
	p, sum    interval.Jet // sum: s = r1 + r2
	d         interval.Jet // s² - 4p
	turns     bool         // s/√p, and with it the phase, may have an extreme inside
}

// endsOf prepares a box. s² - 4p is a quadratic in x, so that its slope is affine and
// its extremes are at the ends or where the slope is 0; s/√p has one where 2s'p - sp',
// which is affine too, is 0.
func (b *borders) endsOf(s span) ends {
	low, high := b.alone.recurrence(dd.Exact(s.low), 1, 0), b.alone.recurrence(dd.Exact(s.high), 1, 0)
	e := ends{low: newSecondOrder(low), high: newSecondOrder(high)}
	q, u, w := jetOf(b.alone.q, s), jetOf(b.alone.u, s), jetOf(b.alone.w, s)
	e.p, e.sum = interval.Constant(1).Sub(q), w.Sub(u).Scale(0.5)
	e.p.Value = interval.Hull(nearly(e.low.p), nearly(e.high.p))
	e.d.Slope = q.Value.Mul(q.Slope).Scale(2).Sub(u.Slope.Mul(w.Value)).Sub(u.Value.Mul(w.Slope))
	if e.d.Slope.Definite() {
		e.d.Value = interval.Hull(nearly(low.discriminant()), nearly(high.discriminant()))
	} else {
		e.d.Value = q.Value.Mul(q.Value).Sub(u.Value.Mul(w.Value))
	}
	e.turns = !e.sum.Slope.Mul(e.p.Value).Scale(2).Sub(e.sum.Value.Mul(e.p.Slope)).Definite()
	return e
}

// nearly is a number with its rounding.
func nearly(v float64) interval.Range { return interval.Around(v, 0x1p-50*math.Abs(v)) }

// powers encloses a_0, a_1 and p^k over a box: with T = (r1^k + r2^k)/2, Ψ = (r1^k -
// r2^k)/(r1 - r2) and A's diagonal d_0, d_1,
//
//	a_i = T + Ψ (d_i - d_j)/2 = ((d_i - r2) r1^k - (d_i - r1) r2^k)/(r1 - r2)
//
// of which the latter keeps a small one beside a large one.
func (b *borders) powers(s span) (first, second, power interval.Jet) {
	e := b.endsOf(s)
	low, high := root{e.low.p, logOf(e.low.p, e.low.oneMinusP, 2-e.low.oneMinusP)}, root{e.high.p, logOf(e.high.p, e.high.oneMinusP, 2-e.high.oneMinusP)}
	power = b.power(low, high, e.p.Slope)
	d := [2]interval.Jet{jetOf(b.diagonal[0], s), jetOf(b.diagonal[1], s)}
	if e.d.Value.Positive() {
		gap := e.d.Sqrt()
		large, small := e.realRoot(e.low.r1, e.high.r1, gap), e.realRoot(e.low.r2, e.high.r2, gap.Scale(-1))
		one := b.power(root{e.low.r1, e.low.log1}, root{e.high.r1, e.high.log1}, large.Slope)
		other := b.power(root{e.low.r2, e.low.log2}, root{e.high.r2, e.high.log2}, small.Slope)
		of := func(d interval.Jet) interval.Jet {
			return d.Sub(small).Mul(one).Sub(d.Sub(large).Mul(other)).Div(gap)
		}
		return of(d[0]), of(d[1]), power
	}
	var t, psi interval.Jet
	if e.d.Value.Negative() {
		t, psi = b.ringing(e, interval.Hull(low.modulus(b.steps), high.modulus(b.steps)))
	} else {
		t, psi = b.nearDouble(e, low, high)
	}
	psi = psi.Mul(d[0].Sub(d[1])).Scale(0.5)
	return t.Add(psi), t.Sub(psi), power
}

// realRoot is a real root, monotone in x; from z² - s z + p = 0 its slope is ±(s'z -
// p')/√(s² - 4p).
func (e *ends) realRoot(low, high float64, gap interval.Jet) interval.Jet {
	z := interval.Hull(nearly(low), nearly(high))
	return interval.Jet{Value: z, Slope: e.sum.Slope.Mul(z).Sub(e.p.Slope).Div(gap.Value)}
}

// root is a number with the logarithm of its modulus.
type root struct{ z, log float64 }

// to returns z^n.
func (r root) to(n int) interval.Range {
	switch {
	case n == 0:
		return interval.At(1)
	case r.z == 0:
		return interval.At(0)
	}
	e := nearly(r.log).Scale(float64(n)).Exp()
	if r.z < 0 && n%2 == 1 {
		return e.Neg()
	}
	return e
}

// modulus is |z|^(n/2).
func (r root) modulus(n int) interval.Range { return nearly(r.log).Scale(float64(n) / 2).Exp() }

// between encloses z^n for z between two numbers.
func (r root) between(o root, n int) interval.Range {
	hull := interval.Hull(r.to(n), o.to(n))
	if r.z < 0 != (o.z < 0) {
		hull = interval.Hull(hull, interval.At(0))
	}
	return hull
}

// power encloses z^k of a z that is monotone in x.
func (b *borders) power(low, high root, slope interval.Range) interval.Jet {
	return interval.Jet{
		Value: low.between(high, b.steps),
		Slope: low.between(high, b.steps-1).Mul(slope).Scale(float64(b.steps)),
	}
}

// ringing encloses T = |r|^k cos kω and Ψ = |r|^k sin kω / (|r| sin ω); size is |r|^k.
func (b *borders) ringing(e ends, size interval.Range) (t, psi interval.Jet) {
	k := float64(b.steps)
	imag := interval.Jet{Value: e.d.Value.Neg().Sqrt()} // 2 |r| sin ω
	imag.Slope = e.d.Slope.Neg().Div(imag.Value.Scale(2))
	omega := interval.Jet{Value: interval.Hull(e.low.phase(), e.high.phase())}
	omega.Slope = imag.Slope.Mul(e.sum.Value).Sub(imag.Value.Mul(e.sum.Slope)).Div(e.p.Value.Scale(4))
	if e.turns {
		omega.Value = argument(imag.Value, e.sum.Value)
	}
	modulus := interval.Jet{Value: size, Slope: size.Mul(e.p.Slope.Div(e.p.Value)).Scale(k / 2)}
	turn := omega.Scale(k)
	return modulus.Mul(turn.Cos()), modulus.Mul(turn.Sin()).Scale(2).Div(imag)
}

// phase is ω in (0, π) of complex roots.
func (m *secondOrder) phase() interval.Range {
	if m.s < 0 {
		return interval.Around(math.Pi-m.omega, 0x1p-50)
	}
	return nearly(m.omega)
}

// argument encloses atan2(e, s) for e > 0, which falls with s.
func argument(e, s interval.Range) interval.Range {
	least := math.Min(math.Atan2(e.Lo, s.Hi), math.Atan2(e.Hi, s.Hi))
	most := math.Max(math.Atan2(e.Lo, s.Lo), math.Atan2(e.Hi, s.Lo))
	return interval.Hull(nearly(least), nearly(most))
}

// nearDouble encloses T and Ψ in a box that may hold a double root. |r|^-k T = cos kω
// and |r|^(1-k) Ψ = sin kω / sin ω, continued by cosh and sinh to real roots, are
// monotone in s/√p as long as kω < π, so that their values at the ends enclose them.
// Their slopes are left open.
func (b *borders) nearDouble(e ends, low, high root) (t, psi interval.Jet) {
	open := interval.Jet{Value: interval.All, Slope: interval.All}
	k, first, last := float64(b.steps), e.low.signedAngle(), e.high.signedAngle()
	if !e.p.Value.Positive() || e.turns || e.low.s < 0 != (e.high.s < 0) ||
		k*math.Max(first, last) > 3 || k*math.Min(first, last) < -2 {
		return open, open
	}
	t, psi = open, open
	cos, ratio := interval.Hull(cosine(k, first), cosine(k, last)), interval.Hull(sines(k, first), sines(k, last))
	t.Value = cos.Mul(interval.Hull(low.modulus(b.steps), high.modulus(b.steps)))
	psi.Value = ratio.Mul(interval.Hull(low.modulus(b.steps-1), high.modulus(b.steps-1)))
	switch {
	case e.low.s > 0:
	case b.steps%2 == 1:
		t.Value = t.Value.Neg()
	default:
		psi.Value = psi.Value.Neg()
	}
	return t, psi
}

// signedAngle is ω of ±√p e^±iω, and -η of the real roots ±√p e^±η.
func (m *secondOrder) signedAngle() float64 {
	if m.rings {
		return m.omega
	}
	return -math.Atanh(m.gap / math.Abs(m.s))
}

// cosine is cos ka, and cosh ka where a < 0 stands for an imaginary angle.
func cosine(k, a float64) interval.Range {
	if a < 0 {
		return nearly(math.Cosh(k * a))
	}
	return interval.Around(math.Cos(k*a), 0x1p-48)
}

// sines is sin ka / sin a in the same sense.
func sines(k, a float64) interval.Range {
	switch {
	case a == 0:
		return interval.At(k)
	case a < 0:
		return interval.Around(math.Sinh(k*a)/math.Sinh(a), 0x1p-48*k)
	}
	return interval.Around(math.Sin(k*a)/math.Sin(a), 0x1p-48*k)
}
