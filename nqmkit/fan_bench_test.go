package nqmkit_test

import (
	"testing"

	"nqm/nqmkit"
)

// The README's problem: 48 steps, five quantiles each, on all 10^4 eigenvalues.
func BenchmarkLossFan(b *testing.B) {
	p := nqmkit.PowerLaw(10_000, 1)
	for b.Loop() {
		nqmkit.LossFan(p, 5000, nqmkit.SGD(0.3))
	}
	b.ReportMetric(48*5, "quantiles/op")
}
