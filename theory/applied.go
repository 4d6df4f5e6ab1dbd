package theory

import (
	"fmt"

	"nqm/theory/table"
)

// AppliedRates are the numbers that an optimizer really applies in each update, under
// its schedule. All slices have the length of Steps.
type AppliedRates struct {
	Method string `json:"method"` // with its settings
	Family string `json:"family"` // without its settings

	// Steps are the updates 1, 2, ..., n. Update t has the schedule's index t-1: that
	// of torch's and optax's schedulers, which are at 0 in the first update.
	Steps        []int     `json:"steps"`
	LearningRate []float64 `json:"learning_rate"`
	Momentum     []float64 `json:"momentum,omitempty"` // nil without momentum
	BatchSize    []float64 `json:"batch_size"`
	// Decay is that of the moving average; nil without one.
	Decay   []float64 `json:"decay,omitempty"`
	Samples []float64 `json:"samples"` // spent with the update
}

// mostApplied bounds the updates that are listed.
const mostApplied = 1_000_000

// RatesApplied returns what o applies in each of the updates of a run, 1 to 10^6, to
// whose length a schedule without one is stretched. The errors name an invalid
// optimizer or number.
func RatesApplied(o Optimizer, steps int) (AppliedRates, error) {
	if err := o.Validate(); err != nil {
		return AppliedRates{}, err
	}
	if steps < 1 || steps > mostApplied {
		return AppliedRates{}, fmt.Errorf("theory: rates of %d updates: want 1 to %d", steps, mostApplied)
	}
	o, err := o.Over(steps)
	if err != nil {
		return AppliedRates{}, err
	}
	r := AppliedRates{Method: o.String(), Family: o.Family()}
	samples := 0.0
	for t := range steps {
		g, k := o.Schedule.locate(t)
		batch := o.batchIn(g)
		samples += batch
		r.Steps, r.Samples = append(r.Steps, t+1), append(r.Samples, samples)
		r.LearningRate, r.BatchSize = append(r.LearningRate, o.LearningRate*g.factor(k)), append(r.BatchSize, batch)
		if o.Momentum != 0 {
			r.Momentum = append(r.Momentum, g.momentum(k, o.Momentum))
		}
		if o.Decay != 0 {
			r.Decay = append(r.Decay, o.decayAt(t))
		}
	}
	return r, nil
}

// Records returns a row for each update.
func (r AppliedRates) Records() []table.Record {
	return along(table.Row("method", r.Method), r.Steps, column{"learning_rate", r.LearningRate},
		column{"momentum", r.Momentum}, column{"batch_size", r.BatchSize}, column{"decay", r.Decay}, column{"samples", r.Samples})
}

// SamplesSpent returns the examples that m has seen after each number of steps: steps
// times batch size, or the sum of a schedule's. Nil of a method whose batch size is not
// known.
func SamplesSpent(m Method, steps []int) []float64 {
	var batches func(t int) float64
	switch m := m.(type) {
	case Optimizer:
		batches = m.spent
	case Torch:
		batches = m.Optimizer().spent
	case Linear:
		batches = func(t int) float64 { return float64(t) * batchOf(m.BatchSize) }
	default:
		return nil
	}
	all := make([]float64, len(steps))
	for k, t := range steps {
		all[k] = batches(t)
	}
	return all
}

// spent are the examples of t steps.
func (o Optimizer) spent(t int) float64 {
	sum, at := 0.0, 0
	for i, g := range o.Schedule {
		n := t - at
		if !g.endless(i == len(o.Schedule)-1) {
			n = min(n, g.Steps)
		}
		sum += float64(n) * o.batchIn(g)
		if at += n; at >= t {
			return sum
		}
	}
	stays, _ := o.Schedule.locate(t)
	return sum + float64(t-at)*o.batchIn(stays)
}
