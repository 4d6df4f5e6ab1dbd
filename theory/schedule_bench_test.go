package theory

import "testing"

// What the figures of the paper take on all 10^4 eigenvalues, one point after
// the other on one core. A figure's points are independent.

// Optimal piecewise schedules for batches 16 to 4096, 50 pieces.
func BenchmarkScheduleFigure(b *testing.B) {
	p := must(PowerLaw(10_000, 1))
	for b.Loop() {
		for batch := 16.0; batch <= 4096; batch *= 2 {
			must(ScheduleToTarget(p, 0.01, SGD(1).Batch(batch), 50))
		}
	}
}

// Schedules × preconditioning: 4 powers, 10 batch sizes, 10 pieces.
func BenchmarkSchedulePowerFigure(b *testing.B) {
	p := must(PowerLaw(10_000, 1))
	for b.Loop() {
		for _, power := range []float64{0, 0.25, 0.5, 0.75} {
			for batch := 4.0; batch <= 1<<20; batch *= 4 {
				must(ScheduleToTarget(p, 0.01, SGD(1).Batch(batch).Precondition(power), 10))
			}
		}
	}
}

func BenchmarkBestSchedule(b *testing.B) {
	p := must(PowerLaw(10_000, 1))
	for b.Loop() {
		must(BestSchedule(p, 5000, SGD(1).Batch(64), 10))
	}
}
