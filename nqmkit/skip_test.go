package nqmkit_test

import (
	"math"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// skippable are the methods that SkipAhead draws, on curvatures of which some
// ring, some flip and one is tiny.
func skippable() map[string]nqmkit.Sampler {
	return map[string]nqmkit.Sampler{
		"SGD":                   nqmkit.SGD(0.9).Batch(4),
		"momentum":              nqmkit.Momentum(0.5, 0.9),
		"momentum, double root": nqmkit.Momentum(0.25, 0.25),
		"Nesterov":              nqmkit.Nesterov(0.4, 0.8),
		"EMA of SGD":            nqmkit.SGD(0.9).EMA(0.95),
		"EMA of momentum":       nqmkit.Momentum(0.5, 0.9).EMA(0.9),
		"EMA of Nesterov":       nqmkit.Nesterov(0.4, 0.8).EMA(0.5),
		"preconditioned":        nqmkit.Momentum(0.5, 0.5).Precondition(0.5),
		"own":                   triple(0.5, 0.9),
		"own, in batches":       triple(0.5, 0.9).Batch(5),
		"in pieces":             nqmkit.Momentum(0.5, 0.9).Segments(theory.Segment{Steps: 10, From: 1, BatchSize: 2}, theory.Segment{Steps: 1e9, From: 0.5}, theory.Segment{From: 0.1}),
		"averaged":              nqmkit.SGD(0.9).Average(),
		"averaged from a step":  nqmkit.Nesterov(0.4, 0.8).TailAverage(11),
		"Lookahead":             nqmkit.Momentum(0.5, 0.5).Lookahead(5, 0.5),
		"EMA of Lookahead":      nqmkit.SGD(0.9).Lookahead(5, 0.5).EMA(0.9),
	}
}

func spread() theory.Problem {
	return theory.Problem{
		Curvature: []float64{1.9, 1, 1, 0.3, 0.01, 1e-9},
		Noise:     []float64{1, 0.5, 0.5, 0, 0.01, 1e-9},
		Mean:      []float64{1, 0, 0, 2, -3, 1e4},
		Variance:  []float64{0, 1, 1, 0.5, 1, 0},
	}
}

// The mean and the variance of the loss are the exact ones, up to 10^12 steps.
// 4.5 standard errors over 16 x 11 means and as many deviations: a false alarm
// in 400.
func TestSkipAheadHasTheExactMoments(t *testing.T) {
	steps := []int{0, 1, 2, 3, 10, 11, 1000, 1_000_000, 1_000_000_007, 1_000_000_000_000 - 1, 1_000_000_000_000}
	const trials = 20_000
	for name, m := range skippable() {
		c := nqmkit.SkipAhead(spread(), steps, nqmkit.Trials(trials, 6), m)[0]
		exact := must(theory.Expect(spread(), steps, m.(theory.Method)))
		for k, at := range steps {
			se := exact.StdDev[k]/math.Sqrt(trials) + 1e-9*exact.Loss[k]
			if z := (c.Mean[k] - exact.Loss[k]) / se; math.Abs(z) > 4.5 {
				t.Errorf("%s after %d steps: mean %v, exact %v, %.1f standard errors away", name, at, c.Mean[k], exact.Loss[k], z)
			}
			// The loss is a sum of squares of normals: its kurtosis is at most 15.
			if std := c.StdErr[k] * math.Sqrt(trials); math.Abs(std-exact.StdDev[k]) > 4.5*exact.StdDev[k]*math.Sqrt(14/4.0/trials)+1e-9*exact.Loss[k] {
				t.Errorf("%s after %d steps: standard deviation %v, exact %v", name, at, std, exact.StdDev[k])
			}
		}
	}
}

// Every one of many directions counts once, however they are grouped: 301, a
// tenth of them flat and the others of equal loss, at many and at few times.
// 4.5 standard errors at 8 places: a false alarm in 18 000.
func TestSkipAheadThroughManyDirections(t *testing.T) {
	p := theory.Problem{Curvature: make([]float64, 301), Noise: make([]float64, 301)}
	for i := range p.Curvature {
		if i%10 > 0 {
			p.Curvature[i], p.Noise[i] = 1, 1
		}
	}
	for _, m := range []nqmkit.Sampler{nqmkit.SGD(0.5), nqmkit.Nesterov(0.4, 0.5).EMA(0.5)} {
		for _, times := range []int{1, 20, 300, 1000} {
			steps := make([]int, times)
			for k := range steps {
				steps[k] = 100 + k*k
			}
			c := nqmkit.SkipAhead(p, steps, nqmkit.Trials(100, 3), m)[0]
			exact := must(theory.Expect(p, steps, m.(theory.Method)))
			last := times - 1
			if z := (c.Mean[last] - exact.Loss[last]) / (exact.StdDev[last] / 10); math.Abs(z) > 4.5 {
				t.Errorf("%v, %d times: mean %v, exact %v, %.1f standard errors away", m, times, c.Mean[last], exact.Loss[last], z)
			}
		}
	}
}

func TestSkipAheadOfDivergence(t *testing.T) {
	p := nqmkit.TwoDirections(50, 1)
	for _, m := range []nqmkit.Sampler{nqmkit.SGD(0.1), nqmkit.Momentum(0.1, 0.5), nqmkit.SGD(0.1).EMA(0.5), nqmkit.SGD(0.1).Average(), nqmkit.SGD(0.1).Lookahead(2, 0.9)} {
		c := nqmkit.SkipAhead(p, []int{0, 10, 1e4, 1e12}, nqmkit.Trials(3, 1), m)[0]
		if !(c.Mean[1] < math.Inf(1)) || c.Mean[2] != math.Inf(1) || c.Mean[3] != math.Inf(1) || len(c.Diverged) != 3 || c.Diverged[0] != 1e4 {
			t.Errorf("%v: %v, diverged %v", m, c.Mean, c.Diverged)
		}
	}
	// It begins where the learning rate rises too far.
	late := nqmkit.SGD(0.1).Segments(theory.Segment{Steps: 1_000_000, From: 0.1}, theory.Segment{From: 1})
	if c := nqmkit.SkipAhead(p, []int{0, 1e6, 2e6}, nqmkit.Trials(3, 1), late)[0]; !(c.Mean[1] < 1) || c.Mean[2] != math.Inf(1) {
		t.Errorf("%v: %v", late, c.Mean)
	}
	// A direction at its minimum that feels no noise stays, however unstable.
	still := theory.Problem{Curvature: []float64{50, 1}, Noise: []float64{0, 1}, Mean: []float64{0, 1}}
	if c := nqmkit.SkipAhead(still, []int{1e12}, nqmkit.Trials(3, 1), nqmkit.SGD(0.1))[0]; !(c.Mean[0] < 1) {
		t.Errorf("a still direction diverges: %v", c.Mean)
	}
}

func BenchmarkSkipAhead(b *testing.B) {
	p := nqmkit.PowerLaw(10_000, 1)
	steps := make([]int, 100)
	for k := range steps {
		steps[k] = int(math.Pow(10, 9*float64(k+1)/100)) + k
	}
	for _, m := range []nqmkit.Sampler{nqmkit.SGD(0.5), nqmkit.Momentum(0.1, 0.9)} {
		b.Run(m.Family(), func(b *testing.B) {
			const trials = 32
			for b.Loop() {
				nqmkit.SkipAhead(p, steps, nqmkit.Trials(trials, 1), m)
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/trials, "ms/trial")
		})
		b.Run(m.Family()+" one trial", func(b *testing.B) {
			for b.Loop() {
				nqmkit.SkipAhead(p, steps, nqmkit.Trials(1, 1), m)
			}
		})
	}
}
