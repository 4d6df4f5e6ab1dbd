package theory

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// literally follows z' = A z, v' = A v A' + b b' c in many bits and returns the
// loss ½ h (θ² s + noise) of every step, where s is E θ(0)².
func literally(a [][]float64, b, r, start []float64, h, c, s float64, steps int) []num {
	n := len(a)
	m, v, z := zeros(n), zeros(n), make([]num, n)
	for i := range n {
		z[i] = number(start[i])
		for j := range n {
			m[i][j] = number(a[i][j])
		}
	}
	kick := zeros(n)
	for i := range n {
		for j := range n {
			kick[i][j] = prod(number(c), prod(number(b[i]), number(b[j])))
		}
	}
	var losses []num
	for t := 0; t <= steps; t++ {
		theta, noise := number(0), number(0)
		for i := range n {
			theta = plus(theta, prod(number(r[i]), z[i]))
			for j := range n {
				noise = plus(noise, prod(prod(number(r[i]), number(r[j])), v[i][j]))
			}
		}
		losses = append(losses, prod(number(0.5*h), plus(prod(prod(theta, theta), number(s)), noise)))
		z, v = m.on(z), kick.plus(m.times(v).times(m.transposed()))
	}
	return losses
}

func firstBelow(losses []num, target float64) int {
	for t, l := range losses {
		if l.Cmp(big.NewFloat(target)) <= 0 {
			return t
		}
	}
	return -1
}

// Nilpotent systems, whose loss grows beyond 10^308 for some steps and is 0 from
// step n on, beside one that is followed all the way: random sizes and entries.
func TestNilpotentSystemsComeBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 15))
	overflowed := 0
	for range 200 {
		n := 2 + rng.IntN(4)
		a, b, r, start := make([][]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		size := 300 * rng.Float64() / float64(n-1)
		for i := range a {
			a[i] = make([]float64, n)
			for j := i + 1; j < n; j++ {
				a[i][j] = math.Pow(10, size*rng.Float64()) * (1 + rng.Float64())
			}
			start[i] = 1
		}
		r[0] = 1
		m := Linear{Name: "nilpotent", System: func(h float64) System {
			return System{State: a, Noise: b, Readout: r, Start: start}
		}}
		h := math.Pow(10, 30*rng.Float64())
		p := Problem{Curvature: []float64{h}, Mean: []float64{1}}
		steps := []int{0, 1, 2, 3, 4, 5, 6, 7, 100, 1 << 40}
		c := must(Expect(p, steps, m))
		want := literally(a, b, r, start, h, 0, 1, 100)
		wild := false
		for k, s := range steps {
			loss := 0.0
			if s < len(want) {
				loss = float(want[s])
			}
			wild = wild || math.IsInf(loss, 1)
			near(t, "loss", c.Loss[k], loss, 1e-11)
		}
		if wild {
			overflowed++
		}
		if c.Floor != 0 {
			t.Errorf("floor %v of a system that is 0 after %d steps (entries up to 10^%.3g)", c.Floor, n, size)
		}
		s := must(StepsToTarget(p, 1e-3, m, 0))
		if first := firstBelow(want, 1e-3); s.Outcome != Reached || s.Steps != first {
			t.Errorf("%v: want %d", s, first)
		}
	}
	if overflowed < 20 {
		t.Errorf("only %d of 200 losses overflowed", overflowed)
	}
}

// A loss that overflows at the start and falls to 0: every method that is followed
// step by step.
func TestOverflowAtTheStart(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 15))
	for range 40 {
		h := math.Pow(10, 190+20*rng.Float64())
		mean := math.Sqrt(math.MaxFloat64/h) * (2 + rng.Float64())
		alpha := (0.2 + rng.Float64()) / h
		p := Problem{Curvature: []float64{h}, Mean: []float64{mean}}
		for _, o := range []Optimizer{Momentum(alpha, 0.5).EMA(0.5), QHM(alpha, 0.5, 0.7), SGD(alpha).Lookahead(3, 0.5), SGD(alpha).Segments(Segment{Steps: 10, From: 1}, Segment{From: 0.5, Steps: 5})} {
			s := must(StepsToTarget(p, 1e-3, o, 0))
			if s.Outcome != Reached || !(s.Loss <= 1e-3 && s.Before > 1e-3) {
				t.Errorf("h = %g, mean %g: %v", h, mean, s)
				continue
			}
			// The same curve, 10^100 lower.
			low := p
			low.Mean = []float64{mean * 1e-50}
			c := must(Expect(low, []int{s.Steps - 1, s.Steps}, o))
			if !(c.Loss[0] > 1e-103 && c.Loss[1] <= 1e-103) {
				t.Errorf("%v: 10^100 lower it is %v", s, c.Loss)
			}
		}
	}
}

// What comes back from beyond 10^308 is not followed, and not said to diverge: the
// answer names the step. What grows for ever diverges.
func TestOverflowOnTheWay(t *testing.T) {
	block := func(slow, steep float64) Linear {
		return Linear{Name: "own", System: func(h float64) System {
			return System{
				State:   [][]float64{{0.5, steep, 0, 0}, {0, 0.5, steep, 0}, {0, 0, 0.5, 0}, {0, 0, 0, slow}},
				Noise:   []float64{0, 0, 0, 1e-3},
				Readout: []float64{1, 0, 0, 1}, Start: []float64{0, 1, 1, 1},
			}
		}}
	}
	p := Problem{Curvature: []float64{1}, Mean: []float64{1}}
	noisy := p
	noisy.Noise = []float64{1}
	for _, c := range []struct {
		p    Problem
		m    Method
		want Outcome
	}{
		{p, block(0.9, 1e160), NotWithinLimit},
		{p, block(1.0001, 1e160), NotWithinLimit}, // it is near 1 at t = 600
		{noisy, block(0.9, 1e160), NotWithinLimit},
		{p, block(1.5, 1), Diverges},
		{noisy, block(1.5, 1), Diverges},
		{p, Linear{System: func(float64) System {
			return System{State: [][]float64{{-1.5}}, Noise: []float64{1}, Readout: []float64{1}}
		}}, Diverges},
		{p, Momentum(5, 0.5).EMA(0.5), Diverges},
		{noisy, Momentum(5, 0.5).EMA(0.5), Diverges},
		{p, Momentum(5, 0.5).Average(), Diverges},
		{noisy, SGD(1).Segments(Segment{Steps: 1200, From: 3}, Segment{Steps: 1, From: 0.5}), NotWithinLimit},
		{noisy, SGD(1).Segments(Segment{Steps: 1200, From: 3}, Segment{Steps: 3000, From: 0.5}, Segment{Steps: 1, From: 3}), NotWithinLimit},
	} {
		s := must(StepsToTarget(c.p, 0.01, c.m, 0))
		if s.Outcome != c.want {
			t.Errorf("%v: want %v", s, c.want)
		}
		if s.Outcome == NotWithinLimit && !(s.Checked > 0 && s.Checked < 3000 && math.IsInf(s.Loss, 1)) {
			t.Errorf("%v: %+v", s, s)
		}
	}
	// Tuned, too: the loss of all rates is beyond 10^308 at the end, and would fall.
	steep := Problem{Curvature: []float64{1e200, 1e199, 1e198, 1e197}, Mean: constant(4, 1e60)}
	for _, o := range []Optimizer{SGD(Free).Cosine(), Momentum(Free, 0.5).EMA(0.5)} {
		if s := must(Tune(steep, 1, o, 2)).Steps; s.Outcome != NotWithinLimit || !math.IsInf(s.Loss, 1) {
			t.Errorf("%v: %+v", s, s)
		}
	}
	// With multiplicative noise.
	noisy.Streaming = true
	if s := must(StepsToTarget(noisy, 0.01, SGD(1.5), 0)); s.Outcome != Diverges {
		t.Errorf("%v: want that it diverges", s)
	}
	up := SGD(1).Segments(Segment{Steps: 1200, From: 3}, Segment{Steps: 1, From: 0.01})
	if s := must(StepsToTarget(noisy, 0.01, up, 0)); s.Outcome != NotWithinLimit {
		t.Errorf("%v: want that it is not decided", s)
	}
}

// Squares of a problem that are no float64 are refused with the entry, its value and
// the range, and where they are nearly so the answers are right: against the same
// problem by another unit of θ, of curvature, of noise.
func TestSquaresThatOverflow(t *testing.T) {
	list := must(List(1, 0.5))
	law := must(SourceCondition(1e6, 1, 0, false))
	law.Law.Mean = Power{1, -40}
	law.Mean = law.Law.Mean.list(law.Len())
	streaming := must(List(1, 1e160))
	streaming.Streaming = true
	far := must(List(1, 1e100))
	far.Variance[1] = 1e120
	far.Streaming = true
	wide := list
	wide.Mean = []float64{1, 1e160}
	sum := list
	sum.Mean, sum.Variance = []float64{0, 1.2e154}, []float64{1, 1.2e308}
	small := must(List(1, 1e-200))
	small.Noise = []float64{1, 1}
	for _, c := range []struct {
		p    Problem
		m    Method
		want []string
	}{
		{wide, SGD(0.5), []string{"entry 1", "1e+160", "1.341e+154"}},
		{sum, SGD(0.5), []string{"entry 1", "1.2e+154", "1.2e+308", "1.798e+308"}},
		{law, SGD(0.5), []string{"direction 1e+06", "1e+240"}},
		{streaming, SGD(0.5), []string{"entry 1", "1e+160", "1.341e+154"}},
		{far, SGD(0.5), []string{"entry 1", "1e+100", "1e+120"}},
		{small, SGD(0.5).Precondition(1), []string{"entry 1", "1e-200", "10^399"}},
	} {
		_, err := StepsToTarget(c.p, 1, c.m, 0)
		if err == nil {
			t.Errorf("%v on %v: no error", c.m, c.p.Curvature[:2])
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
	}
	// A start of 10^153 is in: the row of 10^160 by another unit of θ.
	wide.Mean = []float64{1, 1e153}
	near(t, "far start", float64(must(StepsToTarget(one1(1, 1e153), 1, SGD(0.5), 0)).Steps), 508, 0)

	rng := rand.New(rand.NewPCG(3, 15))
	for range 100 {
		d := 1 + rng.IntN(5)
		var p, q Problem
		unit := math.Ldexp(1, rng.IntN(1600)-800)
		for range d {
			h, c, s := math.Exp(3*rng.NormFloat64()), math.Exp(3*rng.NormFloat64()), math.Exp(rng.NormFloat64())
			p.Curvature, p.Noise, p.Variance = append(p.Curvature, h), append(p.Noise, c), append(p.Variance, s)
			// h → k h, c → k c, E θ² → E θ²/k leaves the loss.
			q.Curvature, q.Noise, q.Variance = append(q.Curvature, h*unit), append(q.Noise, c*unit), append(q.Variance, s/unit)
		}
		a, b := must(SummaryOf(p)), must(SummaryOf(q))
		near(t, "start", b.StartLoss, a.StartLoss, 1e-14)
		near(t, "effective dimension", b.EffectiveDimension, a.EffectiveDimension, 1e-14)
		near(t, "B_simple", b.SimpleNoiseScale, a.SimpleNoiseScale, 1e-14)
		near(t, "B_noise", b.NoiseScale, a.NoiseScale, 1e-14)
		near(t, "Bayes bound", must(BayesBound(q, 17)), must(BayesBound(p, 17)), 1e-14)
		x, y := must(NoiseScalesOf(p, []int{3}, SGD(0.01))), must(NoiseScalesOf(q, []int{3}, SGD(0.01/unit)))
		near(t, "B_simple on the way", y.Simple[0], x.Simple[0], 1e-10)
		near(t, "B_noise on the way", y.Noise[0], x.Noise[0], 1e-10)
	}
}

func one1(h, mean float64) Problem {
	return Problem{Curvature: []float64{h}, Mean: []float64{mean}}
}

// A loss below 10^308 whose E θ² is beyond it.
func TestLossOfSquaresBeyondTheRange(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 15))
	beyond := 0
	for range 60 {
		h := math.Pow(10, -6*rng.Float64())
		alpha, mean := (2.1+2*rng.Float64())/h, math.Pow(10, 150+3.9*rng.Float64())
		p := Problem{Curvature: []float64{h}, Mean: []float64{mean}}
		for _, c := range []struct {
			o Optimizer
			l literal
		}{{SGD(alpha), literalSGD(alpha)}, {SGD(alpha).EMA(0.9), averaged(literalSGD(alpha), 0.9)}, {Nesterov(alpha, 0.5).EMA(0.9), averaged(literalVelocity(alpha, 0.5), 0.9)}} {
			for k := range 12 {
				f, _ := c.l.after(h, k)
				square := prod(prod(f, number(mean)), prod(f, number(mean)))
				want := float(prod(number(0.5*h), square))
				if math.IsInf(float(square), 1) && want < 1e308 {
					beyond++
				}
				if want < 1e308 {
					near(t, c.o.String(), must(Expect(p, []int{k}, c.o)).Loss[0], want, 1e-9)
					near(t, c.o.String(), must(ExpectedLoss(p, k, c.o)), want, 1e-9)
				}
			}
		}
	}
	if beyond < 20 {
		t.Errorf("only %d squares are beyond the range", beyond)
	}
}
