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
// together, as far as the average of the runs is normal. The losses of one run at
// different steps are correlated; the verdict divides the 0.001 among the steps
// (Bonferroni), which holds whatever their correlation, and is cautious where it
// is strong.
//
// The average is skewed. With Gaussian noise that is worst for a single direction,
// whose loss is a chi-square: for 401 steps that are independent of each other the
// probability is 0.013 with 100 runs, 0.0065 with 200, 0.002 with 1000 and 0.0012
// with 5000. More directions need fewer runs; multiplicative noise and noise with
// heavy tails need more.
//
// The problem may be Rotated or have another law of noise. Check panics as
// Sample does, and on a method or a problem without a closed form.
func Check(p Quadratic, steps int, runs Runs, methods ...Sampler) []theory.Agreement {
	return CheckAt(p, Steps(steps), runs, methods...)
}

// CheckAt is Check at chosen steps.
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
	return agreements
}

// CheckAgainst holds the closed form of one method against runs of another, as
// of an update that a researcher wrote and believes to be momentum.
func CheckAgainst(p Quadratic, steps []int, runs Runs, closed theory.Method, sampled Sampler) theory.Agreement {
	exactProblem := must(closedFormOf(p))
	of := SampleAt(p, steps, runs, sampled)[0]
	exact := upTo(must(theory.Expect(exactProblem, steps, closed)), len(of.Steps))
	exact.Problem = of.Problem
	return theory.Agreement{
		Exact: exact, Sampled: of,
		Z:          zScores(exact, of, isGaussian(p)),
		Threshold:  distuv.UnitNormal.Quantile(1 - falseAlarm/2/float64(len(of.Steps))),
		FalseAlarm: falseAlarm,
	}
}

// upTo returns the curve at its first n steps.
func upTo(c theory.Curve, n int) theory.Curve {
	for _, v := range []*[]float64{&c.Loss, &c.Bias, &c.Noise, &c.StdDev} {
		*v = (*v)[:min(n, len(*v))] // no StdDev where it is not known
	}
	c.Steps = c.Steps[:n]
	return c
}

// isGaussian reports whether the exact spread of the loss holds on p.
func isGaussian(p Quadratic) bool {
	switch p := p.(type) {
	case theory.Problem:
		return !p.Streaming && !p.Correlated
	case Dense:
		q, ok := p.eigenbasis()
		return ok && isGaussian(q)
	}
	return false
}

// zScores returns the deviation of the sampled means in standard errors, exact
// ones where the parameters are Gaussian. Where the loss is certain, the
// rounding of the sampled arithmetic stands in for the standard error.
func zScores(exact theory.Curve, sampled theory.SampledCurve, gaussian bool) []float64 {
	z := make([]float64, len(exact.Steps))
	for k, loss := range exact.Loss {
		deviation := sampled.Mean[k] - loss
		stdErr := sampled.StdErr[k]
		if gaussian {
			stdErr = exact.StdDev[k] / math.Sqrt(float64(sampled.Trials))
		}
		switch {
		case sampled.Mean[k] == loss: // both +Inf, too
			z[k] = 0
		case math.IsInf(loss, 1) || math.IsInf(sampled.Mean[k], 1):
			z[k] = math.Inf(1)
		default:
			z[k] = deviation / (stdErr + rounding*loss)
		}
	}
	return z
}

// rounding bounds the relative rounding error of a sampled loss.
const rounding = 1e-12
