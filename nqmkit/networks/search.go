package networks

import (
	"cmp"
	"math"
	"slices"

	"nqm/theory"
)

// The learning rates of a search are 2^(k/rungs), as far as 2^octaves to both sides of
// the first.
const (
	rungs   = 4
	octaves = 10
)

// found is the result of a search.
type found struct {
	best  float64
	edge  string
	tried []theory.TriedRate // in increasing order of the rate
}

// searchRate looks for the learning rate of the fewest steps: from the grid's point next
// to the guess downhill in strides of √2 and then of 2^¼, until both neighbours of the
// best take more. Where nothing arrives it looks at ever more distant rates.
// On a grid, downhill is a search and no proof.
func searchRate(guess float64, steps func(rate float64) theory.TriedRate) found {
	centre := int(math.Round(rungs * math.Log2(guess)))
	low, high := centre-rungs*octaves, centre+rungs*octaves
	seen := map[int]theory.TriedRate{}
	look := func(k int) float64 {
		if k < low || k > high {
			return math.Inf(1)
		}
		if _, ok := seen[k]; !ok {
			seen[k] = steps(math.Exp2(float64(k) / rungs))
		}
		return seen[k].Steps
	}
	best := centre
	for away := rungs; math.IsInf(look(best), 1) && away <= rungs*octaves; away += rungs {
		for _, k := range []int{centre - away, centre + away} {
			if look(k) < look(best) {
				best = k
			}
		}
	}
	for stride := rungs / 2; stride >= 1 && !math.IsInf(look(best), 1); stride /= 2 {
		for moved := true; moved; {
			moved = false
			for _, k := range []int{best - stride, best + stride} {
				if look(k) < look(best) {
					best, moved = k, true
					break
				}
			}
		}
	}
	f := found{best: math.Exp2(float64(best) / rungs)}
	switch best {
	case low:
		f.edge = "smallest"
	case high:
		f.edge = "largest"
	}
	for _, t := range seen {
		f.tried = append(f.tried, t)
	}
	slices.SortFunc(f.tried, func(a, b theory.TriedRate) int { return cmp.Compare(a.LearningRate, b.LearningRate) })
	return f
}
