package nqmkit_test

import (
	"math"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// Every rule with a momentum under a schedule of it, of the rate and the batch together:
// the closed form is the literal rule's answers to its start and to each unit of noise.
func TestScheduledMomentumOfEveryRule(t *testing.T) {
	const h, steps = 0.7, 22
	schedules := [][]theory.Segment{
		{{Steps: 3, From: 0.5, Momentum: 0.74, BatchSize: 3}, {Steps: 9, Shape: theory.LinearRate, From: 1, To: 0.2, Momentum: 0.5, MomentumTo: 0.9}, {From: 0.3, BatchSize: 2}},
		{{Steps: 5, From: 1}, {Steps: 8, Shape: theory.CosineRate, From: 0.2, To: 1, Momentum: 0.9, MomentumTo: 0.2, BatchSize: 5}, {From: 1, Momentum: 0.8}},
	}
	free, nesterov, qhm := nqmkit.ScheduleFree(0.3, 0.6), nqmkit.Nesterov(0.3, 0.6), nqmkit.QHM(0.4, 0.6, 0.4)
	for _, plain := range []theory.Optimizer{
		nqmkit.Momentum(0.3, 0.6), nqmkit.Momentum(0.3, 0.6).Keras(), nqmkit.Momentum(0.3, 0.6).Dampened(0.4), nesterov, nesterov.Stored(), nesterov.Keras(),
		qhm, qhm.EMA(0.8).Debiased(), qhm.Lookahead(3, 0.5), qhm.WithDecoupledDecay(0.1), nqmkit.AdEMAMix(0.4, 0.6, 0.95, 1),
		nqmkit.AdEMAMix(0.4, 0.6, 0.95, 1).WarmSlow(9).EMA(0.7), free, free.AtY(), free.AtZ(), free.AtY().EMA(0.7),
	} {
		for _, s := range schedules {
			m := plain.Batch(8).Segments(s...)
			run := func(start float64, kick int) (answers []float64) {
				d := nqmkit.NewDescent(m, []float64{start}, steps)
				for k := range steps {
					e := 0.0
					if k == kick {
						e = 1 / math.Sqrt(d.BatchSize())
					}
					d.Step([]float64{h*d.Point()[0] + e})
					answers = append(answers, d.Answer()[0])
				}
				return answers
			}
			factor, noise := run(1, -1), make([]float64, steps)
			for kick := range steps {
				for k, v := range run(0, kick) {
					noise[k] += v * v
				}
			}
			p := theory.Problem{Curvature: []float64{h}, Noise: []float64{1}, Mean: []float64{1}}
			for k := range steps {
				exact := must(theory.Moments(p, k+1, must(m.Over(steps))))[0]
				if math.Abs(exact.Mean-factor[k]) > 1e-13 || math.Abs(exact.Noise-noise[k]) > 1e-12*noise[k] {
					t.Errorf("%v after %d steps: mean %v, variance %v, of the rule %v, %v", m, k+1, exact.Mean, exact.Noise, factor[k], noise[k])
					break
				}
			}
		}
	}
}
