package nqmkit_test

import (
	"testing"

	"nqm/nqmkit"
)

// A sampled curve knows its samples as its closed form does, of any method, under
// schedules and after their end, and where a run is asked for at step 10^15.
func TestSampledCurvesKnowTheirSamples(t *testing.T) {
	grow := []nqmkit.Segment{{Steps: 3, From: 1, BatchSize: 2}, {Steps: 4, From: 0.5}, {Steps: 1, From: 0.5, BatchSize: 16}}
	at := []int{0, 2, 5, 10}
	for _, test := range []struct {
		m    nqmkit.Sampler
		want []float64
	}{
		{nqmkit.SGD(0.1).Batch(4).Segments(grow...), []float64{0, 4, 14, 70}},
		{nqmkit.Adam(0.1).Batch(4), []float64{0, 8, 20, 40}},
		{nqmkit.EMA(nqmkit.TorchSGD{LearningRate: 0.1, BatchSize: 3}, 0.9), []float64{0, 6, 15, 30}},
		{triple(0.1, 0.9).Batch(5), []float64{0, 10, 25, 50}},
	} {
		c := nqmkit.SampleAt(nqmkit.List(1, 0.5), at, nqmkit.Trials(2, 1), test.m)[0]
		for k, want := range test.want {
			if c.Samples[k] != want {
				t.Errorf("%v after %d steps: %v samples, want %v", test.m, at[k], c.Samples[k], want)
			}
		}
	}
	far := nqmkit.SampleAt(nqmkit.List(1), []int{1e15}, nqmkit.Trials(1, 1), nqmkit.SGD(1e3))[0] // overflows
	if far.Samples[0] != 1e15 {
		t.Errorf("%v samples, want 10^15", far.Samples[0])
	}
}
