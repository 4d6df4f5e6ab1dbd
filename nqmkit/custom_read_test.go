package nqmkit_test

import (
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
)

// An update with a readout of its own is the method that reads its answer elsewhere:
// the same runs as its matrices, and so the same closed form.
func TestCustomReadsElsewhere(t *testing.T) {
	const alpha, beta = 0.3, 0.9
	written := nqmkit.CustomRead("schedule-free", func() (nqmkit.Update, nqmkit.Readout) {
		var x, z []float64
		return func(t int, y, gradient []float64) []float64 {
				if t == 0 {
					x, z = slices.Clone(y), slices.Clone(y)
				}
				for i := range y {
					z[i] -= alpha * gradient[i]
					x[i] += (z[i] - x[i]) / float64(t+1)
					y[i] = (1-beta)*z[i] + beta*x[i]
				}
				return y
			}, func(y []float64) []float64 {
				if x == nil {
					return y
				}
				return slices.Clone(x)
			}
	})
	at := []int{0, 1, 2, 7, 40}
	runs := nqmkit.Trials(5, 3)
	a, b := nqmkit.SampleAt(uneven(), at, runs, written)[0], nqmkit.SampleAt(uneven(), at, runs, changing(alpha, beta))[0]
	for k := range at {
		if d := a.Mean[k] - b.Mean[k]; d > 1e-12*b.Mean[k] || d < -1e-12*b.Mean[k] {
			t.Errorf("after %d steps: loss %v, by its matrices %v", at[k], a.Mean[k], b.Mean[k])
		}
	}
	if agreement := nqmkit.CheckAgainst(uneven(), nqmkit.Steps(40), nqmkit.Trials(4000, 7), changing(alpha, beta), written); !agreement.Agrees() {
		t.Errorf("worst |z| = %.2f, allowed %.2f", agreement.Worst(), agreement.Threshold)
	}
	short := nqmkit.CustomRead("short", func() (nqmkit.Update, nqmkit.Readout) {
		return func(_ int, theta, _ []float64) []float64 { return theta }, func([]float64) []float64 { return nil }
	})
	if got := panicOf(func() { nqmkit.Sample(uneven(), 3, nqmkit.Trials(1, 1), short) }); !strings.Contains(got, "the readout of short returned 0 parameters in step 0: want the 7") {
		t.Errorf("%q", got)
	}
	two := written
	two.Start = func() nqmkit.Update { return nil }
	if got := panicOf(func() { nqmkit.Sample(uneven(), 3, nqmkit.Trials(1, 1), two) }); !strings.Contains(got, "a Start and a StartRead") {
		t.Errorf("%q", got)
	}
	if got := panicOf(func() {
		nqmkit.SkipAhead(nqmkit.TwoDirections(2, 1), []int{5}, nqmkit.Trials(1, 1), changing(alpha, beta))
	}); !strings.Contains(got, "it changes in its steps") {
		t.Errorf("%q", got)
	}
}
