package theory_test

import (
	"math"
	"testing"

	"nqm/theory"
)

func TestSteadyVarianceOfAnOpenSchedule(t *testing.T) {
	o := theory.Optimizer{LearningRate: 0.1, Schedule: theory.Schedule{{From: 1, To: 0.5, Shape: theory.LinearRate}}}
	if got, err := theory.SteadyVariance(o, 1, 1); err == nil || !math.IsNaN(got) {
		t.Errorf("%g, %v: want an error", got, err)
	}
	o, _ = o.Over(100)
	got, err := theory.SteadyVariance(o, 1, 1)
	if want := 0.05 / (2 - 0.05); err != nil || math.Abs(got-want) > 1e-15 { // α c / ((2 - αh) h), α = 0.05
		t.Errorf("%g, %v: want %g", got, err, want)
	}
}
