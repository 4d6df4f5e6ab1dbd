package theory

import (
	"strings"
	"testing"
)

// What a method that changes cannot answer, and settings that do not go together, are
// refused in one sentence that names them.
func TestChangingMethodsRefuse(t *testing.T) {
	p := must(LogUniform(4, 1, 0.1))
	free, streaming := ScheduleFree(0.5, 0.9), p
	streaming.Streaming = true
	for want, err := range map[string]error{
		"has no rate: it changes in every step":                 second(RateOf(p, free)),
		"a method that changes in every step is followed":       second(ExpectedLoss(p, 1e12, DANA(0.5, 0.1, 0, 4))),
		"is not offered: its learning rate is in the decay too": second(StabilityLimit(p, SGD(1).WithDecoupledDecay(0.1))),
		"under multiplicative noise is not offered":             second(StabilityLimit(streaming, SGD(1).WithDecay(0.1))),
		"want it with an EMA":                                   SGD(0.5).Debiased().Validate(),
		"want it with Nesterov":                                 Momentum(0.5, 0.9).Stored().Validate(),
		"want it with ScheduleFree":                             SGD(0.5).AtY().Validate(),
		"want it with heavy ball or Nesterov":                   QHM(0.5, 0.9, 0.5).Keras().Validate(),
		"want it with a rule of SGD or a velocity":              free.Lookahead(5, 0.5).Validate(),
		"no preconditioner, or decoupled decay":                 SGD(0.5).WithDecay(0.1).Precondition(1).Validate(),
		"at once: want one of them":                             SGD(0.5).EMA(0.9).Debiased().WarmedUp().Validate(),
		"slow weight 0: want a finite number > 0":               AdEMAMix(0.1, 0.9, 0.99, 0).Validate(),
		"velocity time 0: want a finite number > 0":             DANA(0.1, 0.1, 0, 0).Validate(),
		"dampening 1: want 0 <= τ < 1":                          Momentum(0.5, 0.9).Dampened(1).Validate(),
		"momentum 1: want 0 < β < 1":                            SGD(0.5).Segments(Segment{Steps: 1, From: 1, Momentum: 1}).Validate(),
		"momentum 0.5 of SGD, which has none":                   SGD(0.5).Segments(Segment{Steps: 1, From: 1, Momentum: 0.5}).Validate(),
		"momentum 0.5 of DANA, which has none":                  DANA(0.5, 0.1, 0, 4).Segments(Segment{Steps: 1, From: 1, Momentum: 0.5}).Validate(),
		"steps: want 0 to":                                      SGD(0.5).Segments(Segment{Steps: 1 << 62, From: 1}, Segment{Steps: 1 << 62, From: 1}).Validate(),
		"want a Momentum to start from":                         SGD(0.5).Segments(Segment{Steps: 1, From: 1, Momentum: 0.5, MomentumTo: 0.9}).Validate(),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	// What changes for some steps only has the rate of what it comes to.
	for _, m := range []Optimizer{Momentum(0.5, 0.9).Dampened(0.4), AdEMAMix(0.1, 0.9, 0.99, 2).WarmSlow(10), SGD(0.5).EMA(0.9).WarmedUp()} {
		if r := must(RateOf(p, m)); !r.Stable {
			t.Errorf("%v: %+v", m, r)
		}
	}
	limit := must(StabilityLimit(p, AdEMAMix(1, 0.9, 0.99, 2)))
	for _, side := range []float64{1 - 1e-9, 1 + 1e-9} {
		if r := must(RateOf(p, AdEMAMix(limit*side, 0.9, 0.99, 2))); r.Stable != (side < 1) {
			t.Errorf("at %v of the limit %v: radius %v", side, limit, r.Radius)
		}
	}
}

// Every number among the settings can be Free, or is refused with a reason.
func TestNumbersThatCannotBeFree(t *testing.T) {
	p := must(LogUniform(4, 1, 0.1))
	for _, s := range Settings() {
		if s.number == nil || s.CanBeFree() {
			continue
		}
		o := SGD(0.5).Lookahead(5, 0.5)
		*s.number(&o) = Free
		for _, err := range []error{second(TuneLoss(p, 20, o)), second(Tune(p, 0.1, o, 100)), second(ExpectedLoss(p, 10, o))} {
			if err == nil || !strings.Contains(err.Error(), s.Name+" of ") || !strings.Contains(err.Error(), "cannot be Free: ") {
				t.Errorf("%s: %v", s.Name, err)
			}
		}
	}
}

// Known answers of other implementations.
func TestKnownAnswersOfChangingMethods(t *testing.T) {
	p := must(PowerLaw(1000, 1))
	ema := SGD(0.3).EMA(0.9999)
	near(t, "EMA", must(Expect(p, []int{10_000}, ema)).Bias[0], 0.565, 1e-3)
	near(t, "debiased EMA", must(Expect(p, []int{10_000}, ema.Debiased())).Bias[0], 0.0143, 2e-3)
	one := must(List(1))
	line := must(Momentum(0.3, 0.9).Linear().Over(20))
	near(t, "torch", must(Expect(one, []int{20}, line)).Bias[0], 0.002754, 2e-4)
	near(t, "Keras", must(Expect(one, []int{20}, line.Keras())).Bias[0], 0.002338, 2e-4)
}
