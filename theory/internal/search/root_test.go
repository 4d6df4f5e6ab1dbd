package search

import (
	"math"
	"math/rand/v2"
	"testing"
)

// falling are functions that fall through zero at a place that is known without
// looking: smooth, steep, flat, one-sided, and without any values but signs.
var falling = []struct {
	name string
	f    func(x, root float64) float64
}{
	{"line", func(x, r float64) float64 { return r - x }},
	{"steep", func(x, r float64) float64 { return math.Expm1(50 * (r - x)) }},
	{"flat", func(x, r float64) float64 { return math.Pow(r-x, 9) }},
	{"sign", func(x, r float64) float64 { return math.Copysign(1, r-x) }},
	{"one-sided", func(x, r float64) float64 {
		if x < r {
			return 1e-30
		}
		return -1
	}},
	{"infinite", func(x, r float64) float64 { return math.Inf(int(math.Copysign(1, r-x))) }},
	{"not a number beyond", func(x, r float64) float64 {
		if x < r {
			return 1
		}
		return math.NaN()
	}},
}

// The ends enclose the root as closely as asked, after four looks for every
// halving at most.
func TestBracketCloses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range falling {
		for range 200 {
			low := -r.Float64()
			high, root := low+math.Exp(6*r.Float64()-3), 0.0
			root = low + (high-low)*(0.001+0.99*r.Float64())
			looks := 0
			f := func(x float64) float64 { looks++; return c.f(x, root) }
			width := 1e-12 * r.Float64()
			b := Between(low, c.f(low, root), high, c.f(high, root))
			b.Close(f, width, 0)
			if !(b.Low <= root && root <= b.High && b.High-b.Low <= math.Max(width, 0x1p-50)) {
				t.Errorf("%s: %v in [%v, %v], wanted within %v", c.name, root, b.Low, b.High, width)
			}
			if most := 4 * (1 + math.Log2((high-low)/math.Max(width, 0x1p-52))); float64(looks) > most {
				t.Errorf("%s: %d looks, more than %v", c.name, looks, most)
			}
		}
	}
}

// A smooth root takes a dozen looks to its last bits, from any side.
func TestBracketIsFast(t *testing.T) {
	for _, start := range []float64{-0.5, 0.3, 3} {
		looks := 0
		f := func(x float64) float64 { looks++; return 2 - math.Exp(x) }
		b := From(start, f(start), 0.1)
		b.Close(f, 0, 1e-15)
		near(t, "log 2", b.High, math.Ln2, 1e-15)
		if looks > 16 {
			t.Errorf("from %v: %d looks", start, looks)
		}
	}
}

// Without a root the other end stays infinite.
func TestBracketWithoutARoot(t *testing.T) {
	b := From(1, 1, 1)
	b.Close(func(float64) float64 { return 1 }, 0, 1e-14)
	if !math.IsInf(b.High, 1) || !(b.Low > 1e307) {
		t.Errorf("no root above, but [%v, %v]", b.Low, b.High)
	}
	b = From(1, -1, 1)
	b.Close(func(float64) float64 { return math.NaN() }, 0, 1e-14)
	if !math.IsInf(b.Low, -1) {
		t.Errorf("no root below, but [%v, %v]", b.Low, b.High)
	}
}

// The least whole number, from every side, next to both ends of the range.
func TestCountFindsTheLeast(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const limit = 1_000_000_000_000_000
	for _, c := range falling {
		for n := range 300 {
			want := []int{1, 2, 3, limit, int(math.Exp(34 * r.Float64()))}[n%5]
			start := []int{1, limit, want, int(math.Exp(34 * r.Float64()))}[r.IntN(4)]
			looks := 0
			f := func(t int) float64 { looks++; return c.f(math.Log1p((float64(t-want)+0.5)/(float64(want)-0.5)), 0) }
			k := CountFrom(start, f(start), 1+r.Float64(), limit)
			for k.Open(0) {
				at := k.Next()
				if at < 1 || at > limit || k.High != 0 && at >= k.High || at <= k.Low {
					t.Fatalf("%s: look at %d between %d and %d", c.name, at, k.Low, k.High)
				}
				k.See(at, f(at))
			}
			if k.High != want || k.Low != want-1 {
				t.Errorf("%s: %d to %d from %d, want %d", c.name, k.Low, k.High, start, want)
			}
			if looks > 250 {
				t.Errorf("%s: %d looks for %d from %d", c.name, looks, want, start)
			}
		}
	}
	k := CountFrom(7, 1, 2, 100)
	for k.Open(0) {
		k.See(k.Next(), 1)
	}
	if k.High != 0 || k.Low != 100 {
		t.Errorf("never reached, but %d to %d", k.Low, k.High)
	}
}
