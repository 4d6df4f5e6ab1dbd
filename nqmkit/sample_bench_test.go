package nqmkit_test

import (
	"runtime"
	"strconv"
	"testing"

	"nqm/nqmkit"
)

// BenchmarkSampleSGD is SGD at d = 10^4: one run on each core.
func BenchmarkSampleSGD(b *testing.B) {
	const d, steps = 10_000, 500
	p := nqmkit.PowerLaw(d, 1)
	workers := runtime.GOMAXPROCS(0)
	for b.Loop() {
		nqmkit.SampleAt(p, []int{steps}, nqmkit.Trials(workers, 1), nqmkit.SGD(0.5))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/d/steps/float64(workers), "ns/coordinate-step")
}

// BenchmarkSampleWidths is SGD in few and in many dimensions: runs of up to 32
// go side by side, longer ones alone.
func BenchmarkSampleWidths(b *testing.B) {
	const steps = 100
	for _, d := range []int{2, 20, 32, 33, 100, 200, 1000} {
		b.Run(strconv.Itoa(d), func(b *testing.B) {
			p, trials := nqmkit.PowerLaw(d, 1), 40_000/d
			for b.Loop() {
				nqmkit.SampleAt(p, []int{steps}, nqmkit.Trials(trials, 1), nqmkit.SGD(0.5))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(d*trials*steps), "ns/coordinate-step")
		})
	}
}

// BenchmarkLectureLoop is the lecture's: two directions, 10 000 runs, 200
// steps, mean, standard error and band at every step.
func BenchmarkLectureLoop(b *testing.B) {
	p := nqmkit.TwoDirections(50, 1)
	for b.Loop() {
		nqmkit.Sample(p, 200, nqmkit.Trials(10_000, 1), nqmkit.SGD(0.02))
	}
}
