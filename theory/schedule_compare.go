package theory

import (
	"fmt"
	"math"

	"nqm/theory/table"
)

// ScheduleComparison is what schedules of learning rate and of batch size buy
// for one budget of samples, the same on both sides.
type ScheduleComparison struct {
	Problem string `json:"problem"`
	// Given is the budget that was asked for, and Samples what whole steps of
	// the given batch use of it: all four runs, and the bound, have Samples.
	Given   float64 `json:"given"`
	Samples float64 `json:"samples"`
	Pieces  int     `json:"pieces"`
	// Rate is the best constant learning rate found, and Rates the best found in
	// pieces, both with the batch size that was given.
	Rate  BestRates `json:"rate"`
	Rates BestRates `json:"rates"`
	// Batch is the best constant batch size and learning rate, and Batches the
	// best batch sizes in pieces with a constant rate. Both choose their steps, and
	// carry a bound.
	Batch   BestBatches `json:"batch"`
	Batches BestBatches `json:"batches"`
	// Bayes is below what any method can reach with these samples.
	Bayes float64 `json:"bayes"`
}

// String is one sentence with the result.
func (c ScheduleComparison) String() string {
	text := fmt.Sprintf("%g samples on each side", c.Samples)
	if c.Samples != c.Given {
		text += fmt.Sprintf(", of %g given", c.Given)
	}
	return text + fmt.Sprintf(": loss %.4g with the best learning rates found (pieces: %d, steps: %d), %.4g with the best batch sizes (pieces: %d, steps: %d), %s",
		c.Rates.Loss, len(c.Rates.Lengths), c.Rates.Steps, c.Batches.Loss, len(c.Batches.Lengths), c.Batches.Steps, c.Batches.Proved())
}

// CompareSchedules answers four questions about one budget of samples, with the
// batch size B of o for the schedules of the learning rate: see
// ScheduleComparison. Those take the T = ⌊samples/B⌋ steps that the budget pays
// for, and every side has the TB samples of these steps: what is left of the
// budget goes to none. A T that misses a whole number by rounding alone is that
// number. The errors are those of BestSchedule and BestBatchSchedule, and
// samples for less than one step.
func CompareSchedules(p Problem, samples float64, o Optimizer, pieces int) (c ScheduleComparison, err error) {
	steps := stepsWithin(samples, o.batchSize())
	if !(steps >= 1 && steps <= MaxSteps) {
		return c, fmt.Errorf("theory: %v samples in batches of %v: want 1 to %d steps", samples, o.batchSize(), MaxSteps)
	}
	c = ScheduleComparison{Problem: p.String(), Given: samples, Samples: steps * o.batchSize(), Pieces: pieces}
	if math.Abs(c.Samples-samples) <= roundingOf(samples) {
		c.Samples = samples
	}
	samples = c.Samples
	if c.Rate, err = BestSchedule(p, int(steps), o, 1); err != nil {
		return c, err
	}
	if c.Rates, err = BestSchedule(p, int(steps), o, pieces); err != nil {
		return c, err
	}
	o.LearningRate = 0
	if c.Batch, err = BestBatchSchedule(p, samples, o, 1); err != nil {
		return c, err
	}
	if c.Batches, err = BestBatchSchedule(p, samples, o, pieces); err != nil {
		return c, err
	}
	c.Bayes, err = BayesBound(p, samples)
	return c, err
}

// stepsWithin returns how many whole batches the samples pay for, where one that
// is short by no more than rounding counts.
func stepsWithin(samples, batch float64) float64 {
	steps := math.Floor(samples / batch)
	if (steps+1)*batch <= samples+roundingOf(samples) {
		steps++
	}
	return steps
}

// roundingOf is what the rounding of a batch size, a budget and their quotient
// can make of a budget: four parts in 2^53.
func roundingOf(samples float64) float64 { return 0x1p-51 * samples }

// Records returns a row for each piece of each of the four.
func (c ScheduleComparison) Records() []table.Record {
	var all []table.Record
	for _, one := range []struct {
		name string
		rows []table.Record
	}{
		{"constant rate", c.Rate.Records()}, {"rates in pieces", c.Rates.Records()},
		{"constant batch size", c.Batch.Records()}, {"batch sizes in pieces", c.Batches.Records()},
	} {
		for _, r := range one.rows {
			all = append(all, table.Row("schedule", one.name).Join(r).With("bayes_bound", c.Bayes))
		}
	}
	return all
}
