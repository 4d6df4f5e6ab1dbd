package nqmkit

import (
	"fmt"
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
// together. The losses of one run at different steps are correlated; the verdict
// divides the 0.001 among the steps (Bonferroni), which holds whatever their
// correlation, and is cautious where it is strong.
//
// With Gaussian noise whose directions are independent the law of the average is
// known, and the rate holds from one run on; elsewhere, and on a list of more than
// 2^20 directions times steps, bounds stand in for it, which
// need more runs to see the same error (theory.Basis). Only below the closed form
// with streaming noise the rate is not proved: no number of runs bounds from below
// a mean whose tail is not known (Bahadur and Savage 1956), and the spread that the
// runs show stands in; the tests find no more than the 0.001 where that is about
// the mean, and false alarms where rare runs carry it, as near the limit of stability.
//
// A verdict is worth what it would have seen: Sharpest and Bluntest. 1000 runs do
// not see a rate that is wrong by 2%.
//
// The problem may be Rotated or have another law of noise. Check panics as
// Sample does, and on a method or a problem without a closed form.
func Check(p Quadratic, steps int, runs Runs, methods ...Sampler) []theory.Agreement {
	return CheckAt(p, Steps(steps), runs, methods...)
}

// CheckAt is Check at chosen steps.
// They must increase and not be negative.
func CheckAt(p Quadratic, steps []int, runs Runs, methods ...Sampler) []theory.Agreement {
	var agreements []theory.Agreement
	for _, m := range methods {
		closed, ok := m.(theory.Method)
		if !ok {
			panic(fmt.Errorf("nqmkit: %v has no closed form to check: want nqmkit.Sample", m))
		}
		a := CheckAgainst(p, steps, runs, closed, m)
		agreements = append(agreements, a)
		if a.Sampled.Partial {
			break
		}
	}
	toldApart(agreements, func(a *theory.Agreement) *string { return &a.Exact.Method })
	return toldApart(agreements, func(a *theory.Agreement) *string { return &a.Sampled.Method })
}

// CheckAgainst holds the closed form of one method against runs of another, as
// of an update that a researcher wrote and believes to be momentum.
// It panics where Check does.
func CheckAgainst(p Quadratic, steps []int, runs Runs, closed theory.Method, sampled Sampler) theory.Agreement {
	exact := must(theory.Expect(must(closedFormOf(p)), steps, closed))
	e := evidenceOf(p, closed, steps)
	o := observe(newExperiment(p, sampled, steps, runs), Statistic{})
	defer o.free()
	of := o.summarise()
	of.Problem, of.Method, of.Family, of.Seed = p.String(), sampled.String(), sampled.Family(), runs.Seed
	exact.Problem = of.Problem
	return judged(e, exact, of, o.values)
}

// judged holds an expected curve against losses, indexed by place in the steps and by
// run. An interrupt leaves later steps out.
func judged(e evidence, exact theory.Curve, of theory.SampledCurve, losses [][]float64) theory.Agreement {
	z := inOrder("checking "+exact.Method, len(of.Steps), func(k int) float64 { return zScore(e, exact, losses[k], k) })
	of.Partial = of.Partial || len(z) < len(of.Steps)
	a := theory.Agreement{Exact: upTo(exact, len(z)), Sampled: sampledUpTo(of, len(z)), Z: z, Basis: e.basis, FalseAlarm: falseAlarm}
	share := falseAlarm / 2 / float64(max(1, len(z)))
	a.Threshold = distuv.UnitNormal.Quantile(1 - share)
	a.Sharpest, a.Bluntest = e.sees(a, losses, share)
	return a
}

// upTo returns the curve at its first n steps.
func upTo(c theory.Curve, n int) theory.Curve {
	for _, v := range []*[]float64{&c.Samples, &c.Loss, &c.Bias, &c.Noise, &c.StdDev} {
		*v = (*v)[:min(n, len(*v))] // no StdDev or Samples where they are not known
	}
	c.Steps = c.Steps[:n]
	return c
}

func sampledUpTo(c theory.SampledCurve, n int) theory.SampledCurve {
	for _, v := range []*[]float64{&c.Samples, &c.Mean, &c.StdErr, &c.Low, &c.High} {
		*v = (*v)[:min(n, len(*v))]
	}
	c.Steps = c.Steps[:n]
	return c
}

// zScore is the deviation of the average of the losses at place k on the normal scale.
// The rounding of the sampled arithmetic is granted; where the loss is certain, it
// stands in for a standard error.
func zScore(e evidence, exact theory.Curve, losses []float64, k int) float64 {
	loss := exact.Loss[k]
	mean, _ := meanStdErr(losses)
	apart, granted := mean-loss, rounding*loss
	switch {
	case mean == loss: // both +Inf, too
		return 0
	case math.IsInf(loss, 1) || math.IsInf(mean, 1):
		return math.Inf(1)
	case exact.StdDev != nil && exact.StdDev[k] == 0:
		return apart / granted
	case math.Abs(apart) <= granted:
		return 0
	}
	low, high := e.tails(exact, losses, k, mean-math.Copysign(granted, apart))
	if apart < 0 {
		return math.Min(0, distuv.UnitNormal.Quantile(math.Max(low, math.SmallestNonzeroFloat64)))
	}
	return math.Max(0, -distuv.UnitNormal.Quantile(math.Max(high, math.SmallestNonzeroFloat64)))
}

// rounding bounds the relative rounding error of a sampled loss.
const rounding = 1e-12
