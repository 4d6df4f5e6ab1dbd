package nqmkit

import (
	"fmt"
	"slices"

	"nqm/theory"
)

// maxPathNumbers bounds what Paths keeps: 8 bytes each.
const maxPathNumbers = 1 << 27

// Paths samples a few runs of each method on p and keeps every coordinate at
// every step, with the expected coordinates beside them. It panics as Sample
// does, and where the paths would take more than 1 GB.
func Paths(p theory.Problem, steps int, runs Runs, methods ...theory.Optimizer) []theory.Paths {
	if steps < 0 {
		panic(badSteps(steps))
	}
	at := make([]int, steps+1)
	for t := range at {
		at[t] = t
	}
	paths := make([]theory.Paths, len(methods))
	for i, m := range methods {
		paths[i] = samplePaths(p, m, at, runs)
	}
	return paths
}

func samplePaths(p theory.Problem, m theory.Optimizer, steps []int, runs Runs) theory.Paths {
	bowl := prepare(p, m, steps, runs)
	d := len(bowl.curvature)
	if float64(d)*float64(len(steps))*float64(runs.Trials) > maxPathNumbers {
		panic(fmt.Errorf("nqmkit: paths of %d runs, %d coordinates and %d steps do not fit in 1 GB: ask for fewer, or use Sample", runs.Trials, d, len(steps)))
	}
	theta := make([][][]float64, runs.Trials)
	parallel(runs.Trials, func(trial int) {
		theta[trial] = table(d, len(steps))
		bowl.run(m, steps, newStream(runs.Seed, trial), func(k int, at []float64) {
			for i, v := range at {
				theta[trial][i][k] = v
			}
		})
	})
	return theory.Paths{
		Problem: p.String(), Method: m.String(), Family: m.Family(),
		Curvature: bowl.curvature, Steps: slices.Clone(steps),
		Theta: theta, Mean: expectedPath(p, m, steps), Seed: runs.Seed,
	}
}

// expectedPath returns E θ_i(t) for each coordinate and step.
func expectedPath(p theory.Problem, m theory.Method, steps []int) [][]float64 {
	var mean [][]float64
	for i := range p.Len() {
		d := p.Direction(i)
		path := make([]float64, len(steps))
		if mode := m.Mode(d.Curvature, d.Noise); d.Mean != 0 {
			for k, t := range steps {
				path[k] = mode.At(t).Factor * d.Mean
			}
		}
		for range int(d.Multiplicity) {
			mean = append(mean, path)
		}
	}
	return mean
}

func table(rows, columns int) [][]float64 {
	t := make([][]float64, rows)
	for i := range t {
		t[i] = make([]float64, columns)
	}
	return t
}
