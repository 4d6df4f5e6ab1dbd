package theory

import (
	"math"
	"math/rand/v2"
	"testing"

	"nqm/theory/longtest"
)

// A learning rate that is held may be beyond the limit of stability: for a few steps an
// average, a momentum or a power makes the best of it, and no plain grid of them is better.
func TestTuneAtUnstableRates(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 1))
	for range 6 {
		p := must(List(1, 0.02+0.9*r.Float64()))
		alpha, steps := 2+2*r.Float64(), 1+r.IntN(9)
		for _, o := range []Optimizer{SGD(alpha).EMA(Free), Momentum(alpha+2, Free), Momentum(alpha+2, 0.5).EMA(Free), Nesterov(alpha, Free), SGD(alpha).Precondition(Free), QHM(alpha+1, 0.5, Free)} {
			o = o.Batch(100)
			got := must(TuneLoss(p, steps, o))
			for i := range 200 {
				at, v := o, (float64(i)+0.5)/200
				for _, s := range got.Free {
					for k := range settings {
						if settings[k].Name == s {
							*settings[k].number(&at) = v
						}
					}
				}
				if loss := must(ExpectedLoss(p, steps, at)); loss < got.Steps.Loss*(1-1e-6) {
					t.Errorf("%v after %d steps on %v: %v, but %v has %g", o, steps, p, got, at, loss)
					break
				}
			}
		}
	}
}

// Where the loss falls up to the limit of stability, a rate 2·10^-7 before it is no better.
func TestTuneUpToTheLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 2))
	ends, problems := 0, 8
	if longtest.Wanted() {
		problems = 40
	}
	for range problems {
		p := must(List(1, 0.01*r.Float64(), 0.01*r.Float64(), 0.01*r.Float64()))
		steps := 1 + r.IntN(12)
		for _, o := range []Optimizer{SGD(Free).EMA(0.9), Nesterov(Free, 0.8).EMA(0.9), Momentum(Free, 0.5).EMA(0.97), SGD(Free).Average(), SGD(Free).EMA(0.9).Lookahead(3, 0.5)} {
			o = o.Batch(1e4)
			got, at := must(TuneLoss(p, steps, o)), o
			at.LearningRate = must(StabilityLimit(p, o)) * (1 - 2e-7)
			loss := must(ExpectedLoss(p, steps, at))
			if loss < got.Steps.Loss*(1-1e-6) {
				t.Errorf("%v after %d steps on %v: %v, but %v has %v", o, steps, p, got, at, loss)
			}
			if math.Abs(loss/got.Steps.Loss-1) < 1e-5 {
				ends++
			}
		}
	}
	if ends < problems/2 {
		t.Errorf("the best rate is at the limit in %d questions only", ends)
	}
}

// Where noise leaves little to gain the best learning rate is next to 0: a step that is
// optimal for each method's first step alone is no better than what is found.
func TestTuneDownToSmallRates(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 5))
	for range 10 {
		h := 0.1 + r.Float64()
		p := must(List(h, h*r.Float64()))
		p = must(p.WithNoise([]float64{1e6 * r.Float64(), 1e6 * r.Float64()}))
		for _, o := range []Optimizer{SGD(Free), Nesterov(Free, Free), Momentum(Free, 0.9).EMA(0.5), SGD(Free).Average(), SGD(Free).Cosine(), Momentum(Free, 0.5).Lookahead(2, 0.5)} {
			got := must(TuneLoss(p, 4, o))
			for i := range 60 {
				at := o
				at.LearningRate = 1e-9 * math.Exp(0.3*float64(i))
				if at.Momentum == Free {
					at.Momentum = 0
				}
				at = must(at.Over(4))
				if loss := must(ExpectedLoss(p, 4, at)); loss < got.Steps.Loss*(1-1e-9) {
					t.Errorf("%v on %v: %v, but %v has %v", o, p, got, at, loss)
					break
				}
			}
		}
	}
}
