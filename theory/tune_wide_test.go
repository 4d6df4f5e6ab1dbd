package theory

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"nqm/theory/longtest"
)

// tuneCase is a random question of tuning: on one to six directions or a power law, at
// a batch size from 1 to 10^6, some under multiplicative noise, of every family.
type tuneCase struct {
	p      Problem
	o      Optimizer
	target float64
	steps  int
}

func randomTuneCase(r *rand.Rand) tuneCase {
	h := make([]float64, 1+r.IntN(6))
	mean := make([]float64, len(h))
	for i := range h {
		h[i], mean[i] = math.Exp(-6*r.Float64()), 1
	}
	h[0] = 1
	p := must(List(h...))
	if r.IntN(2) == 0 {
		p = must(p.WithStart(mean, nil))
	}
	if r.IntN(5) == 0 {
		p = must(p.WithNoisePower(math.Exp(-4*r.Float64()), 2*r.Float64()))
	}
	if r.IntN(6) == 0 {
		p = must(PowerLaw(10+r.IntN(50), 0.5+r.Float64()))
	}
	p.Streaming = r.IntN(8) == 0
	beta, gamma := []float64{0.5, 0.9, 0.99}[r.IntN(3)], []float64{0.5, 0.9, 0.99}[r.IntN(3)]
	methods := []Optimizer{
		SGD(Free), Momentum(Free, beta), Nesterov(Free, beta), Momentum(Free, Free), Nesterov(Free, Free), SGD(Free).EMA(gamma), SGD(Free).EMA(Free),
		Momentum(Free, beta).EMA(gamma), Nesterov(Free, beta).EMA(gamma), SGD(Free).Average(), Momentum(Free, beta).TailAverage(3), SGD(Free).Lookahead(5, 0.5),
		Momentum(Free, beta).Lookahead(4, 0.5), Momentum(Free, beta).Precondition(0.5), QHM(Free, beta, 0.7),
		SGD(Free).Cosine(), Momentum(Free, beta).Linear(), Momentum(Free, beta).Average(), SGD(Free).EMA(gamma).Cosine(),
		ScheduleFree(Free, beta), AdEMAMix(Free, beta, 0.99, 0.5), DANA(Free, 0.1, 0.5, 5), SGD(Free).InverseTime(5), Momentum(Free, beta).InverseTime(20),
	}
	o := methods[r.IntN(len(methods))]
	p.Streaming = p.Streaming && o.LookaheadSteps == 0 && o.changing() == 0 // those have no limit of stability
	c := tuneCase{p: p, o: o.Batch(math.Floor(math.Exp(14 * r.Float64()))), steps: 1 + r.IntN(60)}
	c.target = must(ExpectedLoss(p, 0, SGD(0.1))) * math.Exp(-1-7*r.Float64())
	return c
}

// grid are settings on a plain grid: learning rates at equal ratios up to the limit,
// and momenta or decays at equal ratios of what they lack of 1.
func (c tuneCase) grid() []Optimizer {
	rates, others := 400, 1
	if c.o.Schedule != nil || c.p.Streaming {
		rates = 100
	}
	if c.o.Momentum == Free || c.o.Decay == Free {
		rates, others = 80, 40
	}
	var all []Optimizer
	for j := range others {
		o := c.o
		keep := -math.Expm1(-0.05 - 6*float64(j)/float64(max(others-1, 1)))
		if o.Momentum == Free {
			o.Momentum = keep
		}
		if o.Decay == Free {
			o.Decay = keep
		}
		constant := o
		constant.Schedule = nil
		limit := must(StabilityLimit(c.p, constant))
		for i := range rates {
			o.LearningRate = limit * math.Exp(-7*(float64(i)+0.5)/float64(rates))
			all = append(all, o)
		}
	}
	return all
}

// A longer search for a grid that is better, with other questions:
//
//	go test ./theory -run NoGrid -timeout 1h -seed 7 -cases 2000
var (
	tuneSeed = flag.Uint64("seed", 2026, "of the random questions of tuning")
	tuneMany = flag.Int("cases", 100, "random questions of tuning")
)

// tuneCases are how many random questions a test asks.
func tuneCases() int {
	if !longtest.Wanted() {
		return *tuneMany / 10
	}
	return *tuneMany
}

// losses are those of a curve up to some step; of a schedule that is stretched over the
// run, those at its ends.
func (c tuneCase) losses(o Optimizer, last int) []float64 {
	if o.Schedule == nil {
		steps := make([]int, last+1)
		for i := range steps {
			steps[i] = i
		}
		return must(Expect(c.p, steps, o)).Loss
	}
	losses := []float64{math.Inf(1)} // there is no run without a step
	for t := 1; t <= last; t++ {
		losses = append(losses, must(ExpectedLoss(c.p, t, must(o.Over(t)))))
	}
	return losses
}

// No plain grid reaches a target in fewer steps than Tune: by every loss of each of
// its curves.
func TestNoGridBeatsTune(t *testing.T) {
	r := rand.New(rand.NewPCG(*tuneSeed, 1))
	for range tuneCases() {
		c := randomTuneCase(r)
		last := 300
		switch {
		case c.o.Schedule != nil || c.p.Streaming:
			last = 30
		case c.o.changing() > 0:
			last = 150
		}
		got := must(Tune(c.p, c.target, c.o, last))
		if got.Steps.Outcome == Reached {
			last = got.Steps.Steps - 1
		}
		if last < 1 {
			continue
		}
		for _, o := range c.grid() {
			for k, l := range c.losses(o, last) {
				if l <= c.target {
					t.Errorf("%v on %v: %v, but %v is at %g after %d steps", c.o, c.p, got, o, l, k)
					last = max(k-1, 0)
					break
				}
			}
		}
	}
}

// No plain grid has a lower loss than TuneLoss, by more than 10^-6 of it.
func TestNoGridBeatsTuneLoss(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(*tuneSeed, 2))
	for range tuneCases() {
		c := randomTuneCase(r)
		got := must(TuneLoss(c.p, c.steps, c.o))
		for _, o := range c.grid() {
			if l := must(ExpectedLoss(c.p, c.steps, must(o.Over(c.steps)))); l < got.Steps.Loss*(1-1e-6) {
				t.Errorf("%v on %v: %v, but %v has %g", c.o, c.p, got, o, l)
				break
			}
		}
	}
}

// Dips that descents from a smoothed loss never saw: what was found before, and what
// a search by hand had found.
func TestTuneFindsDips(t *testing.T) {
	list := func(h ...float64) Problem { return must(List(h...)) }
	six := list(0.1383, 0.2766, 0.1383, 0.5532, 0.06915, 0.06915)
	six.Variance = []float64{0.0604, 1, 0.0817, 0.2297, 0.0586, 1}
	for _, c := range []struct {
		p       Problem
		target  float64
		o       Optimizer
		atMost  int
		without int
	}{
		{must(TwoDirections(50, 1)), 0.0765, Momentum(Free, 0.9).Batch(64), 10, 16},
		{list(1, 0.25), 6.25e-5, Nesterov(Free, Free).Batch(1024), 51, 61},
		{list(1, 0.5), 1e-4, Momentum(Free, Free).Batch(1024), 21, 28},
		{list(1, 0.25), 1e-3, Momentum(Free, Free).Batch(1024), 4, 5},
		{list(1, 0.1), 0.00165, Momentum(Free, 0.99).Batch(4096), 4, 151},
		{list(1), 0.015, SGD(Free).EMA(0.99).Batch(64), 173, 175},
		{six, 0.001006675, Momentum(Free, Free).EMA(0.97).Batch(1326), 71, 75}, // among 1500 points, where others have 6000
	} {
		got := must(Tune(c.p, c.target, c.o, 0))
		if got.Steps.Outcome != Reached || got.Steps.Steps > c.atMost {
			t.Errorf("%v: %d steps are enough (%d were found without looking for dips)", got, c.atMost, c.without)
		}
		if hit := must(StepsToTarget(c.p, c.target, got.Optimizer, 0)); hit.Steps != got.Steps.Steps {
			t.Errorf("%v: its settings arrive after %d steps", got, hit.Steps)
		}
	}
	if got := must(TuneLoss(list(1, 0.1), 40, Momentum(Free, 0.99).EMA(0.5).Batch(64))); got.Steps.Loss > 0.00348*1.001 {
		t.Errorf("%v: 0.00348 is possible at α = 0.01444", got)
	}
}

// The recurrence of a look is the closed form.
func TestCurvesOfALookAreExact(t *testing.T) {
	p := must(List(1, 0.3, 0.01))
	for _, o := range []Optimizer{Momentum(0.3, 0.9), Nesterov(0.3, 0.8), SGD(0.5).EMA(0.9), SGD(0.7), Momentum(0.3, 0.9).EMA(0.5), QHM(0.5, 0.9, 0.7)} {
		k := must(newTuner(p, SGD(Free)))
		k.seen = &seenSystem{}
		losses := make([]float64, 60)
		k.curve(p.list(), o.Batch(3), losses)
		steps := make([]int, len(losses))
		for t := range steps {
			steps[t] = t
		}
		for i, want := range must(Expect(p, steps, o.Batch(3))).Loss {
			near(t, fmt.Sprintf("%v, t = %d", o, i), losses[i], want, 1e-11)
		}
	}
}

// On 33 to 128 directions, too, losses dip together (one of the questions of
// TestNoGridBeatsTune with seed 33).
func TestTuneFindsDipsOfManyDirections(t *testing.T) {
	p := must(PowerLaw(40, 0.9511))
	o := Momentum(Free, 0.9).EMA(0.5).Batch(4119)
	better := o
	better.LearningRate = 2.3899
	hit := must(StepsToTarget(p, 0.011, better, 300))
	if got := must(Tune(p, 0.011, o, 300)); got.Steps.Outcome != Reached || got.Steps.Steps > hit.Steps {
		t.Errorf("%v, but %v", got, hit)
	}
}

// Searches of methods that change in every step are not refused where they take seconds,
// as this one of 2600 losses was after two; and no plain grid is better.
func TestSearchOfAChangingMethodIsNotRefused(t *testing.T) {
	p, o, last := must(PowerLaw(47, 1)), ScheduleFree(Free, 0.9).AtY(), 148
	target := 0.1 * must(ExpectedLoss(p, 0, SGD(0.1)))
	k := must(newTuner(p, o))
	k.left = mostSearched
	k.lossOn(0, k.inside(), last)
	if one := mostSearched - k.left; 2600*one > mostSearched {
		t.Errorf("%v on %v: %d losses after %d steps are all that is searched", o, p, int(mostSearched/one), last)
	}
	if !longtest.Wanted() {
		return
	}
	got := must(Tune(p, target, o, last))
	if got.Steps.Outcome == Reached {
		last = got.Steps.Steps - 1
	}
	c := tuneCase{p: p, o: o}
	for i := range 200 {
		o.LearningRate = 0.1 * math.Exp(3*float64(i)/200)
		for k, l := range c.losses(o, last) {
			if l <= target {
				t.Errorf("%v, but %v is at %g after %d steps", got, o, l, k)
			}
		}
	}
}
