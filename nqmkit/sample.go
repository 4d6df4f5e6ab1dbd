package nqmkit

import (
	"fmt"

	"nqm/theory"
)

// Sample runs the literal update rule of each method on p for the given number
// of steps and returns the loss, averaged over the runs, with a band that
// holds the central 90% of them. Methods share the noise of equal runs (common
// random numbers), so that their curves can be compared closely.
//
// A run whose loss overflows is not followed: its loss is +Inf from then on, which
// says nothing of its limit.
// Long sampling shows its progress, and an interrupt ends it with what is
// finished: the method in work is then marked Partial, and methods after it
// are missing. Sample panics on an invalid problem or method, a method without
// a sampled update, fewer than one run, steps < 0, or an interrupt before any
// run was under way.
func Sample(p Quadratic, steps int, runs Runs, methods ...Sampler) []theory.SampledCurve {
	return SampleAt(p, Steps(steps), runs, methods...)
}

// SampleAt is Sample with the loss observed at chosen steps, which must
// increase and not be negative.
func SampleAt(p Quadratic, steps []int, runs Runs, methods ...Sampler) []theory.SampledCurve {
	return Observe(p, steps, runs, Statistic{}, methods...)
}

// Observe is SampleAt with a statistic of one's own in place of the loss.
// Runs that have overflowed count as +Inf. It panics as Sample does, and where the
// statistic of a run is NaN.
func Observe(p Quadratic, steps []int, runs Runs, what Statistic, methods ...Sampler) []theory.SampledCurve {
	if what.Of == nil && what.Name != "" {
		panic(fmt.Errorf("nqmkit: the statistic %s has no Of: want a function of the parameters", what.Name))
	}
	var curves []theory.SampledCurve
	for _, m := range methods {
		o := observe(newExperiment(p, m, steps, runs), what)
		c := o.summarise()
		o.free()
		c.Problem, c.Method, c.Family, c.Quantity, c.Seed = p.String(), m.String(), m.Family(), what.Name, runs.Seed
		curves = append(curves, c)
		if c.Partial {
			break
		}
	}
	return toldApart(curves, ofSampled)
}
