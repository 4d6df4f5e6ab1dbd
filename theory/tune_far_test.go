package theory_test

import (
	"math"
	"testing"

	"nqm/theory"
)

// A target so small that a step changes the loss by less than a search sees has an answer,
// which no constant rate betters: the loss of SGD by its closed form, over a list of rates.
func TestTuneFarTargets(t *testing.T) {
	const d = 1000
	p, err := theory.PowerLaw(d, 1)
	if err != nil {
		t.Fatal(err)
	}
	loss := func(alpha, steps float64) (sum float64) {
		for i := range d {
			x := alpha / float64(i+1)
			left := math.Exp(2 * steps * math.Log1p(-x))
			sum += (left/float64(i+1) + alpha/float64(i+1)*(1-left)/(2-x)) / 2
		}
		return sum
	}
	for _, target := range []float64{1e-8, 3e-9} {
		answer, err := theory.Tune(p, target, theory.SGD(theory.Free), 0)
		if err != nil || answer.Steps.Outcome != theory.Reached {
			t.Fatalf("%v: %v", answer, err)
		}
		best, steps := answer.Optimizer.LearningRate, float64(answer.Steps.Steps)
		if got := loss(best, steps); math.Abs(got/target-1) > 1e-6 {
			t.Errorf("%v: the loss there is %v", answer, got)
		}
		for k := -200; k <= 200; k++ {
			if alpha := best * math.Exp(float64(k)/400); loss(alpha, 0.9999*steps) <= target {
				t.Errorf("%v: α = %v reaches it in 0.9999 of the steps", answer, alpha)
			}
		}
	}
}
