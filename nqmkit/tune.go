package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory"
)

// Free marks a setting that Tune and BatchScaling are to choose, as in
// Momentum(Free, Free).
var Free = theory.Free

// Tune returns the settings with which m reaches the target in the fewest
// steps, all that are Free chosen together, with the certificate and, where it is to be
// had, a proof that none take fewer: see theory.Search and theory.Prove. It panics if no setting is Free, and unless the target is a finite
// number > 0.
func Tune(p theory.Problem, target float64, m theory.Optimizer) theory.Tuned {
	return whole("tuning", func() theory.Tuned { return must(theory.Tune(p, target, m, 0)) })
}

// TuneLoss returns the settings with the lowest expected loss after a number of
// steps >= 1. It panics as Tune does.
func TuneLoss(p theory.Problem, steps int, m theory.Optimizer) theory.Tuned {
	return whole("tuning the loss", func() theory.Tuned { return must(theory.TuneLoss(p, steps, m)) })
}

// Prove goes on with the proof of an answer of Tune, TuneLoss or BatchScaling on the same
// problem, up to so many intervals: see theory.Prove. It panics on an invalid problem.
func Prove(p theory.Problem, answer theory.Tuned, intervals int) theory.Tuned {
	return whole("proving", func() theory.Tuned { return must(theory.Prove(p, answer, intervals)) })
}

// BatchScaling returns the steps to the target at each batch size for each
// method, whose free settings are tuned anew at every point, with perfect
// scaling, maximal parallelism, critical batch sizes and bounds: see
// theory.NewScaling. A method without a free setting is taken as it is. The
// batch sizes of the methods do not matter. Points are computed on all cores, by
// theory.Search, which does not prove them: Prove does, one at a time. An interrupt keeps
// those of the batch sizes done.
//
// It panics without a method or a batch size, on a batch size below 1, and as
// Tune does.
func BatchScaling(p theory.Problem, target float64, batchSizes []float64, methods ...theory.Optimizer) theory.Scaling {
	sizes := slices.Clone(batchSizes)
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	if err := checkScaling(sizes, methods); err != nil {
		panic(err)
	}
	n := len(methods)
	points := divided("batch scaling", n*len(sizes), func(i int) theory.Tuned {
		return scalingPoint(p, target, methods[i%n].Batch(sizes[i/n]))
	})
	curves := make([]theory.ScalingCurve, n)
	for k, m := range methods {
		curves[k].Family = m.Family()
		for i := k; i < len(points); i += n {
			curves[k].Points = append(curves[k].Points, points[i])
		}
	}
	return must(theory.NewScaling(p, target, sizes, curves))
}

func checkScaling(sizes []float64, methods []theory.Optimizer) error {
	if len(methods) == 0 {
		return fmt.Errorf("nqmkit: batch scaling of no method: give at least one")
	}
	if len(sizes) == 0 {
		return fmt.Errorf("nqmkit: batch scaling without a batch size: give at least one, as in PowersOfTwo(2, 20)")
	}
	for _, b := range sizes {
		if !(b >= 1) || math.IsInf(b, 0) {
			return fmt.Errorf("nqmkit: batch size %v: want a finite number >= 1", b)
		}
	}
	return nil
}

// scalingPoint tunes a method, or answers for one without free settings.
func scalingPoint(p theory.Problem, target float64, m theory.Optimizer) theory.Tuned {
	if m.HasFree() {
		return must(theory.Search(p, target, m, 0))
	}
	s := StepsToTarget(p, target, m)
	return theory.Tuned{Problem: s.Problem, Family: s.Family, Optimizer: m, Target: target, Steps: s, BestBefore: s.Before, Evaluations: s.Evaluations}
}

// PowersOfTwo returns 2^from, 2^(from+1), ..., 2^to, batch sizes for
// BatchScaling. It panics unless 0 <= from <= to <= 62.
func PowersOfTwo(from, to int) []float64 {
	if from < 0 || to < from || to > 62 {
		panic(fmt.Errorf("nqmkit: powers of two from %d to %d: want 0 <= from <= to <= 62", from, to))
	}
	var b []float64
	for k := from; k <= to; k++ {
		b = append(b, math.Ldexp(1, k))
	}
	return b
}
