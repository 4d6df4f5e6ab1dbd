package nqmkit

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"nqm/nqmkit/internal/random"
)

// Quantiles by selection are those of the sorted values, whatever the order,
// the ties and the infinities.
func TestQuantilesAreThoseOfTheSortedValues(t *testing.T) {
	s := random.New(1, 0, random.ForNoise)
	for _, n := range []int{1, 2, 3, 31, 100, 1000, 10_000} {
		for _, change := range []func(v []float64){
			func([]float64) {},
			slices.Sort[[]float64],
			func(v []float64) { slices.Sort(v); slices.Reverse(v) },
			func(v []float64) {
				for i := range v {
					v[i] = math.Round(v[i])
				}
			},
			func(v []float64) {
				for i := range v {
					v[i] = float64(i / 32)
				}
			},
			func(v []float64) {
				for i := 0; i < n; i += 3 {
					v[i] = math.Inf(1)
				}
			},
			func(v []float64) {
				for i := range v {
					v[i] = math.Inf(1)
				}
			},
			func(v []float64) {
				for i := range v {
					v[i] = float64(i % 2)
				}
			},
			func(v []float64) { // the sample that band takes misleads it
				for i := 0; i < n; i += 64 {
					v[i] += 1000
				}
			},
		} {
			v := make([]float64, n)
			s.Normals(v)
			change(v)
			shares := []float64{0.001, 0.05, 0.5, 0.95, 1}
			got := quantiles(v, shares...)
			low, high := band(v, 0.05, 0.95)
			slices.Sort(v)
			if low != stat.Quantile(0.05, stat.Empirical, v, nil) || high != stat.Quantile(0.95, stat.Empirical, v, nil) {
				t.Errorf("%d values: band from %v to %v", n, low, high)
			}
			for i, q := range shares {
				if want := stat.Quantile(q, stat.Empirical, v, nil); got[i] != want {
					t.Errorf("%d values, share %v: %v, want %v", n, q, got[i], want)
				}
			}
		}
	}
}

func TestMeanAndStandardError(t *testing.T) {
	s := random.New(2, 0, random.ForNoise)
	for _, n := range []int{2, 3, 5, 8, 1001} {
		v := make([]float64, n)
		s.Normals(v)
		mean, stdErr := meanStdErr(v)
		wantMean, std := stat.MeanStdDev(v, nil)
		if math.Abs(mean-wantMean) > 1e-15*float64(n) || math.Abs(stdErr/stat.StdErr(std, float64(n))-1) > 1e-12 {
			t.Errorf("%d values: %v ± %v", n, mean, stdErr)
		}
	}
}

func TestMeanOfInfinities(t *testing.T) {
	inf := math.Inf(1)
	for _, test := range []struct {
		values []float64
		mean   float64
	}{
		{[]float64{1, inf, 2}, inf}, {[]float64{1, -inf, 2}, -inf}, {[]float64{inf, -inf}, inf}, {[]float64{-inf}, -inf},
	} {
		if mean, stdErr := meanStdErr(test.values); mean != test.mean || stdErr != inf {
			t.Errorf("%v: %v ± %v, want %v ± +Inf", test.values, mean, stdErr, test.mean)
		}
	}
}
