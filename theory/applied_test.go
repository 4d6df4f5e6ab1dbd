package theory

import (
	"math"
	"strings"
	"testing"
)

// The rates of every shape by their formulas, update for update, and the samples by
// adding one batch after the other.
func TestRatesApplied(t *testing.T) {
	o := Momentum(0.5, 0.75).EMA(0.75).WarmedUp().Batch(2).Segments(
		Segment{Steps: 4, Shape: LinearRate, To: 1, Momentum: 0.5, MomentumTo: 0.75},
		Segment{Shape: CosineRate, From: 1, BatchSize: 8},
		Segment{Steps: 2, Shape: InverseTimeRate, From: 0.5, Time: 2, BatchSize: 4})
	r := must(RatesApplied(o, 10))
	rates := []float64{0, 0.125, 0.25, 0.375, 0.5, 0, 0, 0, 0.25, 0.25 / 1.5}
	for k := range 4 {
		rates[4+k] = 0.25 * (1 + math.Cos(math.Pi*float64(k)/4))
	}
	samples := 0.0
	for k, batch := range []float64{2, 2, 2, 2, 8, 8, 8, 8, 4, 4} {
		samples += batch
		near(t, "rate", r.LearningRate[k], rates[k], 1e-15)
		near(t, "batch", r.BatchSize[k], batch, 0)
		near(t, "samples", r.Samples[k], samples, 0)
		near(t, "decay", r.Decay[k], math.Min(0.75, float64(k+2)/float64(k+11)), 1e-15)
		beta := 0.75
		if k < 4 {
			beta = 0.5 + 0.0625*float64(k)
		}
		near(t, "momentum", r.Momentum[k], beta, 1e-15)
		if r.Steps[k] != k+1 {
			t.Errorf("update %d is called %d", k+1, r.Steps[k])
		}
	}
	c := must(Expect(must(List(1)), []int{0, 1, 5, 10}, o))
	for k, want := range []float64{0, 2, 16, 48} {
		near(t, "samples of the curve", c.Samples[k], want, 0)
	}
	long := must(Expect(must(List(1)), []int{1e15}, SGD(0.1).Batch(3).Segments(Segment{Steps: 10, From: 1, BatchSize: 5})))
	near(t, "samples of a long run", long.Samples[0], 5e15, 1e-15) // the last batch stays
	for want, err := range map[string]error{
		"rates of 0 updates: want 1 to 1000000": second(RatesApplied(o, 0)),
		"schedule of 6 fixed steps in a run of": second(RatesApplied(o, 5)),
		"momentum 1: want 0 <= β < 1":           second(RatesApplied(Momentum(1, 1), 5)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
