package theory_test

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"nqm/theory"
)

func ExampleExpect() {
	p, _ := theory.PowerLaw(10_000, 1)
	for _, m := range []theory.Method{theory.SGD(0.3), theory.Momentum(0.03, 0.9), theory.SGD(0.3).EMA(0.99)} {
		c, _ := theory.Expect(p, []int{0, 100, 5000}, m)
		fmt.Printf("%v: %.4f\n", m, c.Loss)
	}
	// Output:
	// SGD α=0.3: [4.8938 2.6852 1.1398]
	// momentum α=0.03, β=0.9: [4.8938 2.6828 1.1201]
	// SGD α=0.3, EMA γ=0.99: [4.8938 3.1210 0.8267]
}

func ExampleExpect_parts() {
	p, _ := theory.TwoDirections(50, 1)
	c, _ := theory.Expect(p, []int{200}, theory.SGD(0.02))
	fmt.Printf("loss %.6f = %.6f left of the start + %.6f noise, ± %.4f; floor %.6f\n",
		c.Loss[0], c.Bias[0], c.Noise[0], c.StdDev[0], c.Floor)
	// Output:
	// loss 0.505204 = 0.000155 left of the start + 0.505049 noise, ± 0.7071; floor 0.505051
}

func ExampleExpectedLoss() {
	p, _ := theory.PowerLaw(1_000_000_000_000, 1)
	loss, _ := theory.ExpectedLoss(p, 1_000_000, theory.Momentum(0.03, 0.9).Batch(64))
	fmt.Printf("%.6f\n", loss)
	// Output:
	// 6.891522
}

func ExampleSecondMoments() {
	p, _ := theory.TwoDirections(50, 1)
	s, _ := theory.SecondMoments(p, 200, theory.SGD(0.02))
	fmt.Printf("%.6f\n", s)
	// Output:
	// [0.020000 0.010407]
}

func ExampleMoments() {
	p, _ := theory.TwoDirections(50, 1)
	all, _ := theory.Moments(p, 50, theory.Momentum(0.005, 0.9))
	for _, m := range all {
		fmt.Printf("mean %.4f, variance %.4f\n", m.Mean, m.Variance)
	}
	// Output:
	// mean 0.0483, variance 0.0266
	// mean -0.0142, variance 0.0249
}

func ExampleSteadyState() {
	p, _ := theory.List(9, 1)
	loss, second, _ := theory.SteadyState(p, theory.Momentum(0.25, 0.25))
	fmt.Printf("%.4f %.4f\n", loss, second)
	// Output:
	// 7.5926 [1.6667 0.1852]
}

func ExampleRateOf() {
	p, _ := theory.LogUniform(100, 10, 0.1)
	for _, m := range []theory.Method{theory.SGD(0.1), theory.Momentum(0.1, 0.8)} {
		r, _ := theory.RateOf(p, m)
		fmt.Printf("%v: radius %.4f in a direction that is %v\n", m, r.Radius, r.Slowest.Regime)
	}
	// Output:
	// SGD α=0.1: radius 0.9900 in a direction that is monotone
	// momentum α=0.1, β=0.8: radius 0.9270 in a direction that is monotone
}

func ExampleDampingOf() {
	for _, h := range []float64{0.01, 0.25, 1, 9, 12} {
		d, _ := theory.DampingOf(theory.Momentum(0.25, 0.25), h)
		fmt.Printf("h = %g: %v, radius %.4f\n", h, d.Regime, d.Radius)
	}
	// Output:
	// h = 0.01: monotone, radius 0.9967
	// h = 0.25: monotone, radius 0.9140
	// h = 1: critical, radius 0.5000
	// h = 9: critical, radius 0.5000
	// h = 12: unstable, radius 1.5931
}

func ExampleStabilityLimit() {
	p, _ := theory.PowerLaw(1000, 1)
	for _, o := range []theory.Optimizer{theory.SGD(1), theory.Momentum(1, 0.9), theory.Nesterov(1, 0.9), theory.SGD(1).Lookahead(5, 0.5)} {
		limit, _ := theory.StabilityLimit(p, o)
		fmt.Printf("%s: %.4f\n", o.Family(), limit)
	}
	p.Streaming = true
	limit, _ := theory.StabilityLimit(p, theory.SGD(1))
	fmt.Printf("SGD with multiplicative noise: %.4f\n", limit)
	// Output:
	// SGD: 2.0000
	// momentum: 3.8000
	// Nesterov: 1.3571
	// SGD with Lookahead: 2.2457
	// SGD with multiplicative noise: 0.2502
}

func ExampleEffectiveLearningRate() {
	about, exactly, _ := theory.EffectiveLearningRate(theory.Momentum(0.001, 0.9), 1)
	fmt.Printf("%.6f, exactly %.6f\n", about, exactly)
	_, _, err := theory.EffectiveLearningRate(theory.Momentum(0.1, 0.9), 1)
	fmt.Println(err)
	// Output:
	// 0.010000, exactly 0.011127
	// theory: no effective learning rate at curvature 1: the direction is ringing, and only one that is overdamped resembles SGD
}

func ExampleBestMomentum() {
	p, _ := theory.LogUniform(50, 1, 0.01)
	best, _ := theory.BestMomentum(p)
	fmt.Printf("α = %.4f, β = %.4f, radius %.4f\n", best.Optimizer.LearningRate, best.Optimizer.Momentum, best.Radius)
	// Output:
	// α = 3.3058, β = 0.6694, radius 0.8182
}

func ExampleLossQuantiles() {
	p, _ := theory.TwoDirections(50, 1)
	q, _ := theory.LossQuantiles(p, 200, theory.SGD(0.02), 0.05, 0.5, 0.95)
	fmt.Printf("%.4f\n", q)
	// Output:
	// [0.0058 0.2328 1.9260]
}

func ExampleLossProbability() {
	p, _ := theory.TwoDirections(50, 1)
	share, _ := theory.LossProbability(p, 200, theory.SGD(0.02), 1)
	fmt.Printf("%.4f\n", share)
	// Output:
	// 0.8416
}

func ExampleSummaryOf() {
	p, _ := theory.PowerLaw(10_000, 1)
	s, _ := theory.SummaryOf(p)
	fmt.Printf("κ = %.0f, tr H = %.4f, effective dimension %.1f, B_simple %.4f, B_noise %.4f\n",
		s.Condition, s.TraceH, s.EffectiveDimension, s.SimpleNoiseScale, s.NoiseScale)
	// Output:
	// κ = 10000, tr H = 9.7876, effective dimension 58.2, B_simple 5.9505, B_noise 1.3683
}

func ExampleNoiseScalesOf() {
	p, _ := theory.PowerLaw(10_000, 1)
	s, _ := theory.NoiseScalesOf(p, []int{0, 10, 100}, theory.SGD(0.3))
	fmt.Printf("%.2f\n", s.Noise)
	// Output:
	// [1.37 7.19 7.87]
}

func ExampleBayesSamples() {
	p, _ := theory.PowerLaw(10_000, 1)
	n, _ := theory.BayesSamples(p, 0.01)
	fmt.Printf("%.0f samples, and not d/(2·0.01) = 500000\n", math.Floor(n))
	// Output:
	// 495016 samples, and not d/(2·0.01) = 500000
}

func ExampleBayesGap() {
	p, _ := theory.PowerLaw(10_000, 1)
	g, _ := theory.BayesGap(p, []int{10, 100, 1000}, theory.SGD(0.3).Batch(4))
	fmt.Printf("%.2f times the bound\n", g.Ratio)
	// Output:
	// [1.26 1.46 2.06] times the bound
}

func ExamplePaperBound() {
	p, _ := theory.TwoDirections(50, 1)
	m := theory.Momentum(0.005, 0.9)
	bound, _ := theory.PaperBound(p, []int{1, 100}, m)
	c, _ := theory.Expect(p, []int{1, 100}, m)
	fmt.Printf("%.4f <= %.4f\n", c.Loss, bound)
	// Output:
	// [14.5888 0.6815] <= [15.2390 0.6815]
}

func ExampleLinear() {
	// Heavy ball as one's own method, in θ and v.
	mine := func(alpha, beta float64) theory.Linear {
		return theory.Linear{Name: "mine", System: func(h float64) theory.System {
			return theory.System{
				State:   [][]float64{{1 - alpha*h, -alpha * beta}, {h, beta}},
				Noise:   []float64{-alpha, 1},
				Readout: []float64{1, 0},
			}
		}}
	}
	p, _ := theory.PowerLaw(10_000, 1)
	a, _ := theory.ExpectedLoss(p, 1000, mine(0.03, 0.9))
	b, _ := theory.ExpectedLoss(p, 1000, theory.Momentum(0.03, 0.9))
	fmt.Printf("%.10f %.10f\n", a, b)
	// Output:
	// 1.7118421474 1.7118421474
}

func ExampleOptimizer_Cosine() {
	p, _ := theory.PowerLaw(10_000, 1)
	for _, m := range []theory.Method{theory.SGD(0.5), theory.SGD(0.5).Cosine(), theory.SGD(0.5).WSD(100, 1000)} {
		loss, _ := theory.ExpectedLoss(p, 5000, m)
		fmt.Printf("%v: %.4f\n", m, loss)
	}
	// Output:
	// SGD α=0.5: 1.4969
	// SGD α=0.5, cosine 1 to 0: 0.7645
	// SGD α=0.5, linear 0 to 1 in 100 steps then constant then linear 1 to 0 in 1000 steps: 0.7843
}

func ExampleOptimizer_Segments() {
	p, _ := theory.List(1)
	m := theory.SGD(0.5).Segments(
		theory.Segment{Steps: 1, From: 1, BatchSize: 1},
		theory.Segment{Steps: 1, From: 1, BatchSize: 2})
	loss, _ := theory.ExpectedLoss(p, 2, m)
	fmt.Println(loss)
	// Output:
	// 0.125
}

func ExampleOptimizer_Precondition() {
	// Newton's method with learning rate 1/t attains d/(2Bt).
	p, _ := theory.List(5, 4, 3, 2, 1)
	loss, _ := theory.ExpectedLoss(p, 10, theory.SGD(1).Precondition(1).InverseTime(1).Batch(4))
	fmt.Printf("%.4f\n", loss)
	// Output:
	// 0.0625
}

func ExampleDense() {
	h := mat.NewSymDense(2, []float64{2, 1, 1, 2})
	c := mat.NewSymDense(2, []float64{1, 0, 0, 3}) // misaligned with H
	p, _ := theory.Dense(h, c, nil, 1)
	fmt.Printf("h = %.4f, c = %.4f\n", p.Curvature, p.Noise)
	// Output:
	// h = [3.0000 1.0000], c = [2.0000 2.0000]
}

func ExampleSourceCondition() {
	p, _ := theory.SourceCondition(1_000_000, 1.2, 0.8, true)
	c, _ := theory.Expect(p, []int{0, 1000}, theory.SGD(0.5))
	fmt.Printf("%v: %.6f\n", p, c.Loss)
	// Output:
	// power law, h = i^-1.2, d = 1000000; h E θ(0)² = i^-0.8: [37.403565 31.268917]
}

func ExampleTorch() {
	fmt.Println(theory.Torch{LearningRate: 0.1, Momentum: 0.9, Dampening: 0.5})
	fmt.Println(theory.FromAveraged(0.1, 0.9))
	// Output:
	// torch SGD lr=0.1, momentum=0.9, dampening=0.5
	// momentum α=0.01, β=0.9
}

func ExampleProblem_streaming() {
	// The same direction with label noise only, and with streaming least squares.
	p, _ := theory.List(1, 0.5, 0.25)
	additive, _ := theory.Expect(p, []int{100}, theory.SGD(0.3))
	p.Streaming = true
	streaming, _ := theory.Expect(p, []int{100}, theory.SGD(0.3))
	fmt.Printf("floors %.4f and %.4f\n", additive.Floor, streaming.Floor)
	// Output:
	// floors 0.1483 and 0.2611
}

// The numbers are 25.5 = (50 + 1)/2, 51/2501 and 2501/125001, and those of the
// examples above.
func ExampleCurve_String() {
	p, _ := theory.TwoDirections(50, 1)
	curve, _ := theory.Expect(p, []int{0, 200}, theory.SGD(0.02))
	summary, _ := theory.SummaryOf(p)
	fmt.Println(curve)
	fmt.Println(summary)
	// Output:
	// SGD α=0.02 on two directions, h = (50, 1): loss 25.5 at t = 0, 0.505204 at t = 200, floor 0.505051
	// two directions, h = (50, 1): 2 directions, h from 1 to 50, trace of H 51, loss 25.5 at the start, B_simple 0.0203918, B_noise 0.0200078 there
}
