package nqmkit

import (
	"math"
	"slices"

	"nqm/theory"
)

// bandLevel is the share of runs that a sampled band holds.
const bandLevel = 0.9

// summarise turns the values of the runs into mean, standard error and band.
// It goes through the runs in their order, whichever core made them.
func (o observations) summarise() theory.SampledCurve {
	n := len(o.steps)
	c := theory.SampledCurve{
		Steps: slices.Clone(o.steps),
		Mean:  make([]float64, n), StdErr: make([]float64, n), Low: make([]float64, n), High: make([]float64, n),
		Level: bandLevel, Trials: len(o.values[0]), Diverged: o.diverged(), Partial: o.partial,
	}
	parallel(n, func(k int) {
		values := o.values[k]
		c.Mean[k], c.StdErr[k] = meanStdErr(values)
		c.Low[k], c.High[k] = quantile(values, (1-bandLevel)/2), quantile(values, (1+bandLevel)/2)
	})
	return c
}

// meanStdErr returns the mean and its standard error: +Inf both if a value is
// infinite, and a standard error of +Inf for a single value, which says
// nothing about its spread.
func meanStdErr(v []float64) (mean, stdErr float64) {
	n := float64(len(v))
	mean = total(v, 0) / n
	if math.IsInf(mean, 0) || math.IsNaN(mean) {
		return math.Inf(1), math.Inf(1)
	}
	if n == 1 {
		return mean, math.Inf(1)
	}
	return mean, math.Sqrt(totalSquares(v, mean) / (n - 1) / n)
}

// total returns Σ (v - shift) in four interleaved sums, which do not wait for
// each other.
func total(v []float64, shift float64) float64 {
	var a, b, c, d float64
	for len(v) >= 4 {
		a += v[0] - shift
		b += v[1] - shift
		c += v[2] - shift
		d += v[3] - shift
		v = v[4:]
	}
	for _, x := range v {
		a += x - shift
	}
	return (a + b) + (c + d)
}

// totalSquares returns Σ (v - mean)², likewise.
func totalSquares(v []float64, mean float64) float64 {
	var a, b, c, d float64
	for len(v) >= 4 {
		p, q, r, s := v[0]-mean, v[1]-mean, v[2]-mean, v[3]-mean
		a += float64(p * p)
		b += float64(q * q)
		c += float64(r * r)
		d += float64(s * s)
		v = v[4:]
	}
	for _, x := range v {
		a += float64((x - mean) * (x - mean))
	}
	return (a + b) + (c + d)
}

// quantile returns the smallest value that a share q of the values does not
// exceed. Of many values it sorts only those near a guess from a sample.
func quantile(v []float64, q float64) float64 {
	rank := max(int(math.Ceil(q*float64(len(v))))-1, 0)
	if len(v) < 2000 {
		return sorted(v)[rank]
	}
	low, high := bracket(v, q)
	below := 0
	near := make([]float64, 0, len(v)/4)
	for _, x := range v {
		if x < low {
			below++
		} else if x <= high {
			near = append(near, x)
		}
	}
	if rank < below || rank >= below+len(near) {
		return sorted(v)[rank] // an unlucky guess
	}
	slices.Sort(near)
	return near[rank-below]
}

// bracket guesses values below and above the quantile from every 32nd value.
func bracket(v []float64, q float64) (low, high float64) {
	some := make([]float64, 0, len(v)/32+1)
	for i := 0; i < len(v); i += 32 {
		some = append(some, v[i])
	}
	slices.Sort(some)
	n := float64(len(some))
	reach := 4*math.Sqrt(n*q*(1-q)) + 1
	return some[max(int(n*q-reach), 0)], some[min(int(n*q+reach), len(some)-1)]
}

func sorted(v []float64) []float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	return s
}
