package theory

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func streaming(p Problem) Problem {
	p.Streaming = true
	return p
}

// Under multiplicative noise every method has a limit: the loss after a run that
// is long enough, stepped literally.
func TestStreamingFloors(t *testing.T) {
	p := streaming(must(LogUniform(6, 1, 0.1)))
	for _, o := range []Optimizer{
		SGD(0.1), Momentum(0.05, 0.5), Nesterov(0.05, 0.7).EMA(0.5), SGD(0.1).Precondition(0.5),
		SGD(0.15).Lookahead(1, 0.3), SGD(0.15).Lookahead(5, 0.5), Momentum(0.05, 0.6).Lookahead(4, 0.8), Nesterov(0.05, 0.6).Lookahead(2, 0.25).Batch(3),
		SGD(0.1).Lookahead(5, 0.5).EMA(0.9),
		SGD(0.2).Lookahead(3, 0.5).Segments(Segment{Steps: 10, From: 1}, Segment{Steps: 20, From: 0.5, BatchSize: 2}),
	} {
		c := must(Expect(p, []int{6000}, o))
		near(t, o.String(), c.Floor, c.Loss[0], 1e-11)
	}
	for _, o := range []Optimizer{SGD(0.1).Average(), SGD(0.1).Lookahead(5, 0.5).Average(), SGD(0.1).InverseTime(100), SGD(0.1).Lookahead(2, 0.5).InverseTime(100)} {
		if c := must(Expect(p, []int{5000}, o)); c.Floor != 0 || c.Loss[0] > 0.1 {
			t.Errorf("%v: loss %v, floor %v, want 0", o, c.Loss[0], c.Floor)
		}
	}
}

// A schedule that ends at the learning rate 0 stops where it is; averages go on
// to that point.
func TestStreamingFloorOfSchedules(t *testing.T) {
	p := streaming(must(LogUniform(6, 1, 0.1)))
	for _, o := range []Optimizer{SGD(0.15).Cosine(), Momentum(0.05, 0.5).Linear(), SGD(0.15).WSD(5, 10)} {
		c := must(Expect(p, []int{10, 70}, o))
		near(t, o.String(), c.Floor, c.Loss[1], 0)
		long := must(Expect(p, []int{10}, must(o.Over(70)))) // asked for earlier than its end
		near(t, o.String(), long.Floor, c.Floor, 0)
		for _, averaged := range []Optimizer{o.EMA(0.9), o.Average(), o.TailAverage(30)} {
			a := must(Expect(p, []int{70}, averaged))
			near(t, averaged.String(), a.Floor, c.Floor, 1e-13)
			if a.Floor == a.Loss[0] {
				t.Errorf("%v: the average is at its limit already", averaged)
			}
		}
		slow := must(o.Over(70)).Lookahead(20, 0.5)
		near(t, slow.String(), must(Expect(p, []int{70}, slow)).Floor, must(ExpectedLoss(p, 200, slow)), 1e-14)
	}
}

// A cycle that is stable with additive noise and not with this.
func TestStreamingLookaheadDiverges(t *testing.T) {
	p := streaming(must(LogUniform(6, 1, 0.1)))
	for alpha, finite := range map[float64]bool{0.3: true, 0.9: false, 1.9: false} {
		c := must(Expect(p, []int{0, 4000}, SGD(alpha).Lookahead(3, 0.5)))
		if math.IsInf(c.Floor, 1) == finite || finite != (c.Loss[1] < 100) {
			t.Errorf("α = %v: loss %v, floor %v", alpha, c.Loss[1], c.Floor)
		}
	}
	c := must(Expect(p, []int{1}, SGD(0.1).Lookahead(65, 0.5)))
	if c.Floor != 0 || !strings.Contains(c.NoFloor, "up to 64 steps, not 65") {
		t.Errorf("floor %v, %q", c.Floor, c.NoFloor)
	}
}

// Steps so small or large that α² leaves the range, and problems with nothing in
// them, give numbers.
func TestEdgesAreNumbers(t *testing.T) {
	p := streaming(must(List(1, 0, 0.5)))
	c := must(Expect(p, []int{0, 100}, SGD(1e-300)))
	near(t, "tiny rate", c.Loss[1], 0.75, 1e-14)
	c = must(Expect(p, []int{0, 100}, Momentum(1e200, 0.5)))
	if c.Loss[0] != 0.75 || !math.IsInf(c.Loss[1], 1) || !c.Diverges() {
		t.Errorf("huge rate: loss %v, floor %v", c.Loss, c.Floor)
	}
	nothing := Problem{Curvature: []float64{0, 0}}
	if s := must(SummaryOf(nothing)); s.Condition != 0 || s.EffectiveDimension != 0 {
		t.Errorf("no curvature: %+v", s)
	}
	if g := must(BayesGap(nothing, []int{0, 5}, SGD(1))); g.Ratio[0] != 1 || g.Ratio[1] != 1 {
		t.Errorf("nothing to gain: %v", g.Ratio)
	}
}

// What a batch of 2 takes off the noise of one step of SGD is half of that of one
// example: ½ α² tr C off Σ E θ², and ¼ α² tr HC off the expected loss.
func TestStreamingNoiseScales(t *testing.T) {
	p := Problem{
		Curvature: []float64{2, 0.7, 0.1}, Noise: []float64{0.3, 0.2, 0.4}, Mean: []float64{1, 0, -2},
		Variance: []float64{0.1, 0.5, 2}, Multiplicity: []float64{1, 3, 2}, Streaming: true,
	}
	steps := []int{0, 3, 40}
	along := must(NoiseScalesOf(p, steps, Momentum(0.02, 0.5)))
	for k, at := range steps {
		here := p
		here.Mean, here.Variance = nil, must(SecondMoments(p, at, Momentum(0.02, 0.5)))
		const alpha = 0.5
		var traceC, g2, gHg float64
		one, two := must(SecondMoments(here, 1, SGD(alpha))), must(SecondMoments(here, 1, SGD(alpha).Batch(2)))
		for i, h := range p.Curvature {
			m := p.Multiplicity[i]
			traceC += m * (one[i] - two[i]) * 2 / (alpha * alpha)
			g2 += m * h * h * here.Variance[i]
			gHg += m * h * h * h * here.Variance[i]
		}
		off := must(ExpectedLoss(here, 1, SGD(alpha))) - must(ExpectedLoss(here, 1, SGD(alpha).Batch(2)))
		near(t, "B_simple", along.Simple[k], traceC/g2, 1e-12)
		near(t, "B_noise", along.Noise[k], 4*off/(alpha*alpha)/gHg, 1e-12)
	}
	s := must(SummaryOf(p))
	near(t, "B_simple at the start", s.SimpleNoiseScale, along.Simple[0], 1e-13)
	near(t, "B_noise at the start", s.NoiseScale, along.Noise[0], 1e-13)
	if late := must(NoiseScalesOf(p, []int{100_000}, SGD(10))); !math.IsInf(late.Simple[0], 1) || !math.IsInf(late.Noise[0], 1) {
		t.Errorf("noise scales of what has diverged: %v and %v", late.Simple, late.Noise)
	}
}

// Nesterov's method takes its gradient at a point that moves with the learning
// rate. Under a schedule, against the second moments of (θ, v) stepped literally,
// with the velocity in units of the gradient.
func TestStreamingNesterovUnderSchedules(t *testing.T) {
	p := streaming(must(LogUniform(4, 1, 0.1)))
	p.Noise = []float64{0.5, 0.1, 0, 2}
	for _, o := range []Optimizer{
		Nesterov(0.05, 0.7).Cosine(), Nesterov(0.04, 0.9).WSD(5, 20).Batch(4), Nesterov(0.05, 0.5).InverseTime(7),
		Nesterov(0.05, 0.6).Segments(Segment{Steps: 10, From: 1}, Segment{Steps: 15, From: 0.25, BatchSize: 3}),
	} {
		const steps = 40
		o := must(o.Over(steps))
		type moments struct{ tt, tv, vv float64 }
		s := make([]moments, p.Len())
		for i := range s {
			s[i].tt = p.Direction(i).SecondMoment()
		}
		c := must(Expect(p, []int{0, 1, 2, 7, 24, steps}, o))
		for step, k := 0, 0; ; step++ {
			var loss float64
			for i, m := range s {
				loss += 0.5 * p.Curvature[i] * m.tt
			}
			if c.Steps[k] == step {
				near(t, o.String(), c.Loss[k], loss, 1e-13)
				if k++; k == len(c.Steps) {
					break
				}
			}
			last := o.Schedule[len(o.Schedule)-1]
			factor, batch := last.end(), o.batchIn(last) // after the end
			for _, g := range slices.Backward(o.Schedule) {
				at := step
				for _, before := range o.Schedule {
					if before == g {
						break
					}
					at -= before.Steps
				}
				if at >= 0 && (g.Steps == 0 || at < g.Steps) {
					factor, batch = g.factor(at), o.batchIn(g)
				}
			}
			a, b := factor*o.LearningRate, o.Momentum
			e, common := make([]float64, len(s)), 0.0
			for i, m := range s {
				e[i] = m.tt - 2*a*b*m.tv + a*a*b*b*m.vv
				common += p.Curvature[i] * e[i]
			}
			for i, m := range s {
				h := p.Curvature[i]
				noise := (h*h*e[i] + h*common + p.Noise[i]) / batch
				// v' = h θ + (β - haβ) v + noise, θ' = θ - a v'
				x, y := h, b-h*a*b
				vv := x*x*m.tt + 2*x*y*m.tv + y*y*m.vv + noise
				tv := x*m.tt + y*m.tv // E θ v'
				s[i] = moments{m.tt - 2*a*tv + a*a*vv, tv - a*vv, vv}
			}
		}
	}
}
