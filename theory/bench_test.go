package theory

import (
	"math"
	"testing"
)

func to(n, step int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = (i + 1) * step
	}
	return s
}

func benchmarkExpect(b *testing.B, p Problem, m Method, steps []int) {
	b.ReportAllocs()
	var c Curve
	for b.Loop() {
		c = must(Expect(p, steps, m))
	}
	b.ReportMetric(float64(c.Modes), "modes")
	b.ReportMetric(c.SumError, "error")
}

func BenchmarkCurve(b *testing.B) {
	law := must(PowerLaw(10_000, 1))
	list := must(law.Explicit())
	for _, m := range []Method{SGD(0.3), Momentum(0.03, 0.9), SGD(0.3).EMA(0.99), Momentum(0.03, 0.9).EMA(0.99), SGD(0.5).Cosine(), Momentum(0.5, 0.9).Cosine()} {
		b.Run("law/"+m.String(), func(b *testing.B) { benchmarkExpect(b, law, m, to(1000, 5)) })
	}
	for _, m := range []Method{SGD(0.3), Momentum(0.03, 0.9)} {
		b.Run("list/"+m.String(), func(b *testing.B) { benchmarkExpect(b, list, m, to(1000, 5)) })
	}
}

// 200 equal steps, and 200 that differ by rounding.
func BenchmarkCurveOf200(b *testing.B) {
	list := must(must(PowerLaw(10_000, 1)).Explicit())
	var equal, almost []int
	for k := range 200 {
		equal, almost = append(equal, 5*(k+1)), append(almost, 1050*(k+1)/200)
	}
	for _, m := range []Method{SGD(0.3), Momentum(0.03, 0.9)} {
		b.Run("equal/"+m.String(), func(b *testing.B) { benchmarkExpect(b, list, m, equal) })
		b.Run("almost/"+m.String(), func(b *testing.B) { benchmarkExpect(b, list, m, almost) })
	}
}

func BenchmarkBillionDimensions(b *testing.B) {
	p := must(PowerLaw(1e9, 1))
	for _, m := range []Method{SGD(0.3), Momentum(0.03, 0.9), SGD(0.3).EMA(0.99), Momentum(1.5, 0.999)} {
		b.Run(m.String(), func(b *testing.B) { benchmarkExpect(b, p, m, []int{1000}) })
	}
}

// The proof that no learning rate reaches the paper's target earlier, and no pair of
// learning rate and decay.
func BenchmarkProve(b *testing.B) {
	p := must(PowerLaw(10_000, 1))
	for _, o := range []Optimizer{SGD(Free).Batch(1 << 20), SGD(Free).Batch(4), Momentum(Free, 0.9).Batch(1024), SGD(Free).EMA(0.99).Batch(64), SGD(Free).EMA(Free).Batch(1 << 20), Momentum(Free, Free).Precondition(0.5).Batch(1 << 20)} {
		b.Run(o.String(), func(b *testing.B) {
			a := must(Search(p, 0.01, o, 0))
			var v *prover
			var d proof
			for b.Loop() {
				v = newProver(must(newTuner(p, o)))
				d = v.above(a.Target*(1+proofGuard), 1, a.Steps.Steps-1, mostBoxes, math.Inf(1))
			}
			if !(d.bound > a.Target) {
				b.Fatalf("%v: bound %v", a, d.bound)
			}
			b.ReportMetric(float64(a.Steps.Steps), "steps")
			b.ReportMetric(float64(d.boxes), "boxes/op")
			b.ReportMetric(v.work, "factors/op")
		})
	}
}

// Steps that are like no other, 10^5 of them: of a power law of any size, and 10^4 of
// 10^4 directions.
func BenchmarkChangingSteps(b *testing.B) {
	law, list := must(PowerLaw(1e9, 1)), must(LogUniform(10_000, 1, 1e-4))
	for _, m := range []Optimizer{ScheduleFree(0.5, 0.9), DANA(0.5, 0.01, 0.5, 4), AdEMAMix(0.1, 0.9, 0.999, 2).WarmSlow(100_000)} {
		b.Run(m.Family()+", law", func(b *testing.B) {
			for b.Loop() {
				must(Expect(law, []int{100_000}, m))
			}
		})
		b.Run(m.Family()+", list", func(b *testing.B) {
			for b.Loop() {
				must(Expect(list, []int{10_000}, m))
			}
		})
	}
}
