package nqmkit

import (
	"fmt"
	"math"

	"nqm/nqmkit/internal/rule"
	"nqm/theory"
)

// Update is a researcher's own update rule in one run: given the number of
// updates done before, t = 0, 1, ..., the parameters and a stochastic gradient
// there, it returns the new parameters. It may change and return theta itself.
type Update func(t int, theta, gradient []float64) []float64

// CustomMethod is a method given by its Update; see Custom.
type CustomMethod struct {
	Name      string
	Start     func() Update // called once for each run
	BatchSize float64       // >= 1; zero means one
}

// Custom returns a method from an update rule written in a cell. The function
// start is called once for each run and returns its update, which may remember
// what it likes in variables of start:
//
//	clipped := nqmkit.Custom("clipped SGD", func() nqmkit.Update {
//		return func(t int, theta, gradient []float64) []float64 {
//			scale := 0.1 / max(1, floats.Norm(gradient, 2))
//			floats.AddScaled(theta, -scale, gradient)
//			return theta
//		}
//	})
//
// Runs are sampled at the same time on several cores, so that two updates must
// not share variables. An update that returns another length, or NaN from
// finite numbers, ends the sampling with a sentence.
func Custom(name string, start func() Update) CustomMethod {
	return CustomMethod{Name: name, Start: start}
}

// Batch returns a copy with batches of b >= 1 examples.
func (m CustomMethod) Batch(b float64) CustomMethod {
	m.BatchSize = theory.Optimizer{}.Batch(b).BatchSize
	return m
}

// String names the method, with its batch size unless that is one.
func (m CustomMethod) String() string { return m.Name + batchLabel(m.BatchSize) }

// Family returns the name.
func (m CustomMethod) Family() string { return m.Name }

// Validate returns an error for a missing name or update, or a bad batch size.
func (m CustomMethod) Validate() error {
	if m.Name == "" || m.Start == nil {
		return fmt.Errorf("nqmkit: a custom method needs a name and an update")
	}
	return validateBatch(m.BatchSize)
}

func (m CustomMethod) recipe(int) (recipe, error) {
	return recipe{
		batch: func(int) float64 { return max(m.BatchSize, 1) },
		start: func(theta []float64, s rule.Shape) rule.Rule {
			r := &custom{name: m.Name, theta: newRows(s.Lanes, s.D), gradient: newRows(s.Lanes, s.D)}
			for range s.Lanes {
				r.updates = append(r.updates, m.Start())
			}
			return r
		},
	}, nil
}

// custom runs one update for each run, on vectors of that run's own.
type custom struct {
	rule.AtTheta
	name            string
	updates         []Update
	theta, gradient [][]float64
	t               int
}

func (r *custom) Step(theta, gradient []float64) {
	lanes := len(r.updates)
	for lane, update := range r.updates {
		at, slope := r.theta[lane], r.gradient[lane]
		rule.Gather(at, theta, lane, lanes)
		rule.Gather(slope, gradient, lane, lanes)
		sound := allFinite(at) && allFinite(slope)
		next := update(r.t, at, slope)
		if len(next) != len(at) {
			panic(fmt.Errorf("nqmkit: the update of %s returned %d parameters in step %d: want the %d that it was given", r.name, len(next), r.t, len(at)))
		}
		for i, v := range next {
			if sound && math.IsNaN(v) {
				panic(fmt.Errorf("nqmkit: the update of %s returned NaN for parameter %d in step %d, from finite parameters and gradient", r.name, i, r.t))
			}
		}
		rule.Scatter(theta, next, lane, lanes)
	}
	r.t++
}
