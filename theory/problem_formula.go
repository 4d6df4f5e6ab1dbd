package theory

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
)

// A text may write a formula in place of numbers where the formula gives every
// one of them bit for bit. Formulas are found by an estimate from two of the
// numbers, and proved by all; but where all would take long, by some, and then
// a fingerprint of the numbers stands beside the formula.

// compared is how many numbers are compared at most, or twice as many, where
// each takes a power.
const compared = 1 << 10

// few is up to how many numbers a text writes out.
const few = 4

// strideOf is the stride of a comparison of n numbers with powers.
func strideOf(n int, exponent float64) int {
	switch exponent {
	case 0, 1, 2, -1, 0.5:
		return 1
	}
	return max(1, n/compared)
}

// restOf is what a text adds where the stride left numbers out.
func restOf(list []float64, stride int) string {
	if stride == 1 {
		return ""
	}
	return ", " + Fingerprint(list)
}

// powerLawOf returns the power law in the index that a list follows: a constant
// of any list, nil being zeros, and other laws of more than a few numbers.
func powerLawOf(list []float64) (law Power, rest string, ok bool) {
	if len(list) == 0 {
		return Power{}, "", true
	}
	first, n := list[0]+0, len(list)
	if !slices.ContainsFunc(list, func(v float64) bool { return v != first }) {
		return Power{first, 0}, "", true
	}
	if n <= few || first == 0 {
		return Power{}, "", false
	}
	near := -math.Log(list[n-1]/first) / math.Log(float64(n))
	exponent, ok := shortest(near, 1e-13, func(e float64) bool { return Power{first, e}.gives(list) })
	if !ok {
		return Power{}, "", false
	}
	return Power{first, exponent}, restOf(list, strideOf(n, exponent)), true
}

// gives reports whether the law is the list. It asks the last first, which
// depends most on the exponent.
func (p Power) gives(list []float64) bool {
	if n := len(list); p.At(float64(n)) != list[n-1] {
		return false
	}
	for i := 0; i < len(list); i += strideOf(len(list), p.Exponent) {
		if p.At(float64(i+1)) != list[i] {
			return false
		}
	}
	return true
}

// beside returns k and q of C = k H^q, for noise and curvature along laws.
func (p Power) beside(h Power) (k, q float64, ok bool) {
	q, ok = shortest(p.Exponent/h.Exponent, 1e-14*(1+math.Abs(p.Exponent/h.Exponent)), func(q float64) bool {
		near := p.Scale / powerOf(h.Scale, q)
		var found bool
		k, found = shortest(near, 1e-14*math.Abs(near), func(k float64) bool { return h.noise(k, q) == p })
		return found
	})
	return k, q, ok
}

// powersOf returns k and q of c = k h^q, entry by entry.
func powersOf(h, c []float64) (k, q float64, rest string, ok bool) {
	if len(h) != len(c) || len(h) < 2 {
		return 0, 0, "", false
	}
	low, high := -1, 0 // of the positive curvatures
	for i, v := range h {
		if v > 0 && (low < 0 || v < h[low]) {
			low = i
		}
		if v > h[high] {
			high = i
		}
	}
	if low < 0 || !(c[low] > 0 && c[high] > 0) {
		return 0, 0, "", false
	}
	near, spread := 1.0, math.Log(h[high]/h[low])
	if spread > 0 {
		near = math.Log(c[high]/c[low]) / spread
	}
	if m := len(h) / 2; !(math.Abs(c[high]*powerOf(h[m]/h[high], near)-c[m]) <= 1e-6*c[m]) {
		return 0, 0, "", false // at a glance
	}
	q, ok = shortest(near, 1e-14*(1+math.Abs(near)+1/spread), func(q float64) bool {
		near := c[high] / powerOf(h[high], q)
		var found bool
		k, found = shortest(near, 1e-13*near, func(k float64) bool {
			return k*powerOf(h[low], q) == c[low] && isPower(h, c, k, q)
		})
		return found
	})
	if !ok {
		return 0, 0, "", false
	}
	return k, q, restOf(c, strideOf(len(c), q)), true
}

func isPower(h, c []float64, k, q float64) bool {
	for i := 0; i < len(h); i += strideOf(len(h), q) {
		if k*powerOf(h[i], q) != c[i] {
			return false
		}
	}
	return true
}

// isLogUniform reports whether LogUniform gives the list.
func isLogUniform(h []float64) (ok bool, rest string) {
	d := len(h)
	high, low, stride := h[0], h[d-1], max(1, d/compared)
	if !(low > 0 && low < high) {
		return false, ""
	}
	for i := 0; i < d; i += stride {
		if h[i] != logUniform(i, d, high, low) {
			return false, ""
		}
	}
	return true, restOf(h, stride)
}

// publishedIn returns in how many bins p is a published quantisation, 0 if it
// is none. Two bins that are neighbours are 1/(bins-1) of the whole apart.
func publishedIn(p Problem) int {
	d := p.Dimension()
	if len(p.Multiplicity) < 2 || len(p.Multiplicity) != len(p.Curvature) || !(d >= 2 && d <= maxDimension) {
		return 0
	}
	nearest := math.Inf(1)
	for i, h := range p.Curvature[1:] {
		nearest = min(nearest, math.Log(p.Curvature[i]/h))
	}
	gaps := math.Round(math.Log(d) / nearest)
	if !(gaps >= 1 && gaps < maxCount) {
		return 0
	}
	taken, bins := 0.0, int(gaps)+1
	for i, h := range p.Curvature {
		k := int(math.Round(-math.Log(h) / math.Log(d) * gaps))
		if k < 0 || k >= bins {
			return 0
		}
		edge, reached := publishedBin(k, int(d), bins)
		if edge != h {
			return 0
		}
		before := 0.0 // in all bins up to the last, of which those left out are empty
		if k > 0 {
			_, before = publishedBin(k-1, int(d), bins)
		}
		if before != taken || reached-taken != p.Multiplicity[i] {
			return 0
		}
		taken = reached
	}
	if taken != d {
		return 0
	}
	return bins
}

// shortest returns the number of the fewest digits that fits, of those within
// slack of an estimate, or a neighbour of the estimate that does.
func shortest(near, slack float64, fits func(float64) bool) (float64, bool) {
	if math.IsNaN(near) || math.IsInf(near, 0) {
		return 0, false
	}
	tried := math.NaN()
	for digits := 1; digits <= 17; digits++ {
		v, _ := strconv.ParseFloat(strconv.FormatFloat(near, 'g', digits, 64), 64)
		if math.Abs(v-near) <= slack && v != tried && fits(v) {
			return v + 0, true
		}
		tried = v
	}
	below, above := near, near
	for range roundings {
		below, above = math.Nextafter(below, math.Inf(-1)), math.Nextafter(above, math.Inf(1))
		for _, v := range []float64{below, above} {
			if fits(v) {
				return v, true
			}
		}
	}
	return 0, false
}

// roundings is how many roundings an estimate may be off.
const roundings = 8

// Fingerprint returns eight digits, after a #, that stand for all bits of some
// lists of numbers: 40 bits of a hash, so that two that differ agree with
// probability 10^-12. Zeros of both signs are one.
func Fingerprint(lists ...[]float64) string {
	state := uint64(len(lists))
	for _, list := range lists {
		state = stirred(state, uint64(len(list)))
		for _, v := range list {
			state = stirred(state, math.Float64bits(v+0))
		}
	}
	return fmt.Sprintf("#%08s", strconv.FormatUint(stirred(state, 0)>>24, 32))
}

// stirred takes one word into a hash: for each state a permutation of words,
// and for each word of states, so that lists that differ in one number alone
// never meet before the digits are cut.
func stirred(state, word uint64) uint64 {
	state = (bits.RotateLeft64(state, 29) ^ word) * 0x9e3779b97f4a7c15
	return state ^ state>>32
}
