package theory

import (
	"fmt"

	"nqm/theory/table"
)

// ScheduleComparison is what schedules of learning rate and of batch size buy
// for one budget of samples.
type ScheduleComparison struct {
	Problem string  `json:"problem"`
	Samples float64 `json:"samples"`
	Pieces  int     `json:"pieces"`
	// Rate is the best constant learning rate, and Rates the best in pieces,
	// both with the batch size that was given.
	Rate  BestRates `json:"rate"`
	Rates BestRates `json:"rates"`
	// Batch is the best constant batch size and learning rate, and Batches the
	// best batch sizes in pieces with a constant rate. Both choose their steps.
	Batch   BestBatches `json:"batch"`
	Batches BestBatches `json:"batches"`
	// Bayes is below what any method can reach with these samples.
	Bayes float64 `json:"bayes"`
}

// CompareSchedules answers four questions about one budget of samples, with the
// batch size of o for the schedules of the learning rate: see
// ScheduleComparison. The errors are those of BestSchedule and
// BestBatchSchedule, and samples for less than one step.
func CompareSchedules(p Problem, samples float64, o Optimizer, pieces int) (c ScheduleComparison, err error) {
	c = ScheduleComparison{Problem: p.String(), Samples: samples, Pieces: pieces}
	steps := samples / o.batchSize()
	if !(steps >= 1 && steps <= MaxSteps) {
		return c, fmt.Errorf("theory: %v samples in batches of %v: want 1 to %d steps", samples, o.batchSize(), MaxSteps)
	}
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
