package theory

import (
	"fmt"
	"math"
	"strings"

	"nqm/theory/table"
)

// TrainedScaling is how many steps the training of a network took to a target at each
// batch size, with the learning rate searched at every point, beside what models
// predicted. Package nqmkit/networks makes it; it stands here because figures are drawn
// of it.
type TrainedScaling struct {
	Problem    string         `json:"problem"` // the network, its noise and start
	Target     float64        `json:"target"`  // of the loss above its minimum
	BatchSizes []float64      `json:"batch_sizes"`
	Methods    []string       `json:"methods"` // without learning rate and batch size
	Points     []TrainedSteps `json:"points"`  // of each method all batch sizes, one method after the other
	// Notes say what stands in the place of what, and what was not found.
	Notes []string `json:"notes,omitempty"`
	// Partial says that an interrupt left points out.
	Partial bool `json:"partial,omitempty"`
}

// TrainedSteps is one point of a TrainedScaling.
type TrainedSteps struct {
	Problem   string  `json:"problem"`
	Method    string  `json:"method"` // without learning rate and batch size
	Target    float64 `json:"target"`
	BatchSize float64 `json:"batch_size"`
	// LearningRate took the fewest steps of those that were tried, a grid of four to a
	// factor of two. Edge names the end of the range that it stands at, "smallest" or
	// "largest": the best may lie beyond. Empty is neither.
	LearningRate float64     `json:"learning_rate"`
	Edge         string      `json:"edge,omitempty"`
	Tried        []TriedRate `json:"tried"` // in increasing order
	// Steps is where the loss, averaged over fresh runs at this rate, crosses the target;
	// +Inf where it did not. Its interval of 95% is that of the jackknife over the runs,
	// with Student's quantile for log Steps.
	Steps Estimate `json:"steps"`
	// Looks are some steps on the way, and Losses the average loss there; of a schedule that
	// is stretched to the run, the lengths of runs, and the loss at their ends. There are none
	// where the target is met within the first step.
	Looks    []int           `json:"looks"`
	Losses   []float64       `json:"losses"`
	Foreseen []ForeseenSteps `json:"foreseen,omitempty"`
	Trials   int             `json:"trials"` // the fresh runs
	Seed     uint64          `json:"seed"`
}

// TriedRate is what the search saw at one learning rate.
type TriedRate struct {
	LearningRate float64 `json:"learning_rate"`
	// Steps is where the average loss of the search's runs crosses the target; +Inf is not
	// known within Limit steps, or divergence.
	Steps float64 `json:"steps"`
	Limit int     `json:"limit"`
}

// ForeseenSteps is what a model has to say of a TrainedSteps.
type ForeseenSteps struct {
	Model string `json:"model"`
	// Method is whose steps the model was asked for, where it is another one than was trained.
	Method string `json:"method,omitempty"`
	// LearningRate takes the fewest Steps on the same grid.
	LearningRate float64 `json:"learning_rate"`
	Steps        float64 `json:"steps"`
	// AtTrained is the model's number of steps at the learning rate that was the best in
	// training, NaN where rates of another method say nothing.
	AtTrained float64 `json:"at_trained"`
	// Losses are the model's at TrainedSteps' Looks, at the learning rate of the training;
	// nil where AtTrained is NaN, or without Looks.
	Losses []float64 `json:"losses,omitempty"`
}

// Ratio is predicted over trained steps, with the interval of the trained ones. It is NaN
// where neither reached the target.
func (s TrainedSteps) Ratio(f ForeseenSteps) Estimate {
	e := Estimate{Name: fmt.Sprintf("%s, B = %s, %s: predicted over trained", s.Method, table.InFull(s.BatchSize), f.Model)}
	e.Value, e.Low, e.High = f.Steps/s.Steps.Value, f.Steps/s.Steps.High, f.Steps/s.Steps.Low
	if math.IsInf(s.Steps.Value, 1) && !math.IsInf(f.Steps, 1) {
		e.Note = "training did not reach the target"
	}
	return e
}

// Apart returns the least and the greatest quotient of the model's loss and the average
// loss of training at the looks, at the trained learning rate; NaN without any.
func (s TrainedSteps) Apart(f ForeseenSteps) (least, greatest float64) {
	least, greatest = math.NaN(), math.NaN()
	for k, v := range f.Losses {
		q := v / s.Losses[k]
		if k == 0 || q < least {
			least = q
		}
		if k == 0 || q > greatest {
			greatest = q
		}
	}
	return least, greatest
}

// String is one sentence: the steps with their interval, and the predictions.
func (s TrainedSteps) String() string {
	head := fmt.Sprintf("%s, B = %s, to loss %.4g above the minimum: ", s.Method, table.InFull(s.BatchSize), s.Target)
	if math.IsInf(s.Steps.Value, 1) {
		head += s.Missed()
	} else {
		head += fmt.Sprintf("%.4g steps (95%%: %.4g to %.4g, %d runs) at α=%.4g", s.Steps.Value, s.Steps.Low, s.Steps.High, s.Trials, s.LearningRate)
	}
	if s.Edge != "" {
		head += fmt.Sprintf(", the %s that was tried", s.Edge)
	}
	var all []string
	for _, f := range s.Foreseen {
		all = append(all, fmt.Sprintf("%s %.4g", f.Model, f.Steps))
	}
	if all != nil {
		head += "; predicted: " + strings.Join(all, ", ")
	}
	return head
}

// Missed says how the target was not reached: by no learning rate within the most steps
// that one was given, or by the runs of the search and not by the fresh ones.
func (s TrainedSteps) Missed() string {
	limit := 0
	for _, t := range s.Tried {
		if !math.IsInf(t.Steps, 1) {
			return fmt.Sprintf("not reached by the %d fresh runs at α=%.3g, which the search took", s.Trials, s.LearningRate)
		}
		limit = max(limit, t.Limit)
	}
	return fmt.Sprintf("not reached within %d by any of %d learning rates", limit, len(s.Tried))
}

// String has a line for each point.
func (s TrainedScaling) String() string {
	lines := []string{fmt.Sprintf("%s: steps to loss %.4g above the minimum", s.Problem, s.Target)}
	for _, p := range s.Points {
		lines = append(lines, p.String())
	}
	lines = append(lines, s.Notes...)
	if s.Partial {
		lines = append(lines, "interrupted: points are missing")
	}
	return strings.Join(lines, "\n")
}

// Of returns the points of a method, by its name.
func (s TrainedScaling) Of(method string) []TrainedSteps {
	var own []TrainedSteps
	for _, p := range s.Points {
		if p.Method == method {
			own = append(own, p)
		}
	}
	return own
}

// Models names the models that predicted some point, in their order.
func (s TrainedScaling) Models() []string {
	var names []string
	seen := map[string]bool{}
	for _, p := range s.Points {
		for _, f := range p.Foreseen {
			if !seen[f.Model] {
				seen[f.Model] = true
				names = append(names, f.Model)
			}
		}
	}
	return names
}

// Records returns a row for each point and model.
func (s TrainedScaling) Records() []table.Record {
	var rows []table.Record
	for _, p := range s.Points {
		for _, r := range p.Records() {
			rows = append(rows, ended(r, s.Partial))
		}
	}
	return rows
}

// Records returns a row for each model, or one without any.
func (s TrainedSteps) Records() []table.Record {
	head := sampledHead(s.Problem, s.Method, s.Trials, s.Seed, false).With("target", s.Target, "batch_size", s.BatchSize,
		"learning_rate", s.LearningRate, "edge", s.Edge, "steps", s.Steps.Value, "low", s.Steps.Low, "high", s.Steps.High)
	if len(s.Foreseen) == 0 {
		return []table.Record{head}
	}
	rows := make([]table.Record, len(s.Foreseen))
	for k, f := range s.Foreseen {
		ratio := s.Ratio(f)
		least, greatest := s.Apart(f)
		rows[k] = head.Join(f.Records()[0]).With("ratio", orEmpty(ratio.Value), "ratio_low", orEmpty(ratio.Low), "ratio_high", orEmpty(ratio.High),
			"curve_ratio_low", orEmpty(least), "curve_ratio_high", orEmpty(greatest))
	}
	return rows
}

// Records returns one row.
func (f ForeseenSteps) Records() []table.Record {
	return []table.Record{table.Row("model", f.Model, "predicted_method", f.Method, "predicted_learning_rate", f.LearningRate,
		"predicted_steps", f.Steps, "predicted_at_trained_rate", orEmpty(f.AtTrained))}
}

// Records returns one row.
func (t TriedRate) Records() []table.Record {
	return []table.Record{table.Row("learning_rate", t.LearningRate, "steps", t.Steps, "limit", t.Limit)}
}
