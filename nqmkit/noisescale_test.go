package nqmkit_test

import (
	"fmt"
	"math"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
	"nqm/theory/longtest"
)

// On every kind of problem, the pooled quotient tends to the exact scale, and
// with large batches so does each estimate.
func TestNoiseScaleEstimators(t *testing.T) {
	theta := []float64{1, -1, 2}
	regular := theory.Problem{Curvature: []float64{2, 0.5, 1}, Noise: []float64{1, 3, 0.5}}
	problems := []nqmkit.Quadratic{
		regular, misaligned(), nqmkit.Rotated(regular, 25), nqmkit.StudentT(regular, 9), streaming(theory.Problem{Curvature: []float64{2, 0.5, 1}, Noise: []float64{2, 0.5, 1}}),
		labelled(), streamingMisaligned(),
	}
	if !longtest.Wanted() {
		problems = problems[:2]
	}
	for _, p := range problems {
		for _, e := range nqmkit.EstimateNoiseScale(p, theta, 4, 400, nqmkit.Trials(40_000, 1)) {
			if math.Abs(e.Pooled/e.Exact-1) > 0.03 {
				t.Errorf("%v, %s: pooled %.4f, exact %.4f", p, e.Estimator, e.Pooled, e.Exact)
			}
			if !(e.Low < e.Exact && e.Exact < e.High) {
				t.Errorf("%v, %s: 90%% of the estimates in %.3f..%.3f, exact %.3f", p, e.Estimator, e.Low, e.High, e.Exact)
			}
		}
	}
}

// Noise of two values can cancel a gradient and itself: such a trial saw no
// noise. Half of the trials do, of two gradients 0 or two gradients 2; the others
// estimate |g|² = 0.
func TestNoiseScaleWhereATrialSeesNoNoise(t *testing.T) {
	p := nqmkit.Rademacher(theory.Problem{Curvature: []float64{1}, Noise: []float64{1}})
	e := nqmkit.EstimateNoiseScale(p, []float64{1}, 1, 2, nqmkit.Trials(1000, 1))[1]
	if e.Low != 0 || e.High != math.Inf(1) || e.Mean != math.Inf(1) || math.IsNaN(e.StdDev) {
		t.Errorf("%+v", e)
	}
}

// Bias and spread of the per-example estimate against their leading terms.
func TestPerExampleBiasAndSpread(t *testing.T) {
	// One direction: g = 1, c = 1, exact scale 1. With ḡ = 1 + ε/√B the square
	// is 1 + 2ε/√B + (ε²-τ)/B, τ the trace, so that to order 1/B:
	// quotient = τ (1 - 2ε/√B + (4ε² - ε² + τ)/B): mean 1 + 4/B, variance
	// 4/B + var τ = 4/B + 2/(B-1).
	p := theory.Problem{Curvature: []float64{1}, Noise: []float64{1}}
	const big = 2000
	runs := nqmkit.Trials(40_000, 5)
	if !longtest.Wanted() {
		runs.Trials = 10_000
	}
	e := nqmkit.EstimateNoiseScale(p, []float64{1}, 1, big, runs)[1]
	if z := (e.Bias - 4.0/big) / e.BiasStdErr; math.Abs(z) > 4.5 {
		t.Errorf("bias %v ± %v, want %v", e.Bias, e.BiasStdErr, 4.0/big)
	}
	if want := math.Sqrt(4.0/big + 2.0/(big-1)); math.Abs(e.StdDev/want-1) > 0.03 {
		t.Errorf("spread %v, want %v", e.StdDev, want)
	}
}

func TestPointAfterIsThePathsPoint(t *testing.T) {
	p := nqmkit.TwoDirections(50, 1)
	path := nqmkit.Paths(p, 30, nqmkit.Trials(1, 9), nqmkit.Momentum(0.005, 0.9))[0].Theta[0]
	point := nqmkit.PointAfter(p, 30, 9, nqmkit.Momentum(0.005, 0.9))
	if point[0] != path[0][30] || point[1] != path[1][30] {
		t.Errorf("%v, by the path (%v, %v)", point, path[0][30], path[1][30])
	}
}

func ExampleEstimateNoiseScale() {
	p := nqmkit.PowerLaw(100, 1)
	theta := nqmkit.PointAfter(p, 20, 1, nqmkit.SGD(0.3))
	for _, e := range nqmkit.EstimateNoiseScale(p, theta, 8, 512, nqmkit.Trials(2000, 1)) {
		fmt.Printf("%s: median %.1f, 90%% in %.1f to %.1f, exact %.1f\n", e.Estimator, e.Median, e.Low, e.High, e.Exact)
	}
	// Output:
	// two batch sizes, 8 and 512: median 20.5, 90% in 7.7 to 54.8, exact 23.4
	// per example, 512: median 23.6, 90% in 18.3 to 31.2, exact 23.4
}
