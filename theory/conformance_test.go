package theory

import (
	"math"
	"testing"

	"nqm/theory/longtest"
)

// row is a method of the package and the literal update rule that it claims to
// follow. Adding a row to the table gives a new method every suite: many bits,
// sampling, limits, invariants, segments.
type row struct {
	name    string
	method  Method
	literal literal
}

// tolerance of the noise, and of the factor relative to its envelope.
const tolerance = 1e-12

func conformanceRows() []row { return append(closed(), append(composed(), changingRows()...)...) }

// changingRows are the methods that change as they run, and those of other libraries.
func changingRows() []row {
	constant := func(alpha float64) func(int) float64 { return func(int) float64 { return alpha } }
	linear := func(t int) float64 { return 0.3 * float64(max(100-(t-1), 0)) / 100 }
	warm := func(t int) float64 { return 0.3 * math.Min(float64(t-1)/10, 1) }
	warming := func(gamma float64) func(int) float64 {
		return func(t int) float64 { return math.Min(gamma, (1+float64(t))/(10+float64(t))) }
	}
	copied := func(gamma float64) func(int) float64 {
		return func(t int) float64 {
			if t == 1 {
				return 0
			}
			return gamma
		}
	}
	cycle := Schedule{{Steps: 40, Shape: LinearRate, From: 0.25, To: 1, Momentum: 0.9375, MomentumTo: 0.8125}, {Steps: 60, Shape: LinearRate, From: 1, Momentum: 0.8125, MomentumTo: 0.9375}}
	beta := func(t int) float64 {
		switch {
		case t <= 40:
			return 0.9375 - 0.125*(float64(t-1)/40)
		case t <= 100:
			return 0.8125 + 0.125*(float64(t-41)/60)
		}
		return 0.9375
	}
	rate := func(t int) float64 {
		switch {
		case t <= 40:
			return 0.3 * (0.25 + 0.75*(float64(t-1)/40))
		case t <= 100:
			return 0.3 * (1 - float64(t-41)/60)
		}
		return 0
	}
	cycled := literalMomentum(1, 0)
	cycled.same = false
	cycled.update = func(z []num, t int, gradient func(num) num) []num {
		return literalMomentum(rate(t), beta(t)).update(z, t, gradient)
	}
	stepped := func(t int) float64 {
		if t <= 30 {
			return 0.9
		}
		return 0.5
	}
	momentum := func(a float64) literal { return literalMomentum(a, 0.9) }
	return []row{
		{"dampened", Momentum(0.3, 0.9).Dampened(0.4), literalDampened(0.3, 0.9, 0.4)},
		{"EMA of dampened", Momentum(0.3, 0.9).Dampened(0.4).EMA(0.9), averaged(literalDampened(0.3, 0.9, 0.4), 0.9)},
		{"Lookahead of dampened", Momentum(0.3, 0.9).Dampened(0.9).Lookahead(3, 0.5), slowed(literalDampened(0.3, 0.9, 0.9), 3, 0.5)},
		{"torch, dampened", Torch{LearningRate: 0.3, Momentum: 0.9, Dampening: 0.4}, literalDampened(0.3, 0.9, 0.4)},
		{"torch, Nesterov", Torch{LearningRate: 0.3, Momentum: 0.9, Nesterov: true}, literalStored(0.3, 0.9)},
		{"stored Nesterov", Nesterov(0.3, 0.9).Stored(), literalStored(0.3, 0.9)},
		{"average of stored Nesterov", FromOptax(0.3, 0.9, true).TailAverage(3), tailed(literalStored(0.3, 0.9), 3)},
		{"stored Nesterov under a line", must(Nesterov(0.3, 0.9).Stored().Linear().Over(100)), paced(2, func(a float64) literal { return literalStored(a, 0.9) }, linear)},
		{"Keras", Momentum(0.3, 0.9).Keras(), literalKeras(0.3, 0.9, false)},
		{"Keras under a line", must(Momentum(0.3, 0.9).Keras().Linear().Over(100)), paced(2, func(a float64) literal { return literalKeras(a, 0.9, false) }, linear)},
		{"Keras, Nesterov under a line", must(Nesterov(0.3, 0.9).Keras().Linear().Over(100)), paced(2, func(a float64) literal { return literalKeras(a, 0.9, true) }, linear)},
		{"EMA of Keras under a line", must(Momentum(0.3, 0.9).Keras().EMA(0.9).Linear().Over(100)), averaged(paced(2, func(a float64) literal { return literalKeras(a, 0.9, false) }, linear), 0.9)},
		{"schedule-free", ScheduleFree(0.3, 0.9), literalScheduleFree(constant(0.3), 0.9, 'x')},
		{"schedule-free at y", ScheduleFree(0.3, 0.9).AtY(), literalScheduleFree(constant(0.3), 0.9, 'y')},
		{"schedule-free at z", ScheduleFree(1.5, 0.5).AtZ(), literalScheduleFree(constant(1.5), 0.5, 'z')},
		{"schedule-free without momentum", ScheduleFree(0.3, 0), literalScheduleFree(constant(0.3), 0, 'x')},
		{"EMA of schedule-free", ScheduleFree(0.3, 0.5).EMA(0.9), averaged(literalScheduleFree(constant(0.3), 0.5, 'x'), 0.9)},
		{"schedule-free, warmed up", must(ScheduleFree(0.3, 0.9).WSD(10, 0).Over(100)), literalScheduleFree(warm, 0.9, 'x')},
		{"schedule-free under a line at y", must(ScheduleFree(0.3, 0.9).AtY().Linear().Over(100)), literalScheduleFree(linear, 0.9, 'y')},
		{"AdEMAMix", AdEMAMix(0.1, 0.9, 0.99, 2), literalAdEMAMix(0.1, 0.9, 0.99, 2, 0)},
		{"AdEMAMix, warmed up", AdEMAMix(0.1, 0.5, 0.99, 5).WarmSlow(50), literalAdEMAMix(0.1, 0.5, 0.99, 5, 50)},
		{"EMA of AdEMAMix", AdEMAMix(0.3, 0.9, 0.999, 8).EMA(0.9), averaged(literalAdEMAMix(0.3, 0.9, 0.999, 8, 0), 0.9)},
		{"AdEMAMix with decoupled decay", AdEMAMix(0.25, 0.9, 0.99, 2).WithDecoupledDecay(0.5), shrunk(literalAdEMAMix(0.25, 0.9, 0.99, 2, 0), 0.5, constant(0.25))},
		{"DANA-constant", DANA(0.3, 0.125, 0, 4), literalDANA(0.3, 0.125, 0, 4)},
		{"DANA-decaying", DANA(0.3, 0.5, 0.75, 5), literalDANA(0.3, 0.5, 0.75, 5)},
		{"EMA of DANA", DANA(0.3, 0.5, 0.75, 5).EMA(0.9), averaged(literalDANA(0.3, 0.5, 0.75, 5), 0.9)},
		{"debiased EMA", SGD(0.3).EMA(0.99).Debiased(), debiased(literalSGD(0.3), 0.99)},
		{"debiased EMA of momentum", Momentum(0.3, 0.9).EMA(0.9999).Debiased(), debiased(literalMomentum(0.3, 0.9), 0.9999)},
		{"warmed-up EMA", SGD(0.3).EMA(0.75).WarmedUp(), weighed(literalSGD(0.3), warming(0.75))},
		{"warmed-up EMA of momentum", Momentum(0.3, 0.9).EMA(0.999).WarmedUp(), weighed(literalMomentum(0.3, 0.9), warming(0.999))},
		{"warmed-up EMA under a line", must(Momentum(0.3, 0.9).EMA(0.75).WarmedUp().Linear().Over(100)), weighed(paced(2, momentum, linear), warming(0.75))},
		{"EMA as AveragedModel", SGD(0.3).EMA(0.99).FirstCopied(), weighed(literalSGD(0.3), copied(0.99))},
		{"EMA as AveragedModel, of Lookahead", Momentum(0.3, 0.9).Lookahead(7, 0.8).EMA(0.9).FirstCopied(), weighed(slowed(literalMomentum(0.3, 0.9), 7, 0.8), copied(0.9))},
		{"momentum in segments", Momentum(0.3, 0.9).Segments(Segment{Steps: 30, From: 1}, Segment{Steps: 1, From: 1, Momentum: 0.5}), momenta(2, func(b float64) literal { return literalMomentum(0.3, b) }, stepped)},
		{"momentum and rate in a cycle", Momentum(0.3, 0.9).Segments(cycle...), cycled},
		{"weight decay", SGD(0.3).WithDecay(0.25), decayed(literalSGD(0.3), 0.25)},
		{"weight decay of momentum", Momentum(0.3, 0.9).WithDecay(0.25), decayed(literalMomentum(0.3, 0.9), 0.25)},
		{"weight decay of stored Nesterov", Nesterov(0.3, 0.9).Stored().WithDecay(0.25).EMA(0.9), averaged(decayed(literalStored(0.3, 0.9), 0.25), 0.9)},
		{"weight decay of schedule-free", ScheduleFree(0.3, 0.9).WithDecay(0.25), decayed(literalScheduleFree(constant(0.3), 0.9, 'x'), 0.25)},
		{"decoupled decay", SGD(0.25).WithDecoupledDecay(0.5), shrunk(literalSGD(0.25), 0.5, constant(0.25))},
		{"decoupled decay under a line", must(Momentum(0.25, 0.9).WithDecoupledDecay(0.5).Linear().Over(128)), shrunk(paced(2, momentum, func(t int) float64 { return 0.25 * float64(max(128-(t-1), 0)) / 128 }), 0.5, func(t int) float64 { return 0.25 * float64(max(128-(t-1), 0)) / 128 })},
	}
}

// closed are the methods with a closed form, in many settings.
func closed() []row {
	var rows []row
	for _, alpha := range []float64{0.3, 1} {
		rows = append(rows, row{"SGD", SGD(alpha), literalSGD(alpha)})
		for _, beta := range []float64{0.09, 0.25, 0.9, 0.9999, 1 - 1e-9} {
			rows = append(rows,
				row{"momentum", Momentum(alpha, beta), literalMomentum(alpha, beta)},
				row{"Nesterov", Nesterov(alpha, beta), literalNesterov(alpha, beta)},
				row{"EMA of SGD", SGD(alpha).EMA(beta), averaged(literalSGD(alpha), beta)},
			)
		}
	}
	return rows
}

// optimizersOf are the optimizers of the table, in -short every third.
func optimizersOf(rows []row) []Optimizer {
	var all []Optimizer
	for n, r := range rows {
		if o, ok := r.method.(Optimizer); ok && (longtest.Wanted() || n%3 == 0) {
			all = append(all, o)
		}
	}
	return all
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
	for n, r := range closed() {
		if !longtest.Wanted() && n%9 != 0 {
			continue
		}
		o := r.method.(Optimizer)
		for _, h := range curvatures(o) {
			mode := r.method.Mode(h, 1)
			for _, steps := range times_(!longtest.Wanted()) {
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
	if !(err <= tolerance) {
		t.Errorf("%s, h=%.17g, t=%d: %s = %.17g, want %.17g (error %.1e)", r.method, h, steps, what, got, want, err)
	}
	return err
}

// composed is the table of the methods that go by the general engine.
func composed() []row {
	momentum := func(a float64) literal { return literalMomentum(a, 0.9) }
	cosine := func(t int) float64 { return 0.3 * (1 + math.Cos(math.Pi*float64(min(t-1, 100))/100)) / 2 }
	wsd := func(t int) float64 {
		switch {
		case t <= 10:
			return 0.3 * float64(t-1) / 10
		case t <= 60:
			return 0.3
		case t <= 100:
			return 0.3 * float64(100-(t-1)) / 40
		}
		return 0
	}
	mine := Linear{Name: "mine", System: func(h float64) System {
		return System{
			State:   [][]float64{{1 - 0.25*h, -0.25 * 0.5}, {h, 0.5}},
			Noise:   []float64{-0.25, 1},
			Readout: []float64{1, 0},
		}
	}}
	return []row{
		{"EMA of momentum", Momentum(0.3, 0.9).EMA(0.99), averaged(literalMomentum(0.3, 0.9), 0.99)},
		{"EMA of Nesterov", Nesterov(0.3, 0.9).EMA(0.9), averaged(literalNesterov(0.3, 0.9), 0.9)},
		{"uniform average of SGD", SGD(0.3).Average(), tailed(literalSGD(0.3), 0)},
		{"tail average of momentum", Momentum(0.3, 0.9).TailAverage(20), tailed(literalMomentum(0.3, 0.9), 20)},
		{"Lookahead of SGD", SGD(0.3).Lookahead(5, 0.5), slowed(literalSGD(0.3), 5, 0.5)},
		{"Lookahead of momentum", Momentum(0.3, 0.9).Lookahead(7, 0.8), slowed(literalMomentum(0.3, 0.9), 7, 0.8)},
		{"EMA of Lookahead", Nesterov(0.3, 0.9).Lookahead(3, 0.5).EMA(0.9), averaged(slowed(literalVelocity(0.3, 0.9), 3, 0.5), 0.9)},
		{"average of Lookahead", SGD(0.3).Lookahead(3, 0.5).TailAverage(4), tailed(slowed(literalSGD(0.3), 3, 0.5), 4)},
		{"cosine SGD", must(SGD(0.3).Cosine().Over(100)), paced(1, literalSGD, cosine)},
		{"cosine momentum", must(Momentum(0.3, 0.9).Cosine().Over(100)), paced(2, momentum, cosine)},
		{"WSD Nesterov", must(Nesterov(0.3, 0.9).WSD(10, 40).Over(100)), paced(2, func(a float64) literal { return literalVelocity(a, 0.9) }, wsd)},
		{"1/t SGD", SGD(0.3).InverseTime(5), paced(1, literalSGD, func(t int) float64 { return 0.3 / (1 + float64(t-1)/5) })},
		{"EMA of 1/t momentum", Momentum(0.3, 0.9).EMA(0.9).InverseTime(5), averaged(paced(2, momentum, func(t int) float64 { return 0.3 / (1 + float64(t-1)/5) }), 0.9)},
		{"averaged momentum in segments", Momentum(0.3, 0.9).EMA(0.9).Segments(Segment{Steps: 20, From: 1}, Segment{Steps: 30, From: 0.25}, Segment{Steps: 50, From: 0.5}),
			averaged(paced(2, momentum, func(t int) float64 {
				switch {
				case t <= 20:
					return 0.3
				case t <= 50:
					return 0.3 * 0.25
				}
				return 0.3 * 0.5
			}), 0.9)},
		{"QHM", QHM(1.4, 0.9, 0.7), literalQHM(1.4, 0.9, 0.7)},
		{"EMA of QHM", QHM(0.3, 0.99, 0.5).EMA(0.9), averaged(literalQHM(0.3, 0.99, 0.5), 0.9)},
		{"cosine QHM", must(QHM(0.3, 0.9, 0.7).Cosine().Over(100)), paced(2, func(a float64) literal { return literalQHM(a, 0.9, 0.7) }, cosine)},
		{"EMA of momentum that flips", Momentum(1, 0.9999).EMA(0.5), averaged(literalMomentum(1, 0.9999), 0.5)},
		{"preconditioned SGD", SGD(0.3).Precondition(0.5), conditioned(literalSGD(0.3), 0.5)},
		{"preconditioned momentum", Momentum(0.3, 0.9).Precondition(1).TailAverage(3), conditioned(tailed(literalMomentum(0.3, 0.9), 3), 1)},
		{"own", mine, literalMomentum(0.25, 0.5)},
	}
}

// The composed methods against the literal rules: up to 100 steps, and 10^4 where
// the rule is the same in every step, or, in a long test, in any case. Factors are
// compared relative to their largest value of the last few steps, which bounds
// what a ringing mode hides in its zeros.
func TestComposedAgainstManyBits(t *testing.T) { composedAgainstManyBits(t, composed(), true) }

// The methods that change as they run, up to 100 steps.
func TestChangingAgainstManyBits(t *testing.T) { composedAgainstManyBits(t, changingRows(), false) }

func composedAgainstManyBits(t *testing.T, rows []row, long bool) {
	for _, r := range rows {
		worst := [2]float64{}
		at := []float64{0, 0.37, 3.3, 4 - 1e-4, 3.9998, 20, 1e-9, 1e-4, 0.01, 0.1, 1, 2, 6, 7}
		if !longtest.Wanted() {
			at = at[:4]
		}
		for k, h := range at {
			if h == 0 && r.literal.power != 0 {
				continue
			}
			if r.name == "own" { // 1 - h/4 without rounding
				h = math.Float64frombits(math.Float64bits(h) &^ (1<<10 - 1))
			}
			steps := []int{0, 1, 2, 3, 5, 10, 19, 20, 21, 35, 99, 100}
			if r.literal.same || k == 1 && long && longtest.Wanted() {
				steps = append(steps, 9990, 9991, 9992, 10_000)
			}
			mode := r.method.Mode(h, 1)
			scale := 1.0
			visit := func(k int, got Response) {
				f, n := r.literal.after(h, steps[k])
				factor, noise := float(f), float(n)
				scale = math.Max(scale*0.1, math.Abs(factor))
				if steps[k] > 100 { // no zero hides here: the noise is that of 100 steps and more
					scale = math.Max(math.Abs(factor), 1e-3*math.Sqrt(noise))
				}
				worst[0] = math.Max(worst[0], check64(t, r, h, steps[k], "factor", got.Factor, factor, scale))
				worst[1] = math.Max(worst[1], check64(t, r, h, steps[k], "noise", got.Noise, noise, noise))
			}
			respond(mode, steps, visit)
			for k, s := range steps {
				if k%4 == 0 && s <= 100 {
					visit(k, mode.At(s))
				}
			}
		}
		t.Logf("%-30s largest error: factor %.1e, noise %.1e", r.name, worst[0], worst[1])
	}
}

// The limit of every method whose steps are the same against 2^60 literal steps.
func TestLimitsAgainstManyBits(t *testing.T) {
	for n, r := range conformanceRows() {
		if !r.literal.same || !longtest.Wanted() && n%5 != 0 {
			continue
		}
		for _, h := range []float64{1e-6, 0.1, 0.75, 1.5} {
			if r.name == "own" { // 1 - h/4 without rounding
				h = math.Round(h*0x1p40) / 0x1p40
			}
			limit := r.method.Mode(h, 1).Limit()
			_, noise := r.literal.after(h, 1<<60)
			if want := float(noise); want < 1e280 {
				near(t, r.method.String(), limit.Noise, want, 1e-12)
			} else if !math.IsInf(limit.Noise, 1) {
				t.Errorf("%v, h=%v: limit %v, want +Inf", r.method, h, limit.Noise)
			}
		}
	}
}

// The two engines on the same recurrence, at every time up to 10^15, next to the
// double roots of flipping modes too. Curvatures below 10^-290 leave the range of
// the general engine's limit.
func TestEnginesAgree(t *testing.T) {
	for _, o := range []Optimizer{SGD(0.3), Momentum(0.3, 0.9), Momentum(0.25, 0.25), Nesterov(0.3, 0.9), SGD(0.3).EMA(0.99), Momentum(1, 0.9999), Nesterov(1, 0.9999)} {
		for _, h := range curvatures(o) {
			alpha, x := o.inDirection(h)
			if h > 0 && h < 1e-290 {
				continue
			}
			kernel, engine := o.Mode(h, 1), o.system().machine(x, alpha*alpha)
			for _, steps := range []int{1, 10, 1000, 1e5, 1e9, 1e15} {
				a, b := kernel.At(steps), engine.At(steps)
				if math.Abs(a.Factor) < 1e140 && math.Abs(a.Factor-b.Factor) > 2e-12*envelope(kernel, steps, a.Factor)+1e-280 {
					t.Errorf("%v, h=%g, t=%d: factor %g and %g", o, h, steps, a.Factor, b.Factor)
				}
				if a.Noise < 1e280 && math.Abs(a.Noise-b.Noise) > 2e-12*a.Noise {
					t.Errorf("%v, h=%g, t=%d: noise %.17g and %.17g", o, h, steps, a.Noise, b.Noise)
				}
			}
			if a, b := kernel.Limit(), engine.Limit(); math.Abs(a.Noise-b.Noise) > 1e-12*a.Noise || math.Abs(a.Factor-b.Factor) > 1e-12*math.Max(1, a.Factor) {
				t.Errorf("%v, h=%g: limits %v and %v", o, h, a, b)
			}
		}
	}
}
