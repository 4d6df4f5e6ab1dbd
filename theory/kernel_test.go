package theory

import (
	"math"
	"math/rand/v2"
	"testing"

	"nqm/theory/internal/dd"
)

// Where the scalar kernel applies is read off the system; its coefficients are the
// formulas of the field, to every digit of the arithmetic.
func TestKernelIsReadOffTheSystem(t *testing.T) {
	const b, g = 0.9, 0.7
	for _, row := range []struct {
		o          Optimizer
		states     int
		gain       float64
		atIterate  bool
		p, u, w, q func(x float64) float64
	}{
		{SGD(1), 1, 1, true, func(x float64) float64 { return 0 }, func(x float64) float64 { return x }, func(x float64) float64 { return 2 - x }, func(x float64) float64 { return 1 }},
		{Momentum(1, b), 2, 1, true, func(x float64) float64 { return b }, func(x float64) float64 { return x }, func(x float64) float64 { return 2*(1+b) - x }, func(x float64) float64 { return 1 - b }},
		{Nesterov(1, b), 2, 1, false, func(x float64) float64 { return b * (1 - x) }, func(x float64) float64 { return x }, func(x float64) float64 { return 2*(1+b) - (1+2*b)*x }, func(x float64) float64 { return 1 - b + b*x }},
		{SGD(1).EMA(g), 2, 1 - g, true, func(x float64) float64 { return g * (1 - x) }, func(x float64) float64 { return (1 - g) * x }, func(x float64) float64 { return (2 - x) * (1 + g) }, func(x float64) float64 { return 1 - g + g*x }},
	} {
		k, ok := row.o.kernel()
		if !ok || k.states != row.states || k.atIterate != row.atIterate || math.Abs(k.gain-row.gain) > 1e-16 {
			t.Errorf("%v: kernel %v, states %d, gain %v, gradient at the iterate %v", row.o, ok, k.states, k.gain, k.atIterate)
			continue
		}
		for _, x := range []float64{0, 1e-300, 1e-9, 0.3, 1, 1.7, 2, 3.8, 1e200} {
			for name, v := range map[string][2]float64{
				"p": {k.p.at(dd.Exact(x)).Value(), row.p(x)}, "q": {k.q.at(dd.Exact(x)).Value(), row.q(x)},
				"u": {k.u.at(dd.Exact(x)).Value(), row.u(x)}, "w": {k.w.at(dd.Exact(x)).Value(), row.w(x)},
			} {
				if math.Abs(v[0]-v[1]) > 1e-15*math.Max(math.Abs(v[1]), math.Min(1, x)) {
					t.Errorf("%v: %s(%g) = %v, want %v", row.o, name, x, v[0], v[1])
				}
			}
		}
	}
	for _, o := range []Optimizer{
		Momentum(1, b).EMA(g), Nesterov(1, b).EMA(g), SGD(1).Average(), SGD(1).Lookahead(2, 0.5), SGD(1).Cosine(), Momentum(1, b).Segments(Segment{Steps: 2, From: 1}),
	} {
		if _, ok := o.kernel(); ok {
			t.Errorf("%v has a scalar kernel", o)
		}
	}
}

// A step of two variables that has another tap of noise, or another start, is not
// taken for a recurrence with one.
func TestKernelNeedsOneTapAndItsStart(t *testing.T) {
	for name, spoil := range map[string]func(u *update){
		"tap":      func(u *update) { u.kick[0] = dd.Exact(-1.5) },
		"coupling": func(u *update) { u.keep[0][1] = dd.Exact(0.3) },
	} {
		plain := heavyBall
		spoiled := heavyBall
		spoiled.step = func(o Optimizer, at stage) update {
			u := plain.step(o, at)
			spoil(&u)
			return u
		}
		at := -1
		for i := range settings {
			if settings[i].rule == &heavyBall {
				at = i
			}
		}
		settings[at].rule = &spoiled
		if _, ok := Momentum(0.5, 0.9).kernel(); ok {
			t.Errorf("with another %s it is still a kernel", name)
		}
		settings[at].rule = &heavyBall
	}
}

// Ringing factors and sums after up to 10^15 steps, where the phase has turned up to
// 10^12 times, are those of doubling the steps in 106 bits, which knows of no phase.
func TestManyTurnsAgainstDoubling(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for n := 0; n < 20_000; {
		x, slow := math.Exp(-r.Float64()*50), math.Exp(-r.Float64()*35)
		steps := int(math.Exp(r.Float64() * math.Log(1e15)))
		o := Momentum(x, 1-slow)
		if r.IntN(3) == 0 {
			o = Nesterov(x, 1-slow)
		}
		m, ok := o.Mode(1, 1).(secondOrder)
		if !ok || !m.rings || float64(steps)*m.omega < maxPhase || float64(steps)*m.logMod < -300 {
			continue
		}
		n++
		got := m.At(steps)
		factor, _, sum := m.double(steps)
		if size := math.Hypot(1, m.quadrant) * math.Exp(float64(steps)*m.logMod); math.Abs(got.Factor-factor) > 1e-12*size {
			t.Fatalf("%v at x = %g, t = %d: factor %v, want %v, of an envelope %v", o, x, steps, got.Factor, factor, size)
		}
		if want := m.variance * sum; math.Abs(got.Noise-want) > 1e-12*want {
			t.Fatalf("%v at x = %g, t = %d: noise %v, want %v", o, x, steps, got.Noise, want)
		}
	}
}
