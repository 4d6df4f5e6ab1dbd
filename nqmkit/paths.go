package nqmkit

import (
	"fmt"
	"slices"

	"nqm/theory"
)

// maxPathNumbers bounds what Paths keeps: 8 bytes each.
const maxPathNumbers = 1 << 27

// Paths samples a few runs of each method on p and keeps every coordinate at
// every step, with the expected coordinates beside them where they have a
// closed form. It panics as Sample does, and where the paths would take more
// than 1 GB.
func Paths(p Quadratic, steps int, runs Runs, methods ...Sampler) []theory.Paths {
	if steps < 0 {
		panic(badSteps(steps))
	}
	at := make([]int, steps+1)
	for t := range at {
		at[t] = t
	}
	var paths []theory.Paths
	for _, m := range methods {
		path := samplePaths(p, m, at, runs)
		paths = append(paths, path)
		if path.Partial {
			break
		}
	}
	return toldApart(paths, func(p *theory.Paths) *string { return &p.Method })
}

func samplePaths(p Quadratic, m Sampler, steps []int, runs Runs) theory.Paths {
	e := newExperiment(p, m, steps, runs)
	d := e.landscape.d
	if float64(d)*float64(len(steps))*float64(runs.Trials) > maxPathNumbers {
		panic(fmt.Errorf("nqmkit: paths of %d runs, %d coordinates and %d steps do not fit in 1 GB: ask for fewer, or use Sample", runs.Trials, d, len(steps)))
	}
	theta := make([][][]float64, runs.Trials)
	w := begin("sampling paths of "+e.name, e.units())
	defer w.end()
	finished := make([]bool, runs.Trials)
	parallelBlocks(e, w, func(b *block) {
		for lane := range b.lanes {
			theta[b.first+lane] = newRows(d, len(steps))
		}
		looks := e.drive(w, b, func(k int) {
			for lane := range b.lanes {
				for i, v := range b.at(lane) {
					theta[b.first+lane][i][k] = v
				}
			}
		})
		for lane := range b.lanes {
			finished[b.first+lane] = looks == len(steps)
		}
	})
	var whole [][][]float64
	for i, path := range theta {
		if finished[i] {
			whole = append(whole, path)
		}
	}
	if len(whole) == 0 {
		panic(errInterrupted)
	}
	return theory.Paths{
		Problem: p.String(), Method: m.String(), Family: m.Family(),
		Curvature: e.landscape.curvature, Hessian: planeHessian(p), Steps: slices.Clone(steps),
		Theta: whole, Mean: e.expectedPath(p, m), Seed: runs.Seed, Partial: len(whole) < runs.Trials,
	}
}

// planeHessian returns the Hessian of a dense problem of two coordinates, for
// whoever draws it, and nil of others.
func planeHessian(q Quadratic) [][]float64 {
	switch p := q.(type) {
	case Noisy:
		return planeHessian(p.Problem)
	case Dense:
		if p.Hessian.SymmetricDim() == 2 {
			return [][]float64{{p.Hessian.At(0, 0), p.Hessian.At(0, 1)}, {p.Hessian.At(1, 0), p.Hessian.At(1, 1)}}
		}
	}
	return nil
}

// expectedPath returns E θ_i(t) for each coordinate and step, nil if there is
// no closed form of it in these coordinates.
func (e experiment) expectedPath(q Quadratic, s Sampler) [][]float64 {
	m, ok := s.(theory.Method)
	p, err := closedFormOf(q)
	if !ok || err != nil || e.landscape.curvature == nil {
		return nil
	}
	steps := e.steps
	if o, ok := m.(theory.Optimizer); ok {
		m = must(o.Over(steps[len(steps)-1]))
	}
	var mean [][]float64
	for i := range p.Len() {
		d := p.Direction(i)
		path := make([]float64, len(steps))
		if d.Mean != 0 {
			mode := m.Mode(d.Curvature, d.Noise)
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
