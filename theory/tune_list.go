package theory

import (
	"math"
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
	sorted := steepestFirst(all)
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

// interpolated are the points of a bin.
func interpolated(bin []Direction) []Direction {
	high := math.Log(bin[0].Curvature)
	points := make([]Direction, binNodes)
	at := logPoints{high - compressedWidth, high, binNodes}
	for j := range points {
		points[j] = Direction{Multiplicity: 1, Curvature: at.curvature(j)}
	}
	for _, d := range bin {
		at.shares(d.Curvature, func(j int, share float64) {
			share *= d.Multiplicity * d.Curvature / points[j].Curvature
			points[j].Variance += share * d.SecondMoment()
			points[j].Noise += share * d.Noise
		})
	}
	return points
}
