package atlas

import (
	"slices"

	"nqm/nqmkit"
	"nqm/theory"
)

// What the paper's experiments on the noisy quadratic have in common.
const (
	dimension = 10_000
	target    = 0.01
	bins      = 100 // of the spectrum in its published notebook
)

var (
	powers  = []float64{0, 0.25, 0.5, 0.75}
	batches = powersOfFour(1, 10)
)

func powersOfFour(from, to int) []float64 {
	var b []float64
	for k := from; k <= to; k++ {
		b = append(b, float64(int(1)<<(2*k)))
	}
	return b
}

// both makes two figures of one: of the exact spectrum, and of the published
// one for comparison.
func both(name, about string, draw func(p theory.Problem) drawn) []Figure {
	return []Figure{
		{name, about, func() drawn { return draw(nqmkit.PowerLaw(dimension, 1)) }},
		{name + "-published", about + "; spectrum in 100 bins, as published", func() drawn { return draw(nqmkit.PublishedBins(dimension, bins)) }},
	}
}

// scalingOf puts curves with their certificates into one picture with the bounds.
func scalingOf(p theory.Problem, batches []float64, curves ...theory.ScalingCurve) theory.Scaling {
	summary := nqmkit.Summary(p)
	return theory.Scaling{
		Problem: p.String(), Target: target, BatchSizes: batches, Curves: curves,
		BayesSamples:      must(theory.BayesSamples(p, target)),
		MaximumLikelihood: summary.Dimension / (2 * target), // C = H
	}
}

// perfect fills in what the points of a curve say of perfect scaling.
func perfect(c theory.ScalingCurve) theory.ScalingCurve {
	samples := func(t theory.Tuned) float64 { return t.Samples() }
	least := slices.MinFunc(c.Points, func(a, b theory.Tuned) int { return int(min(1, max(-1, samples(a)-samples(b)))) })
	few := slices.MinFunc(c.Points, func(a, b theory.Tuned) int { return a.Steps.Steps - b.Steps.Steps })
	c.Perfect, c.Fewest = samples(least), few.Steps.Steps
	return c
}
