package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"nqm/theory"
)

// confidence is the level of a paired interval.
const confidence = 0.95

// Compare samples two methods on p with the same noise, run for run (common
// random numbers), and returns the difference in loss, first minus second, with
// its 95% interval at each step. What both methods owe to the luck of a run
// cancels, so that far fewer runs tell two methods apart than independent ones
// would; Saving says how many times fewer. It panics as Sample does, and on
// fewer than two runs.
func Compare(p Quadratic, steps int, runs Runs, first, second Sampler) theory.PairedCurve {
	return CompareAt(p, Steps(steps), runs, first, second)
}

// CompareAt is Compare at chosen steps.
func CompareAt(p Quadratic, steps []int, runs Runs, first, second Sampler) theory.PairedCurve {
	if runs.Trials < 2 {
		panic(errTooFew(runs.Trials))
	}
	a, b := observeBoth(newExperiment(p, first, steps, runs), newExperiment(p, second, steps, runs))
	c := pair(a, b)
	a.free()
	b.free()
	names := toldApart([]string{first.String(), second.String()}, func(name *string) *string { return name })
	c.Problem, c.Methods = p.String(), [2]string(names)
	c.Seed = runs.Seed
	return c
}

func errTooFew(n int) error {
	return fmt.Errorf("nqmkit: %d trials: a paired comparison wants 2 or more", n)
}

// observeBoth observes the losses of two methods in the same runs, block by
// block, so that an interrupt leaves runs that have both.
func observeBoth(a, b experiment) (first, second observations) {
	first, second = newObservations(a), newObservations(b)
	w := begin("comparing "+a.name+" with "+b.name, 2*a.units())
	defer w.end()
	parallelBlocks(a, w, func(block *block) {
		first.take(w, block, Statistic{})
		second.take(w, must(newBlock(b.landscape, b.recipe, b.runs.Seed, block.first, block.lanes)), Statistic{})
	})
	whole := func(i int) bool {
		return first.reached[i].looks == len(a.steps) && second.reached[i].looks == len(b.steps)
	}
	count := 0
	for i := range first.reached {
		if whole(i) {
			count++
		}
	}
	switch {
	case count == a.runs.Trials:
		return first, second
	case count < 2:
		panic(errInterrupted)
	}
	return first.keep(len(a.steps), whole), second.keep(len(b.steps), whole)
}

// pair summarises the differences of two methods over the same runs.
func pair(a, b observations) theory.PairedCurve {
	n, trials := len(a.steps), len(a.reached)
	all := newRows(5, n)
	c := theory.PairedCurve{
		Steps: slices.Clone(a.steps), Mean: all[0], StdErr: all[1], Low: all[2], High: all[3], Saving: all[4],
		Level: confidence, Trials: trials, Partial: a.partial || b.partial,
	}
	reach := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(trials - 1)}.Quantile((1 + confidence) / 2)
	difference := make([]float64, trials)
	for k := range n {
		for i, v := range a.values[k] {
			difference[i] = v - b.values[k][i]
		}
		c.Mean[k], c.StdErr[k] = differenceStdErr(difference)
		c.Low[k], c.High[k] = c.Mean[k]-reach*c.StdErr[k], c.Mean[k]+reach*c.StdErr[k]
		_, seA := meanStdErr(a.values[k])
		_, seB := meanStdErr(b.values[k])
		c.Saving[k] = saving(seA, seB, c.StdErr[k])
	}
	return c
}

// differenceStdErr is meanStdErr for differences, which may be -Inf where only
// the second method overflowed, and have no value where both did.
func differenceStdErr(v []float64) (mean, stdErr float64) {
	first, second := false, false
	for _, x := range v {
		first = first || math.IsInf(x, 1) || math.IsNaN(x)
		second = second || math.IsInf(x, -1) || math.IsNaN(x)
	}
	switch {
	case first && second:
		return 0, math.Inf(1)
	case first:
		return math.Inf(1), 0
	case second:
		return math.Inf(-1), 0
	}
	return meanStdErr(v)
}

// saving is the variance of the difference with independent noise over that
// with common noise; 1 where nothing is known.
func saving(seA, seB, paired float64) float64 {
	independent := math.Hypot(seA, seB)
	switch {
	case math.IsInf(independent, 1) || independent == 0:
		return 1
	case paired == 0:
		return math.Inf(1)
	}
	return (independent / paired) * (independent / paired)
}
