package nqmkit

import (
	"math"
	"slices"
)

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
	below, above := inside(v, from, to)
	if !(below < above) { // too few, or too many alike
		return both(v, from, to)
	}
	room := tails.take(len(v))
	defer tails.Put(room)
	outside, n := *room, 0
	for _, x := range v { // writing all and counting some costs no mispredicted branch
		outside[n] = x
		n += one(x <= below) + one(x >= above)
	}
	outside = outside[:n]
	n = toFront(outside, func(x float64) bool { return x <= below })
	lower, upper := outside[:n], outside[n:]
	first, last := rankOf(from, len(v)), rankOf(to, len(v))-(len(v)-len(upper))
	if first >= len(lower) || last < 0 { // an unlucky guess
		return both(v, from, to)
	}
	return ranked(lower, first), ranked(upper, last)
}

func both(v []float64, from, to float64) (low, high float64) {
	q := quantiles(v, from, to)
	return q[0], q[1]
}

// tails are what bands write to, one after the other.
var tails rooms

// inside guesses from a sample of v a value above its lower quantile and one
// below its upper: by three standard errors of their ranks.
func inside(v []float64, from, to float64) (below, above float64) {
	some := make([]float64, 0, len(v)/64+1)
	for i := 0; i < len(v); i += 64 {
		some = append(some, v[i])
	}
	n := float64(len(some))
	reach := func(share float64) float64 { return 3*math.Sqrt(n*share*(1-share)) + 1 }
	low, high := int(n*from+reach(from)), int(math.Floor(n*to-reach(to)))
	if low >= high {
		return math.Inf(1), math.Inf(-1)
	}
	return ranked(some, low), ranked(some, high)
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
