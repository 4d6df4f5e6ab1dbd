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
	slow := Momentum(6.2e-11, 1-6e-10) // whose ringing directions have terms a million times the factor
	b.Run(slow.String(), func(b *testing.B) { benchmarkExpect(b, p, slow, []int{10_000_000_000}) })
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

// Steps that are like no other, 10^5 of them: of a power law of any size and of 10^4
// directions, with what a plain loop over that list would cost: the mean and covariance
// of two variables by the matrices of each step, in float64, 10^4 x 10^5 times.
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
				must(Expect(list, []int{100_000}, m))
			}
		})
	}
	b.Run("plain loop, a thousandth", func(b *testing.B) {
		for b.Loop() {
			for i := range 10 {
				sink = plainLoop(1/float64(i+1), 100_000)
			}
		}
	})
}

var sink float64

// plainLoop is heavy ball under a line, as one would write it.
func plainLoop(x float64, steps int) float64 {
	z, v, v00, v01, v11 := 1.0, 0.0, 0.0, 0.0, 0.0
	for t := range steps {
		f := 1 - float64(t)/float64(steps)
		a00, a01, a10, a11, b0 := 1-0.05*f*x, -0.05*f*0.9, x, 0.9, -0.05*f
		z, v = a00*z+a01*v, a10*z+a11*v
		w00, w01, w10, w11 := a00*v00+a01*v01, a00*v01+a01*v11, a10*v00+a11*v01, a10*v01+a11*v11
		v00, v01, v11 = w00*a00+w01*a01+b0*b0, w00*a10+w01*a11+b0, w10*a10+w11*a11+1
	}
	return z*z + v00
}
