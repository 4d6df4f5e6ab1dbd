package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory"
)

// SampleStepsToTarget runs each method on p until the loss of the run is at or
// below target > 0, for at most limit >= 1 steps, and returns how many steps
// the runs took: a distribution. (theory's steps to target are those of the
// expected loss, another question: a run's loss falls below it early by luck.)
// Methods share the noise of equal runs. It panics as Sample does.
func SampleStepsToTarget(p Quadratic, target float64, limit int, runs Runs, methods ...Sampler) []theory.SampledSteps {
	if !(target > 0) || math.IsInf(target, 0) {
		panic(fmt.Errorf("nqmkit: target %v: want a finite loss > 0", target))
	}
	if limit < 1 {
		panic(fmt.Errorf("nqmkit: limit of %d steps: want 1 or more", limit))
	}
	var results []theory.SampledSteps
	for _, m := range methods {
		s := stepsToTarget(newExperiment(p, m, []int{limit}, runs), target)
		s.Problem, s.Method, s.Family, s.Seed = p.String(), m.String(), m.Family(), runs.Seed
		results = append(results, s)
		if s.Partial {
			break
		}
	}
	return toldApart(results, func(s *theory.SampledSteps) *string { return &s.Method })
}

// stepsToTarget looks at every step of every run.
func stepsToTarget(e experiment, target float64) theory.SampledSteps {
	limit := e.steps[0]
	arrived := make([]int, e.runs.Trials)
	for i := range arrived {
		arrived[i] = onTheWay
	}
	w := begin("sampling steps to target, "+e.name, e.units())
	defer w.end()
	parallelBlocks(e, w, func(b *block) {
		b.run(w.interrupted, func(t int) int {
			if t%watchEvery == 0 {
				w.done.Add(int64(watchEvery * b.lanes))
			}
			return arrive(b, t, limit, target, arrived[b.first:][:b.lanes])
		})
	})
	s := countArrivals(arrived, limit, target)
	if s.Trials == 0 {
		panic(errInterrupted)
	}
	return s
}

// What stands for the steps of a run that has not arrived.
const (
	onTheWay = -1 - iota
	overLimit
	overflowed
)

// arrive notes the runs that have arrived at step t or can no longer, and
// returns the next step to look at.
func arrive(b *block, t, limit int, target float64, arrived []int) int {
	next := -1
	for lane, loss := range b.loss {
		if arrived[lane] != onTheWay {
			continue
		}
		switch {
		case loss <= target:
			arrived[lane] = t
		case b.dead[lane] >= 0:
			arrived[lane] = overflowed
		case t == limit:
			arrived[lane] = overLimit
		default:
			next = t + 1
		}
	}
	return next
}

func countArrivals(arrived []int, limit int, target float64) theory.SampledSteps {
	s := theory.SampledSteps{Target: target, Limit: limit}
	for _, t := range arrived {
		switch t {
		case onTheWay:
			s.Partial = true
			continue
		case overLimit:
			s.Late++
		case overflowed:
			s.Diverged++
		default:
			s.Steps = append(s.Steps, t)
		}
		s.Trials++
	}
	slices.Sort(s.Steps)
	return s
}
