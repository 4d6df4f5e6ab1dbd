package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// lossBounds proves statements about the loss over whole intervals of t. In every
// direction, for the methods that are recurrences of second order at most:
//
//   - Noise(t) = g²σ² Σ_{j<t} ψ_j² never falls.
//   - Of SGD, E θ² itself moves monotonically to its limit: it obeys
//     s' = (1-x)² s + σ².
//   - Otherwise |Factor| is log-concave in t between its zeros: it is
//     ρ^t |cos(tω-φ)| up to a constant where the direction rings, and
//     c1|r1|^t - c2|r2|^t with c1, c2 > 0 where its roots are real and of the
//     same sign (both are below 1, as u > 0 and p < 1); then it has no zero. It is
//     therefore at least the smaller of
//     its values at both ends of an interval without a zero, and at most
//     |Factor(a)| if it falls there. A ringing direction has at most one zero
//     where (b-a)ω < π, and none if its signs at a and b are the same.
//   - With roots of different signs, |Factor| lies between D = |c1 r1^(t+1) -
//     c2 |r2|^(t+1)| and the same with +. D is log-concave on either side of its
//     zero, which is where its sign changes.
//
// So on [a, b] the loss is at least the noise at a plus these least biases. The
// few quadrature nodes of negative weight are bounded from the other side.
type lossBounds struct {
	modes       []boundedMode
	target      float64
	above       float64 // a bound must exceed it to exclude the target
	below       float64 // and an upper bound must not exceed it to settle
	last        *point  // the limit
	law         Law     // what the modes are a quadrature of; Count 0 if they are exact
	method      Method
	mixed       bool // some direction has roots of different signs
	hitOnly     bool // leave the settle time open
	evaluations int
}

const (
	// quadratureGuard is the relative error of a sum by quadrature that bounds
	// allow for, and roundingGuard that of an exact sum.
	quadratureGuard = 1e-10
	roundingGuard   = 4e-12
	// unsure is how close to the target a sum by quadrature is not trusted.
	unsure = 1e-9
	// maxWork bounds the directions that one search evaluates, all points
	// together: some seconds.
	maxWork = 1 << 26
)

// motion is how a factor depends on t.
type motion int8

const (
	monotoneMoment motion = iota // SGD
	fallingFactor                // real roots >= 0
	flippingFactor               // real roots <= 0
	ringingFactor                // complex roots
	mixedFactor                  // real roots of different signs
)

// boundedMode is one direction.
type boundedMode struct {
	Direction
	weight float64 // ½ m h
	motion motion
	flips  bool // Factor(t) has the sign (-1)^t besides
	mode   Mode
	second secondOrder
}

// point is what all directions are at one t.
type point struct {
	t      int
	loss   float64
	factor []float64 // without the sign (-1)^t of modes that flip
	noise  []float64
	c1, c2 []float64 // of mixed factors: the two terms
	next   []float64 // factors at t+1, NaN where they were not needed yet
}

// hasLossBounds reports whether the bounds hold for a method.
func hasLossBounds(m Method) bool {
	switch m.Mode(1, 1).(type) {
	case sgdMode, secondOrder:
		return true
	}
	return false
}

func newLossBounds(dirs []Direction, m Method, target, guard float64) *lossBounds {
	guard = math.Max(guard, roundingGuard)
	k := &lossBounds{target: target, above: target * (1 + guard), below: target * (1 - guard), modes: make([]boundedMode, 0, len(dirs))}
	mode := modesOf(m)
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		t := boundedMode{Direction: d, weight: 0.5 * d.Multiplicity * d.Curvature, mode: mode(d.Curvature, d.Noise)}
		if second, ok := t.mode.(secondOrder); ok {
			t.second = second
			t.motion, t.flips = second.kindOfFactor()
			k.mixed = k.mixed || t.motion == mixedFactor
		}
		k.modes = append(k.modes, t)
	}
	k.last = k.limit()
	return k
}

// kindOfFactor says how the factor moves with t.
func (m secondOrder) kindOfFactor() (kind motion, flips bool) {
	switch {
	case m.rings:
		return ringingFactor, m.s < 0
	case m.p < 0:
		return mixedFactor, false
	case m.s < 0:
		return flippingFactor, true
	}
	return fallingFactor, false
}

func (k *lossBounds) newPoint(t int) *point {
	n := len(k.modes)
	all := make([]float64, 2*n)
	p := &point{t: t, factor: all[:n:n], noise: all[n:]}
	if k.mixed {
		p.c1, p.c2 = make([]float64, n), make([]float64, n)
	}
	return p
}

// at evaluates all directions after t steps.
func (k *lossBounds) at(t int) *point {
	k.evaluations++
	p := k.newPoint(t)
	var total dd.Sum
	for i := range k.modes {
		m := &k.modes[i]
		var r Response
		if m.motion == monotoneMoment {
			r = m.mode.At(t)
		} else {
			factor, _, sum := m.second.evaluate(t)
			r = m.second.response(factor, sum)
		}
		p.factor[i], p.noise[i] = r.Factor, r.Noise
		if m.flips && t%2 == 1 {
			p.factor[i] = -r.Factor
		}
		if m.motion == mixedFactor {
			p.c1[i], p.c2[i] = m.second.terms(float64(t))
		}
		total.Add(m.weight * (m.bias(r.Factor) + r.Noise))
	}
	p.loss = total.Value()
	return p
}

// exhausted reports whether the search has done enough.
func (k *lossBounds) exhausted() bool { return k.evaluations*len(k.modes) > maxWork }

// limit is the point at infinity.
func (k *lossBounds) limit() *point {
	p := k.newPoint(math.MaxInt)
	var total dd.Sum
	for i := range k.modes {
		m := &k.modes[i]
		r := m.mode.Limit()
		p.factor[i], p.noise[i] = r.Factor, r.Noise
		if m.motion == mixedFactor {
			p.c1[i], p.c2[i] = m.second.terms(math.Inf(1))
		}
		total.Add(m.weight * (m.bias(r.Factor) + r.Noise))
	}
	p.loss = total.Value()
	return p
}

// terms are c1 |r1|^(t+1) and c2 |r2|^(t+1) of a factor whose roots r1 > 0 > r2
// have different signs.
func (m secondOrder) terms(t float64) (c1, c2 float64) {
	return m.f2 / m.gap * power(m.log1, t+1), m.f1 / m.gap * power(m.log2, t+1)
}

func power(log, t float64) float64 {
	if log == 0 {
		return 1
	}
	return math.Exp(t * log)
}

func (m *boundedMode) bias(factor float64) float64 { return times(factor*factor, m.SecondMoment()) }

// low is a lower bound of the loss at every t in [a, b].
func (k *lossBounds) low(a, b *point) float64 {
	var total dd.Sum
	for i := range k.modes {
		m := &k.modes[i]
		if m.weight > 0 {
			total.Add(m.weight * k.least(m, i, a, b))
		} else {
			total.Add(m.weight * k.most(m, i, a, b))
		}
	}
	return total.Value()
}

// high is an upper bound of the loss at every t in [a, b].
func (k *lossBounds) high(a, b *point) float64 {
	var total dd.Sum
	for i := range k.modes {
		m := &k.modes[i]
		if m.weight > 0 {
			total.Add(m.weight * k.most(m, i, a, b))
		} else {
			total.Add(m.weight * k.least(m, i, a, b))
		}
	}
	return total.Value()
}

// least is a lower bound of E θ² in one direction on [a, b].
func (k *lossBounds) least(m *boundedMode, i int, a, b *point) float64 {
	left, right := math.Abs(a.factor[i]), math.Abs(b.factor[i])
	switch m.motion {
	case monotoneMoment:
		return math.Min(m.bias(left)+a.noise[i], m.bias(right)+b.noise[i])
	case ringingFactor:
		if m.crosses(i, a, b) {
			left = 0
		}
	case mixedFactor:
		left, right = a.c1[i]-a.c2[i], b.c1[i]-b.c2[i]
		if left > 0 != (right > 0) {
			left = 0
		}
		left, right = math.Abs(left), math.Abs(right)
	}
	return m.bias(math.Min(left, right)) + a.noise[i]
}

// crosses reports whether a ringing factor may have a zero in [a, b].
func (m *boundedMode) crosses(i int, a, b *point) bool {
	return !(float64(b.t-a.t)*m.second.omega < math.Pi) || !(a.factor[i]*b.factor[i] > 0)
}

// most is an upper bound of E θ² in one direction on [a, b].
func (k *lossBounds) most(m *boundedMode, i int, a, b *point) float64 {
	left := math.Abs(a.factor[i])
	switch m.motion {
	case monotoneMoment:
		return math.Max(m.bias(left)+a.noise[i], m.bias(b.factor[i])+b.noise[i])
	case mixedFactor:
		left = math.Max(a.c1[i]+a.c2[i], b.c1[i]+b.c2[i])
	case flippingFactor:
		left = k.slope(i, a).upTo(b.t - a.t)
	case ringingFactor:
		envelope := math.Hypot(1, m.second.quadrant) * math.Exp(float64(a.t)*m.second.logMod)
		if m.crosses(i, a, b) {
			left = math.Max(envelope, left)
		} else {
			left = math.Max(left, math.Min(envelope, k.slope(i, a).upTo(b.t-a.t)))
		}
	}
	return m.bias(left) + b.noise[i]
}

// tangent bounds a log-concave factor by its values at a step and the next.
type tangent struct{ now, next float64 }

func (t tangent) upTo(n int) float64 {
	if t.next <= t.now {
		return t.now
	}
	return t.now * math.Pow(t.next/t.now, float64(n))
}

// slope returns the factors of direction i at a.t and one step later.
func (k *lossBounds) slope(i int, a *point) tangent {
	if a.next == nil {
		a.next = make([]float64, len(k.modes))
		for j := range a.next {
			a.next[j] = math.NaN()
		}
	}
	if math.IsNaN(a.next[i]) {
		a.next[i] = math.Abs(k.modes[i].second.At(a.t + 1).Factor)
	}
	return tangent{math.Abs(a.factor[i]), a.next[i]}
}

// reached reports whether the loss is at or below the target at p. A sum by
// quadrature that is too close to tell is replaced by the exact one.
func (k *lossBounds) reached(p *point) bool {
	if k.law.Count != 0 && k.law.Count <= tooMany && math.Abs(p.loss-k.target) <= unsure*k.target {
		k.evaluations++
		p.loss = lossesAt(k.law.all(), k.method, []int{p.t})[0]
	}
	return p.loss <= k.target
}

// excluded returns a step up to which no t reaches the target, as close as it gets to
// the first that does, at most t.
func (k *lossBounds) excluded(t int) int {
	a := k.at(0)
	if k.reached(a) {
		return 0
	}
	before, _ := k.firstHit(a, k.at(t))
	return before.t
}

// answer fills in a result. The search goes to the step near at once, and from
// there on by factors of 4; steps up to from are known not to reach the target, except the
// start.
func (k *lossBounds) answer(s *Steps, near, from int) {
	s.Floor = k.last.loss
	a := k.at(0)
	s.note(a, a)
	if k.reached(a) {
		s.Outcome, s.Steps = Reached, 0
		k.settle(s, a)
		return
	}
	if from > 0 {
		a = k.at(from)
		s.note(a, a)
	}
	next := min(max(near, 1), s.Limit)
	for {
		// Invariant: no t <= a.t reaches the target.
		if s.Bound = k.low(a, k.last); s.Bound > k.above {
			s.Outcome, s.Settles = Never, Never
			if math.IsInf(s.Floor, 1) {
				s.Outcome, s.Settles = Diverges, Diverges
			}
			return
		}
		if a.t >= s.Limit || k.exhausted() {
			return
		}
		b := k.at(next)
		before, hit := k.firstHit(a, b)
		if hit != nil {
			s.note(before, hit)
			s.Outcome, s.Steps = Reached, hit.t
			k.settle(s, hit)
			return
		}
		if k.exhausted() {
			s.note(before, before)
			return
		}
		a = b
		s.note(a, a)
		next = min(s.Limit, 4*a.t)
	}
}

func (s *Steps) note(before, at *point) {
	s.Before, s.Loss, s.Checked, s.Bound = before.loss, at.loss, at.t, 0
}

// firstHit returns the first point in (a, b] that reaches the target, and the step
// before it; nil if there is none. If it runs out of points, before is how far
// it got. Invariant: no t <= a.t reaches the target.
func (k *lossBounds) firstHit(a, b *point) (before, hit *point) {
	if k.low(a, b) > k.above {
		return b, nil
	}
	if b.t == a.t+1 {
		if k.reached(b) {
			return a, b
		}
		return b, nil
	}
	if k.exhausted() {
		return a, nil
	}
	mid := k.at(a.t + (b.t-a.t)/2)
	if before, hit = k.firstHit(a, mid); hit != nil || before != mid {
		return before, hit
	}
	return k.firstHit(mid, b)
}

// settle finds the first step from which the loss stays at or below the target,
// given that it is there at a.
func (k *lossBounds) settle(s *Steps, a *point) {
	if k.hitOnly {
		return
	}
	if s.Floor > k.above {
		s.Settles = Never
		if math.IsInf(s.Floor, 1) {
			s.Settles = Diverges
		}
		return
	}
	// From b.t on the loss stays once its bound on [b.t, ∞) is below the target.
	b := a
	for !(k.high(b, k.last) <= k.below) {
		if b.t >= MaxSteps || k.exhausted() {
			return
		}
		b = k.at(min(MaxSteps, max(1, b.t+max(1, b.t/2))))
	}
	v, ok := k.violation(a, b)
	if !ok {
		return
	}
	s.Settles, s.SettleSteps = Reached, max(a.t, v+1)
}

// violation returns the last t in [a.t, b.t) above the target, -1 if there is
// none; ok is false if it runs out of points. Invariant: no t >= b.t is above.
func (k *lossBounds) violation(a, b *point) (t int, ok bool) {
	if a.t == b.t || k.high(a, b) <= k.below {
		return -1, true
	}
	if b.t == a.t+1 {
		if k.reached(a) {
			return -1, true
		}
		return a.t, true
	}
	if k.exhausted() {
		return -1, false
	}
	mid := k.at(a.t + (b.t-a.t)/2)
	if t, ok = k.violation(mid, b); t >= 0 || !ok {
		return t, ok
	}
	return k.violation(a, mid)
}
