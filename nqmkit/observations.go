package nqmkit

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"nqm/theory"
)

// observations are the values of a statistic in all runs.
type observations struct {
	experiment
	values  [][]float64 // by place in steps, then by run
	room    *[]float64  // that values lie in
	reached []reached   // by run
	partial bool
}

// reached says how far a run came.
type reached struct {
	looks int // places in steps that were looked at
	dead  int // the step in which it overflowed, -1 if it has not
}

func newObservations(e experiment) observations {
	rows, columns := len(e.steps), e.runs.Trials
	room := tables.take(rows * columns)
	return observations{experiment: e, values: inRows(*room, rows, columns), room: room, reached: make([]reached, columns)}
}

// tables are what observations lie in, one after the other.
var tables rooms

// free gives the room of the values to other observations: they are not looked
// at any more.
func (o observations) free() { tables.Put(o.room) }

func observe(e experiment, what Statistic) observations {
	o := newObservations(e)
	w := begin("sampling "+e.name, e.units())
	defer w.end()
	parallelBlocks(e, w, func(b *block) { o.take(w, b, what) })
	return o.finished()
}

// take drives a block and notes its values.
func (o observations) take(w *work, b *block, what Statistic) {
	looks := o.drive(w, b, func(k int) {
		row := o.values[k][b.first:][:b.lanes]
		copy(row, b.loss)
		if what.Of == nil {
			return
		}
		for lane := range row {
			if b.dead[lane] < 0 {
				row[lane] = what.Of(b.at(lane))
				if math.IsNaN(row[lane]) {
					panic(fmt.Errorf("nqmkit: the statistic %s is NaN in run %d at step %d: want a number", what.Name, b.first+lane, o.steps[k]))
				}
			}
		}
	})
	for lane, dead := range b.dead {
		o.reached[b.first+lane] = reached{looks, dead}
	}
}

// finished drops what an interrupt left unfinished, if anything: the runs that
// were not at the end, or, if none was, the steps that not all runs under way
// had reached.
func (o observations) finished() observations {
	looks := len(o.steps)
	whole := func(r reached) bool { return r.looks == looks }
	if countIf(o.reached, whole) == len(o.reached) {
		return o
	}
	if countIf(o.reached, whole) == 0 {
		for _, r := range o.reached {
			if r.looks > 0 {
				looks = min(looks, r.looks)
			}
		}
		whole = func(r reached) bool { return r.looks > 0 }
	}
	if countIf(o.reached, whole) == 0 {
		panic(errInterrupted)
	}
	return o.keep(looks, func(i int) bool { return whole(o.reached[i]) })
}

var errInterrupted = errors.New("nqmkit: interrupted before any run came to a step to look at")

func countIf(runs []reached, is func(reached) bool) int {
	n := 0
	for _, r := range runs {
		if is(r) {
			n++
		}
	}
	return n
}

// keep returns the first looks of the runs in chosen places.
func (o observations) keep(looks int, chosen func(i int) bool) observations {
	values := make([][]float64, looks)
	for k := range values {
		for i, v := range o.values[k] {
			if chosen(i) {
				values[k] = append(values[k], v)
			}
		}
	}
	var runs []reached
	for i, r := range o.reached {
		if chosen(i) {
			runs = append(runs, r)
		}
	}
	o.steps, o.values, o.reached, o.partial = o.steps[:looks], values, runs, true
	return o
}

// overflowed returns the steps in which runs overflowed, in increasing order.
func (o observations) overflowed() []int {
	var steps []int
	last := o.steps[len(o.steps)-1]
	for _, r := range o.reached {
		if r.dead >= 0 && r.dead <= last {
			steps = append(steps, r.dead)
		}
	}
	slices.Sort(steps)
	return steps
}

// bandLevel is the share of runs that a sampled band holds.
const bandLevel = 0.9

// samples are the examples that a run has seen after each of the steps.
func (o observations) samples(steps []int) []float64 {
	if o.recipe.batch == nil { // runs made elsewhere
		return nil
	}
	plan := o.recipe.plan
	if plan.Schedule == nil {
		plan = theory.Optimizer{BatchSize: o.recipe.batch(0)}
	}
	return theory.SamplesSpent(plan, steps)
}

// summarise turns the values of the runs into mean, standard error and band.
// It goes through the runs in their order, whichever core made them.
func (o observations) summarise() theory.SampledCurve {
	n := len(o.steps)
	c := theory.SampledCurve{
		Steps: slices.Clone(o.steps), Samples: o.samples(o.steps),
		Mean: make([]float64, n), StdErr: make([]float64, n), Low: make([]float64, n), High: make([]float64, n),
		Level: bandLevel, Trials: len(o.values[0]), Diverged: o.overflowed(), Partial: o.partial,
	}
	parallel(n, func(k int) {
		values := o.values[k]
		c.Mean[k], c.StdErr[k] = meanStdErr(values)
		c.Low[k], c.High[k] = band(values, (1-bandLevel)/2, (1+bandLevel)/2)
	})
	return c
}
