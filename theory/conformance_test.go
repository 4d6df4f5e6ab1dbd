package theory

import (
	"math"
	"testing"
)

// method is a row of the conformance table: a method of the package and the
// literal update rule that it claims to follow. Adding a row gives a new
// method the whole suite.
type row struct {
	name    string
	method  Method
	literal literal
	// tolerance of the noise and of the factor relative to its envelope.
	tolerance float64
}

func conformance() []row {
	var rows []row
	for _, alpha := range []float64{0.3, 1} {
		rows = append(rows, row{"SGD", SGD(alpha), literalSGD(alpha), 1e-12})
		for _, beta := range []float64{0.09, 0.25, 0.9, 0.9999, 1 - 1e-9} {
			rows = append(rows,
				row{"heavy ball", Momentum(alpha, beta), literalMomentum(alpha, beta), 1e-12},
				row{"Nesterov", Nesterov(alpha, beta), literalNesterov(alpha, beta), 1e-12},
				row{"EMA of SGD", SGD(alpha).EMA(beta), averaged(literalSGD(alpha), beta), 1e-12},
			)
		}
	}
	return rows
}

// curvatures are where formulas break: no curvature, tiny and denormal, double
// roots, αh = 1 and 2 and their neighbours, the edges of stability, beyond.
func curvatures(o Optimizer) []float64 {
	at := []float64{0, 5e-324, 1e-300, 1e-100, 1e-17, 1e-9, 1e-4, 0.01, 0.1, 0.5, 1, 1.9, 2, 2.5, 3, 3.7, 1e3}
	b := math.Max(o.Momentum, o.Decay)
	edge := 2 * (1 + b)
	low, high := 1-math.Sqrt(b), 1+math.Sqrt(b)
	at = append(at, 1-b, low*low, high*high, edge, edge/(1+2*b), (1-b)*(1-b)/(1+b)/(1+b))
	var h []float64
	for _, x := range at {
		v := x / o.LearningRate
		h = append(h, v)
		if x > 0.001 {
			h = append(h, math.Nextafter(v, 0), v*(1+1e-9))
		}
	}
	return h
}

func times_(short bool) []int {
	if short {
		return []int{0, 1, 2, 7, 100, 1e6}
	}
	return []int{0, 1, 2, 3, 10, 65, 1000, 1e5, 1e9, 1e12, 1e15}
}

// envelope is the size that the factor has between its zeros: of a ringing
// mode p^(t/2) √(1+K²), of two real roots the sum of the moduli of both terms.
func envelope(m Mode, t int, factor float64) float64 {
	k, ok := m.(secondOrder)
	switch {
	case !ok || t == 0:
		return math.Abs(factor)
	case k.rings:
		return math.Exp(float64(t)*k.logMod) * math.Hypot(1, k.quadrant)
	}
	_, now, _ := k.impulse(t)
	return math.Abs(math.Exp(float64(t+1)*k.log1)) + math.Abs(k.f1*now)
}

// Every method against its literal update rule in 1200 bits.
func TestAgainstManyBits(t *testing.T) {
	worst := map[string][2]float64{}
	for n, r := range conformance() {
		if testing.Short() && n%9 != 0 {
			continue
		}
		o := r.method.(Optimizer)
		for _, h := range curvatures(o) {
			mode := r.method.Mode(h, 1)
			for _, steps := range times_(testing.Short()) {
				bigFactor, bigNoise := r.literal.after(h, steps)
				factor, noise := float(bigFactor), float(bigNoise)
				got := mode.At(steps)
				w := worst[r.name]
				w[0] = math.Max(w[0], check64(t, r, h, steps, "factor", got.Factor, factor, envelope(mode, steps, factor)))
				w[1] = math.Max(w[1], check64(t, r, h, steps, "noise", got.Noise, noise, noise))
				worst[r.name] = w
			}
		}
	}
	for name, w := range worst {
		t.Logf("%-12s largest error: factor %.1e of its envelope, noise %.1e", name, w[0], w[1])
	}
}

// check64 compares a float64 with its true value and returns the error
// relative to scale. Overflow must be +Inf, and underflow may lose digits.
func check64(t *testing.T, r row, h float64, steps int, what string, got, want, scale float64) float64 {
	t.Helper()
	const overflow, underflow = 1e150, 1e-290
	if math.IsNaN(got) {
		t.Errorf("%s, h=%g, t=%d: %s is NaN, want %g", r.method, h, steps, what, want)
		return 0
	}
	if math.Abs(want) > overflow || math.Abs(scale) < underflow {
		if math.Abs(want) > overflow && !(math.Abs(got) > overflow/1e3) || math.Abs(want) <= overflow && !(math.Abs(got) <= 2*underflow) {
			t.Errorf("%s, h=%g, t=%d: %s = %g, want %g", r.method, h, steps, what, got, want)
		}
		return 0
	}
	err := math.Abs(got-want) / math.Abs(scale)
	if got == want {
		err = 0
	}
	if !(err <= r.tolerance) {
		t.Errorf("%s, h=%.17g, t=%d: %s = %.17g, want %.17g (error %.1e)", r.method, h, steps, what, got, want, err)
	}
	return err
}
