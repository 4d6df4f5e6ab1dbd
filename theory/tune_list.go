package theory

import (
	"cmp"
	"math"
	"slices"
)

const (
	// compressedWidth is the width of a bin of a compressed list, in log h, and
	// binNodes how many directions stand for its own, if it has more.
	compressedWidth = 0.1
	binNodes        = 8
)

// compressed are directions whose sums are those of a long list where its responses are
// smooth: in each bin the responses at Chebyshev points of log h, interpolated to its
// directions. Start and noise of such a point are what its sums give it, and may be
// negative. It is for searches only, which compare it with the list.
func compressed(all []Direction) []Direction {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b Direction) int { return cmp.Compare(b.Curvature, a.Curvature) })
	var some []Direction
	for from, next := 0, 0; from < len(sorted); from = next {
		top := sorted[from].Curvature
		for next = from; next < len(sorted) && sorted[next].Curvature >= top*math.Exp(-compressedWidth); next++ {
		}
		if bin := sorted[from:next]; next-from > binNodes && top > 0 {
			some = append(some, interpolated(bin)...)
		} else {
			some = append(some, bin...)
		}
	}
	return some
}

// interpolated are the points of a bin, by Lagrange's formula in its barycentric form
// for Chebyshev points of the first kind (Berrut and Trefethen 2004, equation 5.3).
func interpolated(bin []Direction) []Direction {
	high, low := math.Log(bin[0].Curvature), math.Log(bin[0].Curvature)-compressedWidth
	points := make([]Direction, binNodes)
	at, weight := make([]float64, binNodes), make([]float64, binNodes)
	for j := range points {
		angle := (float64(j) + 0.5) * math.Pi / binNodes
		at[j], weight[j] = math.Cos(angle), math.Sin(angle)
		if j%2 == 1 {
			weight[j] = -weight[j]
		}
		points[j] = Direction{Multiplicity: 1, Curvature: math.Exp((high+low)/2 + at[j]*(high-low)/2)}
	}
	part := make([]float64, binNodes)
	for _, d := range bin {
		x := (2*math.Log(d.Curvature) - high - low) / (high - low)
		var sum float64
		for j := range part {
			part[j] = weight[j] / (x - at[j])
			sum += part[j]
		}
		for j := range points {
			share := part[j] / sum
			if x == at[j] {
				share = 1
			} else if math.IsNaN(share) || math.IsInf(sum, 0) {
				share = 0
			}
			share *= d.Multiplicity * d.Curvature / points[j].Curvature
			points[j].Variance += share * d.SecondMoment()
			points[j].Noise += share * d.Noise
		}
	}
	return points
}
