package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory"
	"nqm/theory/table"
)

// Expect returns the exact expected loss of each method on p from the start to
// the given number of steps, at the steps that Steps chooses.
// It panics on an invalid problem or method and on steps < 0.
//
// A long list of directions shows its progress; an interrupt returns the curves of
// the methods that were finished.
func Expect(p theory.Problem, steps int, methods ...theory.Method) []theory.Curve {
	return ExpectAt(p, Steps(steps), methods...)
}

// ExpectAt is Expect at chosen steps, which must increase and not be negative.
func ExpectAt(p theory.Problem, steps []int, methods ...theory.Method) []theory.Curve {
	if inBlocks(p) {
		return expectInBlocks(p, steps, methods)
	}
	return whole("expected loss", func() []theory.Curve {
		curves := make([]theory.Curve, len(methods))
		errs := make([]error, len(methods))
		parallel(len(methods), func(i int) {
			curves[i], errs[i] = theory.Expect(p, steps, methods[i])
		})
		for _, err := range errs {
			if err != nil {
				panic(err)
			}
		}
		return toldApart(curves, ofCurve)
	})
}

// toldApart gives results of methods that have the same text a number each, from the second on:
// a figure or a table of them tells no others apart.
func toldApart[R any](results []R, method func(*R) *string) []R {
	names := make([]string, len(results))
	for i := range results {
		names[i] = *method(&results[i])
	}
	for i, name := range table.Distinct(names) {
		*method(&results[i]) = name
	}
	return results
}

func ofCurve(c *theory.Curve) *string          { return &c.Method }
func ofSampled(c *theory.SampledCurve) *string { return &c.Method }

// SecondMoments returns E θ_i(t)² of every direction after t steps, exactly.
// It panics on an invalid problem or method and on t < 0.
func SecondMoments(p theory.Problem, t int, m theory.Method) []float64 {
	return must(theory.SecondMoments(p, t, m))
}

// Most points that Steps spends on the even and on the geometric part.
const evenSteps, geometricSteps = 200, 200

// Steps returns the steps at which a curve from 0 to last is worth a point:
// every step of a short run; of a long one, evenly and geometrically spaced
// steps together, so that the curve is smooth on a linear and on a logarithmic
// axis. The first is 0, the last is last. It panics if last < 0.
func Steps(last int) []int {
	if last < 0 {
		panic(badSteps(last))
	}
	return spread(last, evenSteps, geometricSteps)
}

// spread returns every step up to last, or so many evenly and so many geometrically
// spaced ones.
func spread(last, evenly, geometrically int) []int {
	if last <= evenly+geometrically {
		all := make([]int, last+1)
		for t := range all {
			all[t] = t
		}
		return all
	}
	var chosen []int
	for k := range evenly + 1 {
		chosen = append(chosen, int(float64(last)*(float64(k)/float64(evenly))))
	}
	for k := range geometrically {
		chosen = append(chosen, geometric(last, float64(k)/float64(geometrically)))
	}
	slices.Sort(chosen)
	return slices.Compact(chosen)
}

// geometric returns last^fraction, rounded.
func geometric(last int, fraction float64) int {
	return int(math.Round(math.Pow(float64(last), fraction)))
}

func badSteps(t int) error { return fmt.Errorf("nqmkit: %d steps: want 0 or more", t) }
