package nqmkit

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"nqm/theory"
)

// Runs says how many independent runs to sample, and from which seed.
type Runs struct {
	Trials int    // >= 1
	Seed   uint64 // any value, 0 included; the same seed gives the same runs
}

// Trials returns the plan to sample n >= 1 independent runs from a seed.
// Run k is a function of the seed and k alone: more runs, other cores or
// another order never change it.
func Trials(n int, seed uint64) Runs { return Runs{Trials: n, Seed: seed} }

// Statistic is a number that is read from the parameters of a run.
type Statistic struct {
	Name string
	Of   func(theta []float64) float64
}

// Coordinate returns the statistic θ_i, i = 0, 1, ..., d-1. Observe panics
// where there is no such coordinate.
func Coordinate(i int) Statistic {
	return Statistic{Name: fmt.Sprintf("θ[%d]", i), Of: func(theta []float64) float64 {
		if i < 0 || i >= len(theta) {
			panic(fmt.Errorf("nqmkit: coordinate %d of %d parameters: want 0 to %d", i, len(theta), len(theta)-1))
		}
		return theta[i]
	}}
}

// Sample runs the literal update rule of each method on p for the given number
// of steps and returns the loss, averaged over the runs, with a band that
// holds the central 90% of them. Methods share the noise of equal runs (common
// random numbers), so that their curves can be compared closely.
//
// A run whose loss overflows has diverged: its loss is +Inf from then on.
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
// Runs that have diverged count as +Inf. It panics as Sample does, and where the
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
	return curves
}

// experiment is one method on one problem, checked and laid out.
type experiment struct {
	name      string
	landscape landscape
	recipe    recipe
	steps     []int
	runs      Runs
}

// newExperiment panics on what cannot be sampled.
func newExperiment(p Quadratic, m Sampler, steps []int, runs Runs) experiment {
	if err := validate(steps, runs); err != nil {
		panic(err)
	}
	e := experiment{landscape: must(landscapeOf(p)), recipe: must(recipeOf(m, steps[len(steps)-1])), steps: steps, runs: runs}
	e.name = m.String()
	if e.recipe.perDirection && (e.landscape.curvature == nil || e.landscape.streaming) {
		panic(fmt.Errorf("nqmkit: %v is given by its matrices for each curvature: it cannot be sampled on %v, whose directions are mixed", m, p))
	}
	if e.landscape.streaming {
		for t := range min(steps[len(steps)-1], 1<<20) {
			if b := e.recipe.batch(t); b != math.Trunc(b) {
				panic(fmt.Errorf("nqmkit: batch size %v: sampling streaming noise wants a whole number of examples", b))
			}
		}
	}
	return e
}

func validate(steps []int, runs Runs) error {
	if runs.Trials < 1 {
		return fmt.Errorf("nqmkit: %d trials: want 1 or more", runs.Trials)
	}
	if len(steps) == 0 {
		return fmt.Errorf("nqmkit: no steps to look at: give at least one")
	}
	for k, t := range steps {
		if t < 0 || k > 0 && t <= steps[k-1] {
			return fmt.Errorf("nqmkit: step %d in place %d: want increasing steps of 0 or more", t, k)
		}
	}
	return nil
}

func badSteps(t int) error { return fmt.Errorf("nqmkit: %d steps: want 0 or more", t) }

// blockNumbers is how many numbers a block has at most, where a run does not
// have more: they stay in the fastest cache.
const blockNumbers = 512

// leastLanes is from how many runs on they are faster side by side than alone.
const leastLanes = 16

// lanes returns how many runs go side by side.
func (e experiment) lanes() int {
	lanes := blockNumbers / e.landscape.d
	if lanes < leastLanes {
		return 1
	}
	perCore := (e.runs.Trials + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	return min(lanes, perCore)
}

// parallelBlocks makes all blocks of runs and calls f on each, on all cores.
func parallelBlocks(e experiment, w *work, f func(b *block)) {
	lanes := e.lanes()
	parallel((e.runs.Trials+lanes-1)/lanes, func(i int) {
		if w.interrupted.Load() {
			return
		}
		first := i * lanes
		f(must(newBlock(e.landscape, e.recipe, e.runs.Seed, first, min(lanes, e.runs.Trials-first))))
	})
}

// reportEvery is how many numbers a block steps before it reports its progress:
// cores that report at the same time wait for each other.
const reportEvery = 1 << 15

// drive takes one block through the chosen steps, calls look with the place in
// e.steps of each, and returns the number of looks.
func (e experiment) drive(w *work, b *block, look func(k int)) int {
	k, before, last := 0, 0, e.steps[len(e.steps)-1]
	b.run(w.interrupted, func(t int) int {
		if (t-before)*len(b.theta) >= reportEvery || t == last {
			w.done.Add(int64((t - before) * b.lanes))
			before = t
		}
		if t == e.steps[k] {
			look(k)
			k++
		}
		if k == len(e.steps) {
			return -1
		}
		return e.steps[k]
	})
	return k
}

// units is the size of the experiment for its progress.
func (e experiment) units() float64 {
	return float64(e.steps[len(e.steps)-1]) * float64(e.runs.Trials)
}

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
	dead  int // the step in which it diverged, -1 if it has not
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

// diverged returns the steps in which runs diverged, in increasing order.
func (o observations) diverged() []int {
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

func newRows(rows, columns int) [][]float64 {
	return inRows(make([]float64, rows*columns), rows, columns)
}

// inRows cuts numbers into rows.
func inRows(all []float64, rows, columns int) [][]float64 {
	t := make([][]float64, rows)
	for i := range t {
		t[i] = all[i*columns:][:columns:columns]
	}
	return t
}
