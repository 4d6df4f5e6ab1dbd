package nqmkit_test

import (
	"testing"

	"nqm/nqmkit"
)

// The two schedule figures of the paper on all 10^4 eigenvalues, on all cores.
func BenchmarkScheduleFigures(b *testing.B) {
	p := nqmkit.PowerLaw(10_000, 1)
	batches := func(low, high, factor float64) (all []float64) {
		for x := low; x <= high; x *= factor {
			all = append(all, x)
		}
		return all
	}
	b.Run("9 batches x 50 pieces", func(b *testing.B) {
		for b.Loop() {
			nqmkit.SchedulesToTarget(p, 0.01, batches(16, 4096, 2), nqmkit.SGD(1), 50)
		}
	})
	b.Run("4 powers x 10 batches x 10 pieces", func(b *testing.B) {
		for b.Loop() {
			for _, power := range []float64{0, 0.25, 0.5, 0.75} {
				nqmkit.SchedulesToTarget(p, 0.01, batches(4, 1<<20, 4), nqmkit.SGD(1).Precondition(power), 10)
			}
		}
	})
}
