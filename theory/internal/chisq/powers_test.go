package chisq

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// With the series of its small terms the cumulant function is the sum over all terms.
func TestCumulantOfSmallTerms(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 8))
	for range 200 {
		terms := make([]Term, 1+r.IntN(2000))
		spread := 60 * r.Float64()
		for i := range terms {
			terms[i] = Term{math.Exp(3 * r.NormFloat64()), math.Exp(-spread * r.Float64()), math.Exp(-spread * r.Float64())}
		}
		q := math.Exp(20 * r.NormFloat64())
		f := New(terms).at(q)
		w := complex(-1, 2*r.NormFloat64()) * complex(math.Exp(4*r.NormFloat64())/f.largest, 0)
		got := f.cumulant(w)
		var want complex128
		var size float64
		for _, c := range f.terms {
			rw := complex(c.R, 0) * w
			part := complex(c.Count, 0) * (complex(c.B, 0)*w/(1-rw) - log1p(-rw)/2)
			want += part
			size += cmplx.Abs(part)
		}
		if !(cmplx.Abs(got-want) <= 1e-14*size) {
			t.Errorf("%d terms, w = %v: %v, want %v (off by %.2g)", len(terms), w, got, want, cmplx.Abs(got-want)/size)
		}
	}
}

func BenchmarkQuantile(b *testing.B) {
	var terms []Term
	for i := 1; i <= 4000; i++ {
		terms = append(terms, Term{1, math.Pow(float64(i), -1.2), 0.1 * math.Pow(float64(i), -1)})
	}
	l := New(terms)
	for b.Loop() {
		_, _ = l.Quantile(0.05)
	}
}
