package theory

import (
	"math"
	"testing"

	"nqm/theory/longtest"
)

// The settings of the methods that change as they run are tuned: no point of a grid has
// a lower loss, and what a search brings to nothing is dropped, not a mistake.
func TestChangingMethodsAreTuned(t *testing.T) {
	t.Parallel()
	p := must(LogUniform(5, 1, 1e-3))
	const steps = 30
	for _, test := range []struct {
		free Optimizer
		at   func(a, b float64) Optimizer // of two numbers in (0, 1)
	}{
		{ScheduleFree(Free, Free), func(a, b float64) Optimizer { return ScheduleFree(2*a, b) }},
		{DANA(Free, Free, 0.5, 4), func(a, b float64) Optimizer { return DANA(2*a, b, 0.5, 4) }},
		{DANA(0.5, 0.125, Free, Free), func(a, b float64) Optimizer { return DANA(0.5, 0.125, a, 10*b) }},
		{AdEMAMix(Free, 0.9, 0.99, Free), func(a, b float64) Optimizer { return AdEMAMix(a, 0.9, 0.99, 10*b) }},
		{AdEMAMix(0.5, 0.9, Free, 2), func(a, _ float64) Optimizer { return AdEMAMix(0.5, 0.9, a, 2) }},
		{Momentum(Free, 0.9).Dampened(Free), func(a, b float64) Optimizer { return Momentum(a, 0.9).Dampened(b) }},
		{Momentum(Free, 0.9).Keras().Linear(), func(a, _ float64) Optimizer { return Momentum(a, 0.9).Keras().Linear() }},
		{Nesterov(Free, Free).Stored(), func(a, b float64) Optimizer { return Nesterov(a, b).Stored() }},
		{SGD(Free).EMA(Free).Debiased(), func(a, b float64) Optimizer { return SGD(2 * a).EMA(b).Debiased() }},
		{SGD(Free).EMA(Free).WarmedUp(), func(a, b float64) Optimizer { return SGD(2 * a).EMA(b).WarmedUp() }},
		{SGD(Free).WithDecay(0.01), func(a, _ float64) Optimizer { return SGD(2 * a).WithDecay(0.01) }},
		{Momentum(Free, 0.5).WithDecoupledDecay(0.01), func(a, _ float64) Optimizer { return Momentum(2*a, 0.5).WithDecoupledDecay(0.01) }},
	} {
		best := must(TuneLoss(p, steps, test.free.Batch(16)))
		if err := best.Optimizer.Validate(); err != nil {
			t.Error(err)
		}
		for k := range 20 * 20 {
			o := test.at((float64(k%20)+0.5)/20, (float64(k/20)+0.5)/20).Batch(16)
			if loss := must(ExpectedLoss(p, steps, must(o.Over(steps)))); loss < best.Steps.Loss*(1-1e-9) {
				t.Errorf("%v has loss %v after %d steps, %v of a grid %v", best.Optimizer, best.Steps.Loss, steps, o, loss)
				break
			}
		}
	}
	one := must(TuneLoss(p, 1, SGD(0.5).EMA(Free).Debiased()))
	if math.IsNaN(one.Steps.Loss) || one.Optimizer.Validate() != nil {
		t.Errorf("%v", one)
	}
}

// Two settings of DANA are searched for over thousands of steps of a power law.
func TestDANAIsTunedOverThousandsOfSteps(t *testing.T) {
	longtest.Only(t)
	p := must(PowerLaw(10_000, 1))
	one, two := must(TuneLoss(p, 3000, DANA(Free, 0.1, 0.5, 4))), must(TuneLoss(p, 3000, DANA(Free, Free, 0.5, 4)))
	if !(two.Steps.Loss < one.Steps.Loss) {
		t.Errorf("%v, with its ratio free %v", one, two)
	}
}
