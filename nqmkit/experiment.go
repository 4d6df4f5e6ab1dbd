package nqmkit

import (
	"fmt"
	"math"
	"runtime"
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
	if err := validateAt(m, e.landscape.curvature); err != nil {
		panic(err)
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

// validateAt returns the first mistake of a method that is given by its matrices,
// at the curvatures that a run asks for; equal neighbours are asked once.
func validateAt(m Sampler, curvature []float64) error {
	l, ok := m.(interface{ ValidateAt(h float64) error })
	for i := 0; ok && i < len(curvature); i++ {
		if i > 0 && curvature[i] == curvature[i-1] {
			continue
		}
		if err := l.ValidateAt(curvature[i]); err != nil {
			return err
		}
	}
	return nil
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
