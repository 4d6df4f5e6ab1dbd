package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var optimizers = []Optimizer{
	SGD(0.3), SGD(1.5).Batch(7), Momentum(0.3, 0.9), Momentum(1, 0.25), Nesterov(0.3, 0.9), SGD(0.3).EMA(0.9),
	Momentum(0.2, 0.8).EMA(0.95), SGD(0.3).Average(), Momentum(0.3, 0.5).TailAverage(10), SGD(0.3).Lookahead(5, 0.5),
	Nesterov(0.2, 0.7).Lookahead(3, 0.8).EMA(0.5), SGD(0.5).Cosine(), Momentum(0.2, 0.8).WSD(5, 20), SGD(0.7).InverseTime(3), SGD(0.1).Precondition(0.5), Momentum(0.1, 0.8).Precondition(1).Linear(),
}

func TestNeutralSettings(t *testing.T) {
	p := must(LogUniform(9, 2, 0.01))
	want := must(Expect(p, SGD(0.4), []int{0, 1, 10, 200}))
	for _, m := range []Method{
		Momentum(0.4, 0), Nesterov(0.4, 0), SGD(0.4).EMA(0), SGD(0.4).Precondition(0), SGD(0.4).Lookahead(1, 1),
		SGD(0.4).Segments(Segment{Steps: 7, From: 1}), SGD(0.4).Batch(1), Momentum(0.4, 1e-300), SGD(0.4).EMA(1e-300),
		Momentum(0.4, 0).EMA(0).Lookahead(4, 1).TailAverage(200),
	} {
		got := must(Expect(p, m, []int{0, 1, 10, 200}))
		for k := range want.Loss {
			if o, ok := m.(Optimizer); ok && o.LookaheadSteps > 1 && want.Steps[k]%o.LookaheadSteps != 0 {
				continue
			}
			near(t, fmt.Sprint(m, " t=", want.Steps[k]), got.Loss[k], want.Loss[k], 1e-12)
		}
	}
}

// (α, h, c, E θ²) → (α/k, kh, kc, E θ²/k) leaves the loss unchanged.
func TestRescaling(t *testing.T) {
	p := must(LogUniform(9, 2, 0.01))
	for _, k := range []float64{4, 1e-6, 1e100} {
		q := must(LogUniform(9, 2, 0.01))
		for i := range q.Curvature {
			q.Curvature[i] *= k
			q.Noise[i] *= k
			q.Variance[i] /= k
		}
		for _, o := range optimizers {
			if o.Power != 0 {
				continue // H^-p has a scale of its own
			}
			scaled := o
			scaled.LearningRate /= k
			a, b := must(Expect(p, o, []int{3, 50})), must(Expect(q, scaled, []int{3, 50}))
			for i := range a.Loss {
				near(t, fmt.Sprint(o, " scaled by ", k), b.Loss[i], a.Loss[i], 2e-12)
			}
		}
	}
}

func TestPermutingAndGrouping(t *testing.T) {
	h := []float64{1, 0.5, 0.5, 0.1, 1, 0.5, 0.03}
	p := must(List(h...))
	rng := rand.New(rand.NewPCG(3, 4))
	rng.Shuffle(len(h), func(i, j int) { h[i], h[j] = h[j], h[i] })
	q, g := must(List(h...)), p.Grouped()
	if g.Len() != 4 || g.Dimension() != 7 {
		t.Errorf("grouped to %d entries of %v directions", g.Len(), g.Dimension())
	}
	for _, o := range optimizers {
		a := must(ExpectedLoss(p, o, 40))
		near(t, "permuted "+o.String(), must(ExpectedLoss(q, o, 40)), a, 1e-14)
		near(t, "grouped "+o.String(), must(ExpectedLoss(g, o, 40)), a, 1e-14)
	}
}

// k1 steps and then k2 equal k1 + k2: a schedule of equal segments is none, and
// walking through many times is jumping to the last.
func TestSegmentsCompose(t *testing.T) {
	p := must(LogUniform(9, 2, 0.01))
	for _, o := range optimizers {
		if o.Schedule == nil {
			parts := o.Segments(Segment{Steps: 3, From: 1}, Segment{Steps: 14, From: 1}, Segment{Steps: 1, From: 1})
			for _, n := range []int{0, 2, 3, 17, 18, 60} {
				near(t, fmt.Sprint(o, " in segments, t=", n), must(ExpectedLoss(p, parts, n)), must(ExpectedLoss(p, o, n)), 2e-12)
			}
		}
		o = must(o.Over(60))
		walked := must(Expect(p, o, []int{1, 2, 5, 17, 33, 60}))
		near(t, o.String()+" walked", walked.Loss[5], must(ExpectedLoss(p, o, 60)), 1e-13)
	}
}

func TestPaperBoundsHold(t *testing.T) {
	p := must(LogUniform(9, 2, 0.01))
	steps := []int{0, 1, 2, 5, 10, 100, 1000, 100_000}
	for _, o := range []Optimizer{SGD(0.3), Momentum(0.3, 0.9), Momentum(0.9, 0.5), SGD(0.3).EMA(0.9), SGD(0.5).EMA(0.5)} {
		bound, c := must(PaperBound(p, o, steps)), must(Expect(p, o, steps))
		for k := range steps {
			if c.Loss[k] > bound[k]*(1+1e-14) {
				t.Errorf("%v, t=%d: loss %v above the bound %v", o, steps[k], c.Loss[k], bound[k])
			}
		}
		near(t, o.String()+": the bound in the end", c.Loss[7], bound[7], 1e-12)
	}
	if _, err := PaperBound(p, Nesterov(0.1, 0.9), steps); err == nil {
		t.Error("the paper has a theorem about Nesterov")
	}
}

// Ringing: the target is reached at t = 5 and left again, for good from 59 on.
func TestRingingTarget(t *testing.T) {
	m := Momentum(0.1, 0.9).Mode(1, 0)
	first, settled := -1, 0
	for n := range 1000 {
		below := 0.5*math.Pow(m.At(n).Factor, 2) <= 0.001
		if below && first < 0 {
			first = n
		}
		if !below {
			settled = n + 1
		}
	}
	if first != 5 || settled != 59 {
		t.Errorf("first at %d, settled at %d", first, settled)
	}
}

// The literal update rules with random numbers, z-scores of the mean loss.
func TestMonteCarlo(t *testing.T) {
	trials := 20_000
	if testing.Short() {
		trials = 2_000
	}
	p := must(LogUniform(3, 1.5, 0.05))
	const steps = 40
	for n, o := range []Optimizer{SGD(0.3).Batch(2), Momentum(0.2, 0.8), Nesterov(0.2, 0.8), SGD(0.3).EMA(0.8), SGD(0.3).TailAverage(10), SGD(0.4).Lookahead(5, 0.5), Momentum(0.3, 0.5).Cosine()} {
		rng := rand.New(rand.NewPCG(7, uint64(n)))
		var s, s2 float64
		for range trials {
			var loss float64
			for i, h := range p.Curvature {
				theta := rng.NormFloat64()
				var v, total float64
				phi, avg := theta, theta
				for k := 1; k <= steps; k++ {
					alpha := o.LearningRate
					if o.Schedule != nil {
						alpha *= (1 + math.Cos(math.Pi*float64(k-1)/steps)) / 2
					}
					at := theta
					if o.Nesterov {
						at -= alpha * o.Momentum * v
					}
					v = o.Momentum*v + h*at + math.Sqrt(p.Noise[i]/o.batchSize())*rng.NormFloat64()
					theta -= alpha * v
					if o.LookaheadSteps > 0 && k%o.LookaheadSteps == 0 {
						phi += o.SlowStep * (theta - phi)
						theta = phi
					}
					avg = o.Decay*avg + (1-o.Decay)*theta
					if k >= o.AverageFrom {
						total += theta
					}
				}
				end := theta
				switch {
				case o.Decay > 0:
					end = avg
				case o.UniformAverage:
					end = total / (steps - float64(o.AverageFrom) + 1)
				}
				loss += 0.5 * h * end * end
			}
			s += loss
			s2 += loss * loss
		}
		mean := s / float64(trials)
		deviation := math.Sqrt(s2/float64(trials) - mean*mean)
		c := must(Expect(p, o, []int{steps}))
		if z := (mean - c.Loss[0]) / deviation * math.Sqrt(float64(trials)); math.Abs(z) > 4 {
			t.Errorf("%v: sampled %v, exact %v, z = %.1f", o, mean, c.Loss[0], z)
		}
		near(t, o.String()+": standard deviation", deviation, c.StdDev[0], 0.15)
	}
}
