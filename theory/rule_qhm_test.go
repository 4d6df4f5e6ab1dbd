package theory

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"nqm/theory/longtest"
)

// literalQHM is the update as published.
func literalQHM(alpha, beta, nu float64) literal {
	return literal{
		states: 2, same: true,
		start: func() []num { return []num{number(1), number(0)} },
		update: func(z []num, _ int, gradient func(num) num) []num {
			g := gradient(z[0])
			one := number(1)
			v := plus(prod(number(beta), z[1]), prod(minus(one, number(beta)), g))
			step := plus(prod(minus(one, number(nu)), g), prod(number(nu), v))
			return []num{minus(z[0], prod(number(alpha), step)), v}
		},
		read: func(z []num, _ int) num { return z[0] },
	}
}

// matricesOfQHM is QHM as a researcher would write it down.
func matricesOfQHM(alpha, beta, nu float64) Linear {
	return Linear{Name: "QHM by its matrices", System: func(h float64) System {
		at, along := 1-nu+nu*(1-beta), nu*beta // of g and of v in the step
		return System{
			State:   [][]float64{{1 - alpha*h*at, -alpha * along}, {(1 - beta) * h, beta}},
			Noise:   []float64{-alpha * at, 1 - beta},
			Readout: []float64{1, 0},
		}
	}}
}

// Every question answers for QHM as for its matrices, which go by the general
// engine and the eigenvalues of the state.
func TestQHMIsItsMatrices(t *testing.T) {
	const alpha, beta, nu = 1.4, 0.9, 0.7
	o, mine := QHM(alpha, beta, nu), matricesOfQHM(alpha, beta, nu)
	p := must(LogUniform(5, 1, 1e-3))
	streaming := p
	streaming.Streaming = true
	steps := []int{0, 1, 2, 10, 100, 1000}
	for _, q := range []Problem{p, streaming} {
		a, b := must(Expect(q, steps, o)), must(Expect(q, steps, mine))
		for k := range steps {
			near(t, "loss", a.Loss[k], b.Loss[k], 1e-12)
		}
		near(t, "floor", a.Floor, b.Floor, 1e-12)
	}
	a, b := must(RateOf(p, o)), must(RateOf(p, mine))
	near(t, "time", a.Time, b.Time, 1e-9)
	c, d := must(DampingOf(o, 1)), must(DampingOf(mine, 1))
	near(t, "radius", c.Radius, d.Radius, 1e-13)
	near(t, "angle", c.Angle, d.Angle, 1e-12)
	if c.Regime != Ringing || d.Regime != Ringing {
		t.Errorf("at h = 1 it is %v, by its matrices %v", c.Regime, d.Regime)
	}
	limit := must(StabilityLimit(p, o))
	near(t, "limit", limit, 2*(1+beta)/(1+beta-2*beta*nu), 1e-15)
	for _, side := range []float64{1 - 1e-9, 1 + 1e-9} {
		if r := must(RateOf(p, matricesOfQHM(limit*side, beta, nu))); r.Stable != (side < 1) {
			t.Errorf("its matrices at %v of the limit: radius %v", side, r.Radius)
		}
	}
	q, r := must(LossQuantiles(p, 50, o, 0.05, 0.5)), must(LossQuantiles(p, 50, mine, 0.05, 0.5))
	near(t, "quantile", q[0], r[0], 1e-8)
	near(t, "median", q[1], r[1], 1e-8)
	near(t, "effective learning rate", o.EffectiveLearningRate(), alpha, 1e-14)
	hit, same := must(StepsToTarget(p, 0.3, o.Batch(64), 0)), must(StepsToTarget(p, 0.3, mine.Batch(64), 0))
	if hit.Steps != same.Steps || hit.Outcome != Reached {
		t.Errorf("%v, by its matrices %v", hit, same)
	}
}

// The tuned learning rate is that of a fine grid over the matrices.
func TestQHMTuned(t *testing.T) {
	const beta, nu, steps = 0.9, 0.7, 60
	p := must(LogUniform(5, 1, 1e-3))
	got := must(TuneLoss(p, steps, QHM(Free, beta, nu).Batch(64)))
	best, at := math.Inf(1), 0.0
	for alpha := 0.01; alpha < 5.9; alpha *= 1.001 {
		if l := must(ExpectedLoss(p, steps, matricesOfQHM(alpha, beta, nu).Batch(64))); l < best {
			best, at = l, alpha
		}
	}
	if got.Steps.Loss > best || math.Abs(got.Optimizer.LearningRate/at-1) > 0.001 {
		t.Errorf("α = %v with loss %v: a grid has %v with %v", got.Optimizer.LearningRate, got.Steps.Loss, at, best)
	}
	all := must(TuneLoss(p, steps, QHM(Free, Free, Free).Batch(64)))
	if all.Steps.Loss > got.Steps.Loss || len(all.Free) != 3 {
		t.Errorf("with %v free %v, with α alone %v", all.Free, all, got)
	}
	if pure := must(TuneLoss(p, steps, SGD(Free).Batch(64))); all.Steps.Loss > pure.Steps.Loss {
		t.Errorf("%v, SGD alone %v", all, pure)
	}
}

// ν = 1 is heavy ball with dampening, ν = 0 is SGD; what has no answer says so.
func TestQHMLimits(t *testing.T) {
	p := must(LogUniform(4, 1, 0.01))
	for _, steps := range []int{1, 7, 300} {
		near(t, "ν = 1", must(ExpectedLoss(p, steps, QHM(0.8, 0.9, 1))), must(ExpectedLoss(p, steps, FromAveraged(0.8, 0.9))), 1e-13)
		near(t, "ν → 0", must(ExpectedLoss(p, steps, QHM(0.8, 0.9, 1e-14))), must(ExpectedLoss(p, steps, SGD(0.8))), 1e-12)
	}
	if QHM(0.8, 0.9, 0).String() != SGD(0.8).String() {
		t.Errorf("ν = 0 is %v", QHM(0.8, 0.9, 0))
	}
	both := QHM(0.1, 0.9, 0.5)
	both.Nesterov = true
	for want, err := range map[string]error{
		"velocity weight 1.5: want 0 < ν <= 1": QHM(0.1, 0.9, 1.5).Validate(),
		"at once: want one of them":            both.Validate(),
		"no bound for QHM":                     second(PaperBound(p, []int{1}, QHM(0.1, 0.9, 0.5))),
		"those of plain SGD":                   second(BestSchedule(p, 10, QHM(0.1, 0.9, 0.5), 2)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// With ν and β free next to 1, where what both lack counts, no answer with either held is
// lower.
func TestQHMTunedIsNoWorseThanHeld(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 3))
	problems := 2
	if longtest.Wanted() {
		problems = 6
	}
	for range problems {
		h := make([]float64, 2+r.IntN(5))
		for i := range h {
			h[i] = math.Exp(-6 * r.Float64())
		}
		p, batch, steps := must(List(h...)), math.Exp(12*r.Float64()), 10+r.IntN(40)
		all := must(TuneLoss(p, steps, QHM(Free, Free, Free).Batch(batch)))
		for _, v := range []float64{0.9, 0.99, 0.999, 0.9999, 0.99999} {
			for _, o := range []Optimizer{QHM(Free, v, Free), QHM(Free, Free, v)} {
				if got := must(TuneLoss(p, steps, o.Batch(batch))); got.Steps.Loss < all.Steps.Loss*(1-1e-4) {
					t.Errorf("%v: %v, but %v", p, all, got)
				}
			}
		}
	}
}
