package nqmkit_test

import (
	"math"
	"strings"
	"testing"

	"nqm/nqmkit"
)

func TestCriticalBatchRefuses(t *testing.T) {
	b, s := []float64{64, 128, 256}, []float64{40, 20, 10}
	for want, call := range map[string]func(){
		"3 batch sizes and 2 steps":         func() { nqmkit.CriticalBatch(b, s[:2]) },
		"2 points at 2 batch sizes":         func() { nqmkit.CriticalBatch(b[:2], s[:2]) },
		"3 points at 1 batch sizes":         func() { nqmkit.CriticalBatch([]float64{8, 8, 8}, s) },
		"batch size 0 of point 1":           func() { nqmkit.CriticalBatch([]float64{64, 0, 256}, s) },
		"NaN steps at B = 64":               func() { nqmkit.CriticalBatch(b, []float64{math.NaN(), 20, 10}) },
		"reference batch size -1":           func() { nqmkit.CriticalBatch(b, s, -1) },
		"2 reference batch sizes: want at ": func() { nqmkit.CriticalBatch(b, s, 1, 2) },
	} {
		if got := panicOf(call); !strings.Contains(got, want) || strings.Contains(got, "\n") {
			t.Errorf("got %q, want one sentence with %q", got, want)
		}
	}
}
