package nqmkit_test

import (
	"math"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// Of runs of the literal rule the stated shares are below the fan's quantiles: the
// exact probability of the sample's own 5% and 95% is within four standard errors of
// the rank. And the mean of the fan is the expected loss.
func TestFanAgainstRuns(t *testing.T) {
	const trials, last = 4000, 60
	p := nqmkit.TwoDirections(5, 1)
	for _, m := range []theory.Optimizer{nqmkit.SGD(0.1), nqmkit.Momentum(0.05, 0.8).Batch(4), nqmkit.SGD(0.2).Cosine()} {
		f := nqmkit.LossFan(p, last, m)[0]
		runs := nqmkit.SampleAt(p, f.Steps, nqmkit.Trials(trials, 5), m)[0]
		for k, step := range f.Steps {
			if step == 0 {
				continue // the start is certain
			}
			for _, side := range []struct {
				share, sampled, exact float64
			}{{0.05, runs.Low[k], f.Quantiles[0][k]}, {0.95, runs.High[k], f.Quantiles[4][k]}} {
				long, err := m.Over(last)
				if err != nil {
					t.Fatal(err)
				}
				got, err := theory.LossProbability(p, step, long, side.sampled)
				if err != nil {
					t.Fatal(err)
				}
				if allowed := 4.5 * math.Sqrt(side.share*(1-side.share)/trials); math.Abs(got-side.share) > allowed {
					t.Errorf("%v, step %d: the sampled %g is the exact %g (quantiles %g and %g)", m, step, side.share, got, side.sampled, side.exact)
				}
			}
		}
	}
}

// A long run has a few dozen points, both ends among them, for every method.
func TestFanIsThinned(t *testing.T) {
	fans := nqmkit.LossFan(nqmkit.TwoDirections(50, 1), 5000, nqmkit.SGD(0.02), nqmkit.Momentum(0.005, 0.9))
	for _, f := range fans {
		if n := len(f.Steps); n < 20 || n > 60 || f.Steps[0] != 0 || f.Steps[n-1] != 5000 || len(f.Mean) != n || len(f.Quantiles[2]) != n {
			t.Errorf("%d steps from %d to %d", n, f.Steps[0], f.Steps[n-1])
		}
	}
	if fans[0].Family == fans[1].Family || fans[0].Method != "SGD α=0.02" {
		t.Errorf("families %q and %q", fans[0].Family, fans[1].Family)
	}
}
