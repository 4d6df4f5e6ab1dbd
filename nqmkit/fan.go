package nqmkit

import (
	"slices"

	"nqm/theory"
)

// evenFan and geometricFan are how many steps of a run a fan is computed at, evenly
// and geometrically spaced.
const evenFan, geometricFan = 20, 28

// fanTogether is at how many steps each direction is followed once.
const fanTogether = 8

// LossFan returns the exact quantiles of 5, 25, 50, 75 and 95% of each method's loss
// on p from the start to the given number of steps, with its expectation: what single
// runs do, where Expect says what their average does. An interrupt keeps the steps
// done. It panics as Expect does, and under multiplicative noise, where the law of the
// loss is not known.
func LossFan(p theory.Problem, steps int, methods ...theory.Method) []theory.Fan {
	if steps < 0 {
		panic(badSteps(steps))
	}
	at := spread(steps, evenFan, geometricFan)
	methods = append([]theory.Method(nil), methods...)
	for i, m := range methods {
		if o, ok := m.(theory.Optimizer); ok {
			methods[i] = must(o.Over(steps))
		}
	}
	n := len(methods)
	parts := slices.Collect(slices.Chunk(at, fanTogether))
	points := inOrder("quantiles of the loss", n*len(parts), func(i int) theory.Fan {
		return must(theory.LossFan(p, parts[i/n], methods[i%n]))
	})
	fans := make([]theory.Fan, n)
	for i, point := range points[:len(points)/max(n, 1)*n] {
		fans[i%n] = joined(fans[i%n], point)
	}
	for i := range fans {
		fans[i].Partial = len(points) < n*len(parts)
	}
	return toldApart(fans, func(f *theory.Fan) *string { return &f.Method })
}

// joined is a fan with the steps of another after its own.
func joined(f, more theory.Fan) theory.Fan {
	if f.Steps == nil {
		return more
	}
	f.Steps, f.Samples, f.Mean = append(f.Steps, more.Steps...), append(f.Samples, more.Samples...), append(f.Mean, more.Mean...)
	for i, q := range more.Quantiles {
		f.Quantiles[i] = append(f.Quantiles[i], q...)
	}
	return f
}
