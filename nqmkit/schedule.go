package nqmkit

import "nqm/theory"

// BestSchedule returns plain SGD, batches of one, with the piecewise-constant
// learning rates of the lowest expected loss that was found after the given number of
// steps. BestScheduleFor has other batch sizes and powers, and the conditions
// that an optimum meets. It panics unless steps >= 1 and 1 <= pieces <= 2000, and on
// multiplicative noise.
func BestSchedule(p theory.Problem, steps, pieces int) theory.Optimizer {
	return BestScheduleFor(p, steps, theory.SGD(1), pieces).Optimizer
}

// BestScheduleFor is BestSchedule for the batch size and the preconditioner of
// o, with the optimality conditions: see theory.BestSchedule. The learning
// rate of o does not matter. It also panics if o is not plain SGD.
//
//	nqmkit.BestScheduleFor(p, 5000, nqmkit.SGD(1).Batch(64).Precondition(0.5), 10)
func BestScheduleFor(p theory.Problem, steps int, o theory.Optimizer, pieces int) theory.BestRates {
	return whole("best schedule", func() theory.BestRates { return must(theory.BestSchedule(p, steps, o, pieces)) })
}

// ScheduleToTarget returns the fewest steps found in which a schedule of the given
// number of pieces brings the expected loss to the target, with the
// certificate: see theory.ScheduleToTarget. It panics as BestScheduleFor does,
// and unless the target is a finite number > 0.
func ScheduleToTarget(p theory.Problem, target float64, o theory.Optimizer, pieces int) theory.ScheduleSteps {
	return must(theory.ScheduleToTarget(p, target, o, pieces))
}

// SchedulesToTarget is ScheduleToTarget at each of the batch sizes, on all cores.
// An interrupt returns those before the first that was not finished.
func SchedulesToTarget(p theory.Problem, target float64, batchSizes []float64, o theory.Optimizer, pieces int) []theory.ScheduleSteps {
	return inOrder("schedules to target", len(batchSizes), func(i int) theory.ScheduleSteps {
		return ScheduleToTarget(p, target, o.Batch(batchSizes[i]), pieces)
	})
}

// RatesApplied returns the learning rate, momentum, batch size and averaging decay that
// each method really applies in each update of a run of the given length: which index
// of a schedule goes with which update. It panics on an invalid method and unless steps
// is 1 to 10^6.
func RatesApplied(steps int, methods ...theory.Optimizer) []theory.AppliedRates {
	var all []theory.AppliedRates
	for _, m := range methods {
		all = append(all, must(theory.RatesApplied(m, steps)))
	}
	return toldApart(all, func(r *theory.AppliedRates) *string { return &r.Method })
}

// BestBatchSchedule returns the batch sizes of the lowest expected loss after
// the given number of samples, one for each piece of a run with a constant
// learning rate, with its number of steps, and a bound that shows how far they
// are proved: see theory.BestBatchSchedule. The best learning rate is taken if
// that of o is not a number > 0. It panics as BestScheduleFor does, and unless
// samples >= 1.
func BestBatchSchedule(p theory.Problem, samples float64, o theory.Optimizer, pieces int) theory.BestBatches {
	return whole("best batch schedule", func() theory.BestBatches { return must(theory.BestBatchSchedule(p, samples, o, pieces)) })
}

// CompareSchedules returns what schedules of the learning rate and of the batch
// size buy for one budget of samples: see theory.CompareSchedules.
func CompareSchedules(p theory.Problem, samples float64, o theory.Optimizer, pieces int) theory.ScheduleComparison {
	return must(theory.CompareSchedules(p, samples, o, pieces))
}
