package plotting

import "math"

// How many stretches of a long line a screen can tell apart: of a figure, and
// of each of many frames.
const (
	screenColumns = 900
	frameColumns  = 200
)

// thinned returns a line with no more points than a screen shows: of each of
// so many stretches of the x axis the first, the last, the lowest and the
// highest, which leave the drawn line as it is. A line that turns back on its
// x axis keeps the points that are a visible distance apart.
func (v view) thinned(s Series, columns int) Series {
	if !s.lined() && s.Kind != KindBand || len(s.X) <= 4*columns {
		return s
	}
	keep := v.extremes(s, columns)
	for k := 1; k < len(s.X); k++ {
		if s.X[k] < s.X[k-1] {
			keep = v.apart(s, columns)
			break
		}
	}
	kept := s
	kept.X, kept.Y, kept.High, kept.Time = nil, nil, nil, nil
	for k := range s.X {
		if keep[k] || math.IsNaN(s.X[k]) {
			kept.take(s, k)
		}
	}
	return kept
}

// extremes marks the points of a line that rises in x to keep.
func (v view) extremes(s Series, columns int) []bool {
	keep := make([]bool, len(s.X))
	column := func(k int) int {
		return int(math.Floor(float64(columns) * v.X.Normalize(v.X.Min, v.X.Max, s.X[k])))
	}
	for from := 0; from < len(s.X); {
		to, low, high := from, from, from
		for ; to < len(s.X) && !math.IsNaN(s.X[to]) && column(to) == column(from); to++ {
			if s.Y[to] < s.Y[low] {
				low = to
			}
			if s.Y[to] > s.Y[high] || s.Kind == KindBand && s.High[to] > s.High[high] {
				high = to
			}
		}
		if to == from { // a gap
			to++
		}
		keep[from], keep[to-1], keep[low], keep[high] = true, true, true, true
		from = to
	}
	return keep
}

// apart marks points that lie a visible distance from the last one kept.
func (v view) apart(s Series, columns int) []bool {
	keep := make([]bool, len(s.X))
	lastX, lastY := math.Inf(1), math.Inf(1)
	for k := range s.X {
		x, y := v.X.Normalize(v.X.Min, v.X.Max, s.X[k]), v.Y.Normalize(v.Y.Min, v.Y.Max, s.Y[k])
		if keep[k] = k == len(s.X)-1 || !(math.Hypot(x-lastX, y-lastY) < 0.5/float64(columns)); keep[k] {
			lastX, lastY = x, y
		}
	}
	return keep
}
