package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// kernel is a method whose reported variable follows a recurrence of second order
// at most, with one tap for the noise:
//
//	θ(t+1) = s θ(t) - p θ(t-1) - g αε(t)        θ(-1) = θ(0)
//
// in every direction, with coefficients that are affine in x: see the type
// recurrence for its closed form.
type kernel struct {
	triangle
	states int
	gain   float64 // g
	// atIterate: the gradient is taken at θ.
	atIterate bool
}

// kernel reads off the system whether it is such a recurrence. Of a step of two
// variables with the readout r and the start s it is, by Cayley and Hamilton, if
//
//	one tap   r'adj(M) b = 0                       then also r'adj(A) b = 0
//	start     r'(I-A) s = u, r's = 1               then θ(1) = (s - p) θ(0)
//
// and the gain is g = -r'b. The settings must be constant, and not in cycles.
func (s *system) kernel() (kernel, bool) {
	l := s.layout
	if l.n > 2 || s.LookaheadSteps != 0 || s.UniformAverage || s.Schedule != nil || s.changing() > 0 || s.Debias || s.DecoupledDecay {
		return kernel{}, false
	}
	u := s.step(1, false)
	r := l.reported()
	t := s.alone
	if l.average >= 0 {
		t = u.triangle()
	}
	k := kernel{triangle: t, states: l.n, gain: -u.kick[r].Value(), atIterate: u.atIterate()}
	if l.n == 1 {
		return k, true
	}
	one := dd.Exact(1)
	m := two{one.Sub(u.keep[0][0]), u.keep[0][1].Neg(), u.keep[1][0].Neg(), one.Sub(u.keep[1][1])}
	tap := m.adjugate([2]dd.Number{u.kick[0], u.kick[1]})[r]
	var rest, reach dd.Number // r'N s and ρ's
	for j, z := range l.start() {
		rest = rest.Add(u.keep[r][j].Mul(dd.Exact(z)))
		reach = reach.Add(u.gradient[j].Mul(dd.Exact(z)))
	}
	starts := isZero(rest.Sub(k.u.at(dd.Number{}))) && isZero(u.kick[r].Mul(reach).Add(k.u.slope))
	return k, isZero(tap) && starts
}

// kernel is that of the optimizer's system, for those who take x for α h^(1-p): not
// with weight decay.
func (o Optimizer) kernel() (kernel, bool) {
	k, ok := o.system().kernel()
	return k, ok && o.WeightDecay == 0
}

// isZero reports whether a number of the size of 1 is 0 but for rounding.
func isZero(v dd.Number) bool { return math.Abs(v.Hi) < 0x1p-90 }

// mode is the closed form in a direction.
func (k kernel) mode(x dd.Number, sigma2 float64) Mode {
	if k.states == 1 {
		return newSGDMode(x, sigma2)
	}
	return newSecondOrder(k.recurrence(x, k.gain, sigma2))
}

// recurrence is the polynomial in a direction.
func (t triangle) recurrence(x dd.Number, gain, sigma2 float64) recurrence {
	return recurrence{q: t.q.at(x), u: t.u.at(x), w: t.w.at(x), gain: gain, sigma2: sigma2}
}
