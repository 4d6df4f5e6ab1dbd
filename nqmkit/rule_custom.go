package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"nqm/nqmkit/internal/rule"
	"nqm/theory"
	"nqm/theory/table"
)

// Update is a researcher's own update rule in one run: given the number of
// updates done before, t = 0, 1, ..., the parameters and a stochastic gradient
// there, it returns the new parameters. It may change and return theta itself.
type Update func(t int, theta, gradient []float64) []float64

// Readout is what the results of a researcher's own method are about, given the
// parameters that its update has returned: where the gradient is taken is not always
// where the answer is read. It may change and return theta itself.
type Readout func(theta []float64) []float64

// CustomMethod is a method given by its Update; see Custom and CustomRead.
type CustomMethod struct {
	Name      string
	Start     func() Update            // called once for each run
	StartRead func() (Update, Readout) // instead of Start, for an answer elsewhere
	BatchSize float64                  // >= 1; zero means one
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

// CustomRead is Custom with an answer that is not read where the gradient is taken. An
// update and the readout of the same run share what start remembers. Schedule-free
// SGD, with the gradient at y and the answer at its average x:
//
//	free := nqmkit.CustomRead("schedule-free", func() (nqmkit.Update, nqmkit.Readout) {
//		var x, z []float64
//		return func(t int, y, gradient []float64) []float64 {
//			if t == 0 {
//				x, z = slices.Clone(y), slices.Clone(y)
//			}
//			for i := range y {
//				z[i] -= 0.5 * gradient[i]
//				x[i] += (z[i] - x[i]) / float64(t+1)
//				y[i] = 0.1*z[i] + 0.9*x[i]
//			}
//			return y
//		}, func(y []float64) []float64 {
//			if x == nil { // before the first step
//				return y
//			}
//			return slices.Clone(x)
//		}
//	})
func CustomRead(name string, start func() (Update, Readout)) CustomMethod {
	return CustomMethod{Name: name, StartRead: start}
}

// Batch returns a copy with batches of b >= 1 examples.
func (m CustomMethod) Batch(b float64) CustomMethod {
	m.BatchSize = theory.Optimizer{}.Batch(b).BatchSize
	return m
}

// String names the method, with its batch size unless that is one.
func (m CustomMethod) String() string { return m.Family() + batchLabel(m.BatchSize) }

// Family returns the name, in which nothing is meant for a terminal.
func (m CustomMethod) Family() string { return table.Visible(m.Name) }

// Validate returns an error for a missing name or update, or a bad batch size.
func (m CustomMethod) Validate() error {
	if m.Name == "" || m.Start == nil && m.StartRead == nil {
		return fmt.Errorf("nqmkit: a custom method needs a name and an update")
	}
	if m.Start != nil && m.StartRead != nil {
		return fmt.Errorf("nqmkit: %s has a Start and a StartRead: want one of them", m.Family())
	}
	return validateBatch(m.BatchSize)
}

func (m CustomMethod) recipe(int) (recipe, error) {
	return recipe{
		batch: func(int) float64 { return max(m.BatchSize, 1) },
		start: func(theta []float64, s rule.Shape) rule.Rule {
			r := &custom{name: m.Name, theta: newRows(s.Lanes, s.D), gradient: newRows(s.Lanes, s.D)}
			for range s.Lanes {
				if m.StartRead == nil {
					r.updates = append(r.updates, m.Start())
					continue
				}
				update, read := m.StartRead()
				r.updates, r.reads = append(r.updates, update), append(r.reads, read)
			}
			if slices.ContainsFunc(r.updates, func(u Update) bool { return u == nil }) || slices.ContainsFunc(r.reads, func(r Readout) bool { return r == nil }) {
				panic(fmt.Errorf("nqmkit: %s starts with a nil function: want an update, and a readout of a StartRead", m.Family()))
			}
			r.answer = make([]float64, s.Lanes*s.D)
			return r
		},
	}, nil
}

// custom runs one update for each run, on vectors of that run's own.
type custom struct {
	rule.AtTheta
	name            string
	updates         []Update
	reads           []Readout // nil: the answer is θ
	answer          []float64
	theta, gradient [][]float64
	t               int
}

func (r *custom) Answer(theta []float64) []float64 {
	if r.reads == nil {
		return theta
	}
	lanes := len(r.reads)
	for lane, read := range r.reads {
		at := r.theta[lane]
		rule.Gather(at, theta, lane, lanes)
		rule.Scatter(r.answer, r.sized("readout", read(at), len(at)), lane, lanes)
	}
	return r.answer
}

// sized is what a function returned, if it has the length that it must have.
func (r *custom) sized(what string, v []float64, want int) []float64 {
	if len(v) != want {
		panic(fmt.Errorf("nqmkit: the %s of %s returned %d parameters in step %d: want the %d that it was given", what, r.name, len(v), r.t, want))
	}
	return v
}

func (r *custom) Step(theta, gradient []float64) {
	lanes := len(r.updates)
	for lane, update := range r.updates {
		at, slope := r.theta[lane], r.gradient[lane]
		rule.Gather(at, theta, lane, lanes)
		rule.Gather(slope, gradient, lane, lanes)
		sound := allFinite(at) && allFinite(slope)
		next := r.sized("update", update(r.t, at, slope), len(at))
		for i, v := range next {
			if sound && math.IsNaN(v) {
				panic(fmt.Errorf("nqmkit: the update of %s returned NaN for parameter %d in step %d, from finite parameters and gradient", r.name, i, r.t))
			}
		}
		rule.Scatter(theta, next, lane, lanes)
	}
	r.t++
}
