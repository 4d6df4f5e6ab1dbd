package theory

import "testing"

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

func BenchmarkBillionDimensions(b *testing.B) {
	p := must(PowerLaw(1e9, 1))
	for _, m := range []Method{SGD(0.3), Momentum(0.03, 0.9), SGD(0.3).EMA(0.99), Momentum(1.5, 0.999)} {
		b.Run(m.String(), func(b *testing.B) { benchmarkExpect(b, p, m, []int{1000}) })
	}
}
