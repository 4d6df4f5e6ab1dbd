package theory

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// pointsOf makes tuned points of given steps, -1 where the target is never reached.
func pointsOf(steps map[float64]int, batches ...float64) (c ScalingCurve) {
	for _, b := range batches {
		t := Tuned{Optimizer: SGD(0.1).Batch(b), Steps: Steps{Outcome: Reached, Steps: steps[b]}}
		if steps[b] < 0 {
			t.Steps.Outcome = Never
		}
		c.Points = append(c.Points, t)
	}
	return c
}

// The notes name the points that count where some do not, and where along which
// path B_noise is taken.
func TestCriticalNotes(t *testing.T) {
	p := must(List(1, 0.1))
	batches := []float64{1, 4, 16, 64, 256}
	ask := func(steps map[float64]int) []CriticalBatch {
		return must(NewScaling(p, 0.1, batches, []ScalingCurve{pointsOf(steps, batches...)})).Curves[0].Critical
	}
	some := ask(map[float64]int{1: -1, 4: -1, 16: 60, 64: 30, 256: 24})
	for _, c := range some[:2] {
		if !strings.Contains(c.Note, "of 5 points only those that reach the target count, B = 16, 64, 256") {
			t.Errorf("%s: %q", c.Definition, c.Note)
		}
	}
	if !strings.Contains(some[0].Note, "the smallest batch, B = 16") {
		t.Errorf("%q", some[0].Note)
	}
	noise := some[2]
	if want := must(NoiseScalesOf(p, []int{24}, SGD(0.1).Batch(256))).Noise[0]; noise.BatchSize != want ||
		noise.Definition != "B_noise at the target" || !strings.HasPrefix(noise.Note, "after the 24 steps of B = 256;") {
		t.Errorf("%+v, want %v", noise, want)
	}
	for _, c := range ask(map[float64]int{1: 200, 4: 100, 16: 60, 64: 30, 256: 24}) {
		if strings.Contains(c.Note, "points") {
			t.Errorf("all points count: %q", c.Note)
		}
	}
	for _, c := range ask(map[float64]int{1: -1, 4: -1, 16: -1, 64: -1, 256: -1}) {
		if !math.IsNaN(c.BatchSize) || c.Note == "" {
			t.Errorf("no point: %+v", c)
		}
	}
}

// Under multiplicative noise the bounds are not defined, rather than 0.
func TestScalingBoundsUnderStreaming(t *testing.T) {
	p := must(List(1, 0.1))
	p.Streaming = true
	steps := map[float64]int{1: 60, 4: 30}
	s := must(NewScaling(p, 0.1, []float64{1, 4}, []ScalingCurve{pointsOf(steps, 1, 4)}))
	if !math.IsNaN(s.BayesSamples) || !math.IsNaN(s.MaximumLikelihood) {
		t.Errorf("bounds %v and %v", s.BayesSamples, s.MaximumLikelihood)
	}
	for _, r := range s.Records() {
		for _, f := range r {
			if f.Name == "bound" && f.Cell != nil {
				t.Errorf("a bound of %v in a row", f.Cell)
			}
		}
	}
}

// Where no setting is free nothing was searched for, and no text says so.
func TestFixedSettingsAreNotSearched(t *testing.T) {
	p := must(List(1, 0.3))
	for _, o := range []Optimizer{SGD(0.5), Momentum(0.1, 0.9), SGD(0.9).EMA(0.9)} {
		for _, b := range []float64{1, 64} {
			steps := must(StepsToTarget(p, 0.02, o.Batch(b), 0))
			if got, want := (Tuned{Optimizer: o.Batch(b), Target: 0.02, Steps: steps}).String(), steps.String(); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		held := Tuned{Optimizer: o, Budget: 7, Steps: Steps{Loss: 0.5}}
		if text := fmt.Sprint(held, held.Records()); strings.Contains(text, "searched") || strings.Contains(text, "proved:") {
			t.Error(text)
		}
	}
}

// Before one step there is the start, which no setting changes: of no method is that searched.
func TestOneStepIsProved(t *testing.T) {
	p := must(List(1, 0.3))
	streaming := p
	streaming.Streaming = true
	for _, o := range []Optimizer{SGD(Free), Momentum(Free, Free), QHM(Free, 0.9, Free), SGD(Free).Average(), SGD(Free).Cosine(), ScheduleFree(Free, 0.9), SGD(0.5).EMA(Free), Nesterov(Free, 0.9).EMA(0.5)} {
		for _, target := range []float64{0.8, 0.6} { // the start is at 0.65
			for _, q := range []Problem{p, streaming} {
				start := must(ExpectedLoss(q, 0, SGD(1))) * target / 0.65
				got := must(Tune(q, start, o.Batch(1e4), 100))
				if got.Steps.Steps > 1 || !got.Proved || got.BestBefore != got.Steps.Before || !(got.Bound > 0) {
					t.Errorf("%v on %v: %v, best before %v", o, q, got, got.BestBefore)
				}
			}
		}
	}
}

// What was searched says among how many losses; nothing is one step before a target that is
// not reached.
func TestTextsOfSearchesSayHowFinely(t *testing.T) {
	p := must(List(1, 0.3))
	for _, o := range []Optimizer{QHM(Free, 0.9, 0.5), SGD(Free).Lookahead(5, 0.5), SGD(Free).Cosine()} {
		for _, got := range []Tuned{must(Tune(p, 1e-9, o, 30)), must(TuneLoss(p, 30, o))} {
			text := got.String()
			if got.Proved || !strings.Contains(text, fmt.Sprintf("searched: the lowest of %d losses", got.Evaluations)) || strings.Contains(text, "before") {
				t.Error(text)
			}
		}
	}
}

// A loss that overflows has no bound to print: the sentence says at which step.
func TestTextOfOverflow(t *testing.T) {
	p := must(List(1, 0.3))
	p.Streaming = true
	for _, o := range []Optimizer{SGD(1.5), Momentum(1.5, 0.5), Nesterov(1, 0.9), SGD(1.5).EMA(0.9), SGD(1.5).Average(), SGD(3).Average()} {
		s := must(StepsToTarget(p, 1e-3, o, 0))
		if text := s.String(); s.Outcome != Diverges || strings.Contains(text, "Inf") || !strings.Contains(text, fmt.Sprintf("t = %d", s.Checked)) {
			t.Error(text)
		}
	}
}
