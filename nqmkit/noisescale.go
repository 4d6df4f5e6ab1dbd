package nqmkit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit/internal/random"
	"nqm/nqmkit/internal/rule"
	"nqm/theory"
)

// EstimateNoiseScale runs the usual estimators of the simple gradient noise scale
//
//	B_simple = tr C(θ) / |∇L(θ)|²
//
// on sampled gradients at one point, once in each trial, and returns their law
// beside the exact value (McCandlish et al. 2018, appendix A.1):
//
//	two batch sizes   one gradient of each size b < B:
//	                  |g|² ≈ (B |g_B|² - b |g_b|²) / (B - b)
//	                  tr C ≈ (|g_b|² - |g_B|²) / (1/b - 1/B)
//	per example       B gradients of one example, with mean ḡ:
//	                  tr C ≈ Σ |g_k - ḡ|² / (B-1)        |g|² ≈ |ḡ|² - tr C / B
//
// Both parts of each are free of bias, their quotient is not; it is 0 in a trial
// that saw no noise. It panics on an invalid problem, a point of another length,
// without gradient or with one beyond the range of numbers, or unless
// 1 <= small < big, whole numbers, and 2 or more trials.
func EstimateNoiseScale(p Quadratic, theta []float64, small, big int, runs Runs) []theory.ScaleEstimates {
	l := must(landscapeOf(p))
	if runs.Trials < 2 {
		panic(fmt.Errorf("nqmkit: %d trials: the law of an estimator wants 2 or more", runs.Trials))
	}
	if len(theta) != l.d || !allFinite(theta) {
		panic(fmt.Errorf("nqmkit: a point of %d parameters: want %d finite numbers", len(theta), l.d))
	}
	if small < 1 || small >= big {
		panic(fmt.Errorf("nqmkit: batch sizes %d and %d: want 1 <= small < big", small, big))
	}
	trace, square := gradientMoments(p, theta)
	if square == 0 {
		panic(fmt.Errorf("nqmkit: the gradient at the point is 0: the noise scale there is infinite"))
	}
	if !(float64(big)*(square+trace) < 1e300) {
		panic(fmt.Errorf("nqmkit: |∇L|² = %g and tr C = %g at the point: want both far below 1e300 / %d, so that nothing overflows", square, trace, big))
	}
	results := []theory.ScaleEstimates{
		estimates(l, runs, func(g ground) scaleParts { return twoBatches(g, theta, float64(small), float64(big)) }),
		estimates(l, runs, func(g ground) scaleParts { return perExample(g, theta, big) }),
	}
	results[0].Estimator = fmt.Sprintf("two batch sizes, %d and %d", small, big)
	results[1].Estimator = fmt.Sprintf("per example, %d", big)
	for i := range results {
		r := &results[i]
		r.Problem, r.Seed, r.Exact = p.String(), runs.Seed, trace/square
		r.Bias = r.Mean - r.Exact
	}
	return results
}

// PointAfter returns the parameters of the first run of a seed after t steps.
func PointAfter(p Quadratic, t int, seed uint64, m Sampler) []float64 {
	e := newExperiment(p, m, []int{t}, Trials(1, seed))
	w := begin("sampling "+e.name, e.units())
	defer w.end()
	b := must(newBlock(e.landscape, e.recipe, seed, 0, 1))
	if e.drive(w, b, func(int) {}) == 0 {
		panic(errInterrupted)
	}
	return append([]float64(nil), b.at(0)...)
}

// scaleParts are the estimates of tr C and |g|² in one trial.
type scaleParts struct{ trace, square float64 }

// estimates runs an estimator in every trial.
func estimates(l landscape, runs Runs, estimate func(g ground) scaleParts) theory.ScaleEstimates {
	parts := make([]scaleParts, runs.Trials)
	parallel(runs.Trials, func(trial int) {
		g := must(l.lay(1, 0))
		own := random.New(runs.Seed, trial, random.ForScales) // not the noise that led to the point
		g.begin(make([]float64, l.d), own.Next(), trial)
		parts[trial] = estimate(g)
	})
	quotients := make([]float64, runs.Trials)
	var sum scaleParts
	negative := 0
	for i, v := range parts {
		if v.trace != 0 { // where no noise was seen the estimate is 0, of no gradient too
			quotients[i] = v.trace / v.square
		}
		sum.trace += v.trace
		sum.square += v.square
		if v.square <= 0 {
			negative++
		}
	}
	mean, stdErr := meanStdErr(quotients)
	q := quantiles(quotients, 0.05, 0.5, 0.95)
	n := float64(runs.Trials)
	return theory.ScaleEstimates{
		Mean: mean, StdDev: stdErr * math.Sqrt(n), Low: q[0], Median: q[1], High: q[2],
		BiasStdErr: stdErr, Pooled: sum.trace / sum.square,
		Negative: float64(negative) / n, Trials: runs.Trials,
	}
}

func twoBatches(g ground, theta []float64, small, big float64) scaleParts {
	slope := make([]float64, len(theta))
	g.gradient(theta, slope, small)
	ofSmall := rule.Product(slope, slope)
	g.gradient(theta, slope, big)
	ofBig := rule.Product(slope, slope)
	return scaleParts{
		trace:  (ofSmall - ofBig) / (1/small - 1/big),
		square: (big*ofBig - small*ofSmall) / (big - small),
	}
}

func perExample(g ground, theta []float64, n int) scaleParts {
	slope, mean := make([]float64, len(theta)), make([]float64, len(theta))
	squares := 0.0
	for range n {
		g.gradient(theta, slope, 1)
		squares += rule.Product(slope, slope)
		for i, v := range slope {
			mean[i] += v / float64(n)
		}
	}
	ofMean := rule.Product(mean, mean)
	trace := (squares - float64(n)*ofMean) / float64(n-1)
	return scaleParts{trace: trace, square: ofMean - trace/float64(n)}
}

// gradientMoments returns tr C(θ) of one example and |∇L(θ)|².
func gradientMoments(q Quadratic, theta []float64) (trace, square float64) {
	switch p := q.(type) {
	case Noisy:
		return gradientMoments(p.Problem, theta)
	case Dense:
		var slope mat.VecDense
		slope.MulVec(p.Hessian, mat.NewVecDense(len(theta), theta))
		if p.Noise != nil {
			trace = mat.Trace(p.Noise)
		}
		square = mat.Dot(&slope, &slope)
		if p.Streaming { // Cov x(x'θ) = Hθθ'H + H θ'Hθ
			trace += square + mat.Trace(p.Hessian)*mat.Dot(mat.NewVecDense(len(theta), theta), &slope)
		}
		return trace, square
	case theory.Problem:
		b := must(newBowl(p))
		var sum, twice float64 // tr H, θ'Hθ
		for i, h := range b.curvature {
			trace += b.noise[i] * b.noise[i]
			square += h * h * theta[i] * theta[i]
			sum += h
			twice += h * theta[i] * theta[i]
		}
		if p.Streaming { // Cov x(x'θ) = Hθθ'H + H θ'Hθ
			trace += square + sum*twice
		}
	}
	return trace, square
}
