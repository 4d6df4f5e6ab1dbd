package nqmkit

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"nqm/theory"
)

// falseAlarm is the probability with which Check doubts a closed form that is
// right, over all its steps together.
const falseAlarm = 1e-3

// Check holds each method's expected loss against the average of sampled runs
// of its literal update rule, step by step. The verdict Agrees is wrong about
// a right closed form with a probability of at most 0.001 over all steps
// together, as far as the average of the runs is close to normal: use hundreds
// of them. It panics as Sample does.
func Check(p theory.Problem, steps int, runs Runs, methods ...theory.Optimizer) []theory.Agreement {
	at := Steps(steps)
	sampled := SampleAt(p, at, runs, methods...)
	agreements := make([]theory.Agreement, len(methods))
	for i, m := range methods {
		exact := must(theory.Expect(p, m, at))
		agreements[i] = theory.Agreement{
			Exact: exact, Sampled: sampled[i],
			Z:          zScores(exact, sampled[i]),
			Threshold:  distuv.UnitNormal.Quantile(1 - falseAlarm/2/float64(len(at))),
			FalseAlarm: falseAlarm,
		}
	}
	return agreements
}

// zScores returns the deviation of the sampled means in exact standard errors.
// Where the loss is certain, the rounding of the sampled arithmetic stands in
// for the standard error.
func zScores(exact theory.Curve, sampled theory.SampledCurve) []float64 {
	z := make([]float64, len(exact.Steps))
	for k, loss := range exact.Loss {
		deviation := sampled.Mean[k] - loss
		stdErr := exact.StdDev[k]/math.Sqrt(float64(sampled.Trials)) + rounding*loss
		switch {
		case sampled.Mean[k] == loss: // both +Inf, too
			z[k] = 0
		case math.IsInf(loss, 1) || math.IsInf(sampled.Mean[k], 1):
			z[k] = math.Inf(1)
		default:
			z[k] = deviation / stdErr
		}
	}
	return z
}

// rounding bounds the relative rounding error of a sampled loss.
const rounding = 1e-12
