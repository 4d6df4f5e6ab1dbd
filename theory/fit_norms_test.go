package theory_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"nqm/theory"
)

// norms returns squared norms of sampled gradients g + noise/√b in so many dimensions.
func norms(r *rand.Rand, g []float64, sigma, batch float64, n int) []float64 {
	all := make([]float64, n)
	for k := range all {
		for _, v := range g {
			x := v + sigma/math.Sqrt(batch)*r.NormFloat64()
			all[k] += x * x
		}
	}
	return all
}

// The intervals hold the truth at their rate: over 600 logs of a known gradient and noise, with
// few entries and with many, with a gradient that is seen well and one that is not.
func TestNormsIntervalsCover(t *testing.T) {
	for _, c := range []struct {
		g, sigma   float64
		small, big float64
		n          int
	}{{1, 2, 4, 64, 30}, {1, 2, 4, 64, 400}, {0.3, 3, 8, 32, 25}, {0.1, 3, 2, 16, 200}} {
		r := rand.New(rand.NewPCG(1, uint64(c.n)))
		g := make([]float64, 15)
		for i := range g {
			g[i] = c.g
		}
		truth := []float64{c.sigma * c.sigma / (c.g * c.g), 15 * c.sigma * c.sigma, 15 * c.g * c.g}
		held := make([]int, 3)
		const logs = 600
		for range logs {
			all, err := theory.FitNorms(c.small, c.big, norms(r, g, c.sigma, c.small, c.n), norms(r, g, c.sigma, c.big, c.n))
			if err != nil {
				t.Fatal(err)
			}
			for k, e := range all {
				if e.Low <= truth[k] && truth[k] <= e.High {
					held[k]++
				}
			}
		}
		for k, n := range held {
			if share := float64(n) / logs; share < 0.92 || share > 0.985 {
				t.Errorf("%+v: interval %d holds the truth in %.3f of the logs, want about 0.95", c, k, share)
			}
		}
	}
}

// Without noise in the logs the numbers are those of the formula.
func TestNormsByHand(t *testing.T) {
	// |g|² = 3, tr C = 40: |g_b|² = 3 + 40/b
	all, err := theory.FitNorms(2, 10, []float64{23, 23}, []float64{7, 7})
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []float64{40. / 3, 40, 3} {
		if e := all[k]; math.Abs(e.Value-want) > 1e-12*want || math.Abs(e.Low-want) > 1e-6*want || math.Abs(e.High-want) > 1e-6*want {
			t.Errorf("%v, want %v", e, want)
		}
	}
}

// Whatever the logs are, B_simple is >= 0 and in its interval; where the larger batches have the
// longer gradients, or shorter ones than noise alone would have, it says so.
func TestNormsOfAnyLogs(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	log := func(scale, spread float64) []float64 {
		all := make([]float64, 2+r.IntN(60))
		for k := range all {
			all[k] = scale * math.Exp(spread*r.NormFloat64())
		}
		return all
	}
	for range 2000 {
		small, spread := 1+10*r.Float64(), 2*r.Float64()
		ofSmall, ofBig := log(math.Exp(3*r.NormFloat64()), spread), log(1, spread)
		all, err := theory.FitNorms(small, small*(1.5+20*r.Float64()), ofSmall, ofBig)
		if err != nil {
			t.Fatal(err)
		}
		b, trace, square := all[0], all[1], all[2]
		if !(0 <= b.Low && b.Low <= b.Value && b.Value <= b.High) || (b.Note == "") != (trace.Value >= 0 && square.Value > 0) {
			t.Fatalf("%v with %v and %v, of %v and %v", b, trace, square, ofSmall, ofBig)
		}
	}
}

func TestNormsRefuse(t *testing.T) {
	two := []float64{1, 2}
	for want, f := range map[string]func() ([]theory.Estimate, error){
		"batch sizes 4 and 4":               func() ([]theory.Estimate, error) { return theory.FitNorms(4, 4, two, two) },
		"1 squared norms of gradients of b": func() ([]theory.Estimate, error) { return theory.FitNorms(4, 8, two, two[:1]) },
		"squared norm NaN in place 1":       func() ([]theory.Estimate, error) { return theory.FitNorms(4, 8, []float64{1, math.NaN()}, two) },
		"squared norm -1 in place 0":        func() ([]theory.Estimate, error) { return theory.FitNorms(4, 8, two, []float64{-1, 2}) },
		"batch sizes 0.5 and 4":             func() ([]theory.Estimate, error) { return theory.FitNorms(0.5, 4, two, two) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
