package nqmkit

import "nqm/theory"

// scheduleRecords has a row for each piece of a run of the given steps.
func scheduleRecords(s theory.BestRates) []record {
	rows := make([]record, len(s.LearningRates))
	from := 0
	for k, alpha := range s.LearningRates {
		o := s.Optimizer
		o.LearningRate = alpha
		rows[k] = append(append(record{{"problem", s.Problem}}, settings(o)...), field{"steps", s.Steps}, field{"samples", s.Samples()},
			field{"loss_at_steps", s.Loss}, field{"piece", k + 1}, field{"from_step", from}, field{"piece_steps", s.Lengths[k]},
			field{"stability_limit", s.Limit}, field{"gradient", s.Gradient[k]}, field{"residual", s.Residual})
		from += s.Lengths[k]
	}
	return rows
}

// scheduleStepsRecords has the certificate in each row, also where the schedule
// has no piece.
func scheduleStepsRecords(s theory.ScheduleSteps) []record {
	head := record{{"problem", s.Problem}, {"target", s.Target}, {"pieces", s.Pieces}, {"outcome", s.Outcome.String()}, {"steps", nil}, {"loss_before", nil}}
	if s.Outcome == theory.Reached {
		head = append(head, field{"steps", s.Steps}, field{"loss_before", s.Before})
	}
	rows := scheduleRecords(s.Schedule)
	if len(rows) == 0 {
		rows = []record{append(settings(s.Schedule.Optimizer), field{"loss_at_steps", s.Loss})}
	}
	for k := range rows {
		rows[k] = append(append(record(nil), head...), rows[k]...)
	}
	return rows
}

func batchScheduleRecords(s theory.BestBatches) []record {
	rows := make([]record, len(s.BatchSizes))
	from := 0
	for k, b := range s.BatchSizes {
		o := s.Optimizer.Batch(b)
		o.LearningRate = s.LearningRate
		rows[k] = append(append(record{{"problem", s.Problem}}, settings(o)...), field{"steps", s.Steps}, field{"samples", s.Samples},
			field{"loss_at_steps", s.Loss}, field{"piece", k + 1}, field{"from_step", from}, field{"piece_steps", s.Lengths[k]},
			field{"stability_limit", s.Limit}, field{"price", s.Prices[k]}, field{"residual", s.Residual})
		from += s.Lengths[k]
	}
	return rows
}

func comparisonRecords(c theory.ScheduleComparison) []record {
	var all []record
	for _, one := range []struct {
		name string
		rows []record
	}{
		{"constant rate", scheduleRecords(c.Rate)}, {"rates in pieces", scheduleRecords(c.Rates)},
		{"constant batch size", batchScheduleRecords(c.Batch)}, {"batch sizes in pieces", batchScheduleRecords(c.Batches)},
	} {
		for _, r := range one.rows {
			all = append(all, append(append(record{{"schedule", one.name}}, r...), field{"bayes_bound", c.Bayes}))
		}
	}
	return all
}
