package nqmkit_test

import (
	"strings"
	"testing"

	"nqm/nqmkit"
)

// No method takes Batch(0) for batches of one, and no schedule a part of a negative
// length.
func TestBatchOfNothing(t *testing.T) {
	p := nqmkit.TwoDirections(2, 1)
	still := nqmkit.Custom("mine", func() nqmkit.Update {
		return func(_ int, theta, _ []float64) []float64 { return theta }
	})
	for _, m := range []nqmkit.Sampler{
		nqmkit.SGD(0.1).Batch(0), triple(0.1, 0.5).Batch(0), still.Batch(0), nqmkit.Adam(0.1).Batch(0), nqmkit.SignSGD(0.1).Batch(0),
		nqmkit.EMA(nqmkit.RMSProp(0.1).Batch(0), 0.5), nqmkit.Lookahead(still.Batch(0), 2, 0.5),
	} {
		if got := panicOf(func() { nqmkit.Sample(p, 3, nqmkit.Trials(2, 1), m) }); !strings.Contains(got, "batch size 0: want a finite number >= 1") {
			t.Errorf("%v: %q", m, got)
		}
	}
	for _, m := range []nqmkit.Sampler{nqmkit.SGD(0.1).WSD(-1, 3), nqmkit.Adam(0.1).WSD(1, -3), nqmkit.AdamW(0.1, 0.1).Segments(nqmkit.Segment{Steps: -2, From: 1})} {
		if got := panicOf(func() { nqmkit.Sample(p, 30, nqmkit.Trials(2, 1), m) }); !strings.Contains(got, "steps: want 0 to 9007199254740992") {
			t.Errorf("%v: %q", m, got)
		}
	}
	if got := panicOf(func() {
		nqmkit.Sample(p, 30, nqmkit.Trials(2, 1), nqmkit.Adam(0.1).Segments(nqmkit.Segment{Steps: 9, BatchSize: 8}))
	}); !strings.Contains(got, "no learning-rate factor") {
		t.Errorf("a segment without a rate: %q", got)
	}
}
