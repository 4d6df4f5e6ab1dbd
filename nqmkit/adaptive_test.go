package nqmkit_test

import (
	"math"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// The papers' updates, written for one coordinate at a time as they are
// printed, with time from 1. Each is given its memory (two numbers a
// coordinate), and returns the new parameter.
var papers = map[string]struct {
	method nqmkit.Sampler
	update func(t, theta, g float64, memory *[2]float64) float64
}{
	"Adam (Kingma and Ba, algorithm 1)": {nqmkit.Adam(0.05), func(t, theta, g float64, memory *[2]float64) float64 {
		const alpha, beta1, beta2, epsilon = 0.05, 0.9, 0.999, 1e-8
		memory[0] = beta1*memory[0] + (1-beta1)*g
		memory[1] = beta2*memory[1] + (1-beta2)*g*g
		first := memory[0] / (1 - math.Pow(beta1, t))
		second := memory[1] / (1 - math.Pow(beta2, t))
		return theta - alpha*first/(math.Sqrt(second)+epsilon)
	}},
	"AdamW (Loshchilov and Hutter, algorithm 2)": {nqmkit.AdamW(0.05, 0.1), func(t, theta, g float64, memory *[2]float64) float64 {
		const alpha, beta1, beta2, epsilon, lambda = 0.05, 0.9, 0.999, 1e-8, 0.1
		memory[0] = beta1*memory[0] + (1-beta1)*g
		memory[1] = beta2*memory[1] + (1-beta2)*g*g
		first := memory[0] / (1 - math.Pow(beta1, t))
		second := memory[1] / (1 - math.Pow(beta2, t))
		return theta - alpha*first/(math.Sqrt(second)+epsilon) - alpha*lambda*theta
	}},
	"RMSProp (Tieleman and Hinton, lecture 6.5)": {nqmkit.RMSProp(0.01), func(_, theta, g float64, memory *[2]float64) float64 {
		memory[0] = 0.9*memory[0] + 0.1*g*g
		return theta - 0.01*g/(math.Sqrt(memory[0])+1e-8)
	}},
	"Adagrad (Duchi, Hazan, Singer, figure 1)": {nqmkit.Adagrad(0.5), func(_, theta, g float64, memory *[2]float64) float64 {
		memory[0] += g * g
		return theta - 0.5*g/(1e-10+math.Sqrt(memory[0]))
	}},
	"sign descent (Bernstein et al., algorithm 1)": {nqmkit.SignSGD(0.01), func(_, theta, g float64, _ *[2]float64) float64 {
		if g > 0 {
			return theta - 0.01
		}
		return theta + 0.01
	}},
	"Adam along a cosine over the run of 300": {nqmkit.Adam(0.05).Cosine(), func(t, theta, g float64, memory *[2]float64) float64 {
		alpha := 0.05 * 0.5 * (1 + math.Cos(math.Pi*(t-1)/300))
		memory[0] = 0.9*memory[0] + 0.1*g
		memory[1] = 0.999*memory[1] + 0.001*g*g
		return theta - alpha*memory[0]/(1-math.Pow(0.9, t))/(math.Sqrt(memory[1]/(1-math.Pow(0.999, t)))+1e-8)
	}},
	"sign descent with rates 1/t": {nqmkit.SignSGD(0.2).InverseTime(1), func(t, theta, g float64, _ *[2]float64) float64 {
		return theta - math.Copysign(0.2/t, g)
	}},
	"Adagrad with warm-up, then a tenth": {
		nqmkit.Adagrad(0.5).Segments(nqmkit.Segment{Steps: 10, Shape: theory.LinearRate, To: 1}, nqmkit.Segment{From: 0.1}),
		func(t, theta, g float64, memory *[2]float64) float64 {
			memory[0] += g * g
			alpha := 0.05
			if t <= 10 {
				alpha = 0.05 * (t - 1)
			}
			return theta - alpha*g/(1e-10+math.Sqrt(memory[0]))
		},
	},
	"Adam, other settings, batch of 4": {
		func() nqmkit.Sampler {
			m := nqmkit.Adam(0.02).Batch(4)
			m.Beta1, m.Beta2, m.Epsilon = 0.5, 0.9, 0.01
			return m
		}(),
		func(t, theta, g float64, memory *[2]float64) float64 {
			memory[0] = 0.5*memory[0] + 0.5*g
			memory[1] = 0.9*memory[1] + 0.1*g*g
			return theta - 0.02*memory[0]/(1-math.Pow(0.5, t))/(math.Sqrt(memory[1]/(1-math.Pow(0.9, t)))+0.01)
		}},
}

// literally makes a method of a paper's update for one coordinate.
func literally(batch float64, update func(t, theta, g float64, memory *[2]float64) float64) nqmkit.CustomMethod {
	return nqmkit.Custom("paper", func() nqmkit.Update {
		memory := map[int]*[2]float64{}
		return func(t int, theta, gradient []float64) []float64 {
			for i := range theta {
				if memory[i] == nil {
					memory[i] = new([2]float64)
				}
				theta[i] = update(float64(t+1), theta[i], gradient[i], memory[i])
			}
			return theta
		}
	}).Batch(batch)
}

// With the same noise, each method takes the steps of its paper, on a diagonal
// and on a rotated problem.
func TestAdaptiveMethodsFollowTheirPapers(t *testing.T) {
	two := nqmkit.TwoDirections(50, 1)
	for name, paper := range papers {
		batch := 1.0
		if strings.Contains(name, "batch of 4") {
			batch = 4
		}
		for _, p := range []nqmkit.Quadratic{two, nqmkit.Rotated(two, 30)} {
			both := nqmkit.Paths(p, 300, nqmkit.Trials(2, 5), paper.method, literally(batch, paper.update))
			for run, theta := range both[0].Theta {
				for i := range theta {
					for k, got := range theta[i] {
						if want := both[1].Theta[run][i][k]; math.Abs(got-want) > 1e-10*(1+math.Abs(want)) {
							t.Fatalf("%s on %v: θ[%d] after %d steps is %v, by the paper %v", name, p, i, k, got, want)
						}
					}
				}
			}
		}
	}
}

// SGD's loss does not depend on the axes, Adam's does: the reason for Rotated.
func TestAdamSeesTheAxesAndSGDDoesNot(t *testing.T) {
	p := nqmkit.TwoDirections(50, 0.5)
	at := []int{150}
	difference := func(m nqmkit.Sampler) float64 {
		straight := nqmkit.SampleAt(p, at, nqmkit.Trials(2000, 1), m)[0]
		turned := nqmkit.SampleAt(nqmkit.Rotated(p, 45), at, nqmkit.Trials(2000, 2), m)[0]
		return (turned.Mean[0] - straight.Mean[0]) / math.Hypot(turned.StdErr[0], straight.StdErr[0])
	}
	if z := difference(nqmkit.SGD(0.02)); math.Abs(z) > 4 {
		t.Errorf("SGD on a rotated problem: %.1f standard errors away", z)
	}
	if z := difference(nqmkit.Adam(0.01)); math.Abs(z) < 10 {
		t.Errorf("Adam on a rotated problem: only %.1f standard errors away", z)
	}
}

// A researcher's momentum, written in a cell, is momentum.
func TestCustomUpdateAgreesWithItsClosedForm(t *testing.T) {
	own := nqmkit.Custom("my momentum", func() nqmkit.Update {
		var velocity []float64
		return func(_ int, theta, gradient []float64) []float64 {
			if velocity == nil {
				velocity = make([]float64, len(theta))
			}
			next := make([]float64, len(theta))
			for i := range theta {
				velocity[i] = 0.9*velocity[i] + gradient[i]
				next[i] = theta[i] - 0.1*velocity[i]
			}
			return next
		}
	})
	a := nqmkit.CheckAgainst(uneven(), nqmkit.Steps(60), nqmkit.Trials(2000, 3), nqmkit.Momentum(0.1, 0.9), own)
	if !a.Agrees() {
		t.Errorf("worst |z| = %.2f, allowed %.2f", a.Worst(), a.Threshold)
	}
	same := nqmkit.Sample(uneven(), 60, nqmkit.Trials(10, 3), own, nqmkit.Momentum(0.1, 0.9))
	for k, v := range same[0].Mean {
		if w := same[1].Mean[k]; math.Abs(v-w) > 1e-12*w {
			t.Fatalf("step %d: own %v, built in %v with the same noise", k, v, w)
		}
	}
}

// Averages around methods of this package are those of package theory.
func TestWrappedAveragesAreTheOptimizersOwn(t *testing.T) {
	for _, pair := range [][2]nqmkit.Sampler{
		{nqmkit.EMA(nqmkit.Momentum(0.1, 0.9), 0.8), nqmkit.Momentum(0.1, 0.9).EMA(0.8)},
		{nqmkit.TailAverage(nqmkit.SGD(0.3), 7), nqmkit.SGD(0.3).TailAverage(7)},
		{nqmkit.Lookahead(nqmkit.SGD(0.3), 5, 0.5), nqmkit.SGD(0.3).Lookahead(5, 0.5)},
	} {
		c := nqmkit.Sample(uneven(), 40, nqmkit.Trials(3, 3), pair[0], pair[1])
		for k := range c[0].Mean {
			if c[0].Mean[k] != c[1].Mean[k] {
				t.Errorf("%v and %v differ at step %d", pair[0], pair[1], k)
				break
			}
		}
	}
}

// An adaptive method does not move a coordinate that has no gradient, whatever
// its ε.
func TestNoGradientNoStep(t *testing.T) {
	p := nqmkit.Problem{Curvature: []float64{0, 1}, Mean: []float64{3, 1}}
	for _, m := range []nqmkit.Adaptive{nqmkit.Adam(0.1), nqmkit.RMSProp(0.1), nqmkit.Adagrad(0.1), nqmkit.SignSGD(0.1)} {
		m.Epsilon = 0
		path := nqmkit.Paths(p, 20, nqmkit.Trials(1, 1), m)[0].Theta[0]
		if path[0][20] != 3 || path[1][20] == 1 || math.IsNaN(path[1][20]) {
			t.Errorf("%v: from (3, 1) to (%v, %v)", m, path[0][20], path[1][20])
		}
	}
}
