package nqmkit

import (
	"fmt"
	"math"

	"nqm/theory"
)

// CurveOf summarises runs that were made elsewhere as Sample does its own: losses has
// a row for each run, with a number for each of the steps; +Inf is a run that has
// diverged. Texts are left to the caller. It panics on no run, on rows of another
// length, on steps that do not increase, and on NaN.
func CurveOf(steps []int, losses [][]float64) theory.SampledCurve {
	if err := validate(steps, Trials(len(losses), 0)); err != nil {
		panic(err)
	}
	o := observations{experiment: experiment{steps: steps, runs: Trials(len(losses), 0)}, values: make([][]float64, len(steps))}
	for run, row := range losses {
		if len(row) != len(steps) {
			panic(fmt.Errorf("nqmkit: %d losses of run %d at %d steps: want as many", len(row), run, len(steps)))
		}
		dead := -1
		for k, v := range row {
			if math.IsNaN(v) {
				panic(fmt.Errorf("nqmkit: the loss of run %d at step %d is NaN: want a number", run, steps[k]))
			}
			if math.IsInf(v, 1) && dead < 0 {
				dead = steps[k]
			}
			o.values[k] = append(o.values[k], v)
		}
		o.reached = append(o.reached, reached{len(steps), dead})
	}
	return o.summarise()
}
