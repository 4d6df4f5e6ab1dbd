package nqmkit

import (
	"math"
	"slices"
	"sync"

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
		c.Low[k], c.High[k] = band(values, (1-bandLevel)/2, (1+bandLevel)/2)
	})
	return c
}

// meanStdErr returns the mean and its standard error: infinite both if a value
// is, and a standard error of +Inf for a single value, which says
// nothing about its spread.
func meanStdErr(v []float64) (mean, stdErr float64) {
	n := float64(len(v))
	mean = total(v, 0) / n
	switch {
	case math.IsNaN(mean): // of infinities of both signs
		return math.Inf(1), math.Inf(1)
	case math.IsInf(mean, 0):
		return mean, math.Inf(1)
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

// quantiles returns, for each share q, the smallest value that a share q of
// the values does not exceed.
func quantiles(v []float64, q ...float64) []float64 {
	answers := make([]float64, len(q))
	scratch := slices.Clone(v)
	for i, share := range q {
		answers[i] = ranked(scratch, rankOf(share, len(v)))
	}
	return answers
}

// rankOf is the rank of a quantile among n values, 0 the smallest.
func rankOf(share float64, n int) int { return max(int(math.Ceil(share*float64(n)))-1, 0) }

// band returns two quantiles, of a share below a half and of one above. Of many
// values it looks only at two tails that a sample says hold them.
func band(v []float64, from, to float64) (low, high float64) {
	some := make([]float64, 0, len(v)/64+1)
	for i := 0; i < len(v); i += 64 {
		some = append(some, v[i])
	}
	slices.Sort(some)
	_, below := bracket(some, from)
	above, _ := bracket(some, to)
	scratch := tails.Get().(*[]float64)
	defer tails.Put(scratch)
	*scratch = slices.Grow((*scratch)[:0], 2*len(v))
	lower, upper := (*scratch)[:len(v)], (*scratch)[len(v):2*len(v)]
	n, m := 0, 0
	for _, x := range v { // writing all and counting some costs no mispredicted branch
		lower[n], upper[m] = x, x
		n += one(x <= below)
		m += one(x >= above)
	}
	first, last := rankOf(from, len(v)), rankOf(to, len(v))
	if first >= n || last < len(v)-m { // an unlucky guess
		q := quantiles(v, from, to)
		return q[0], q[1]
	}
	return ranked(lower[:n], first), ranked(upper[:m], last-(len(v)-m))
}

// tails are buffers that bands share.
var tails = sync.Pool{New: func() any { return new([]float64) }}

// bracket guesses values below and above a quantile from a sorted sample.
func bracket(some []float64, q float64) (low, high float64) {
	n := float64(len(some))
	reach := 3*math.Sqrt(n*q*(1-q)) + 1
	from, to := int(math.Floor(n*q-reach)), int(n*q+reach)
	low, high = math.Inf(-1), math.Inf(1)
	if from >= 0 {
		low = some[from]
	}
	if to < len(some) {
		high = some[to]
	}
	return low, high
}

// ranked returns the value of a rank, 0 the smallest, and reorders v (Hoare's
// find, 1961): what lies at the rank is between from and to throughout.
func ranked(v []float64, rank int) float64 {
	from, to := 0, len(v)
	for {
		middle := from + (to-from)/2
		v[middle], v[to-1] = v[to-1], v[middle]
		pivot := v[to-1]
		below := toFront(v[from:to], func(x float64) bool { return x < pivot })
		switch place := from + below; { // of the pivot, which came last
		case rank < place:
			to = place
		case rank == place:
			return pivot
		case below > 0:
			from = place
		default: // it is the smallest, maybe with many like it
			from += toFront(v[from:to], func(x float64) bool { return x <= pivot })
			if rank < from {
				return pivot
			}
		}
	}
}

// toFront moves the values of a kind to the front of v and returns their number.
// Each value is exchanged and some are counted, which costs no mispredicted
// branch.
func toFront(v []float64, is func(x float64) bool) int {
	n := 0
	for i, x := range v {
		v[i], v[n] = v[n], x
		n += one(is(x))
	}
	return n
}

// one is 1 if what it is asked holds, else 0: the compiler makes no branch of it.
func one(holds bool) int {
	if holds {
		return 1
	}
	return 0
}
