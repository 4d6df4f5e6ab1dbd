package plotting

import "math"

// zAxis returns the axis of the colours of a heat map, with bounds.
func (s Series) zAxis() Axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, z := range s.Z {
		if s.ZAxis.Scale.shows(z) {
			low, high = min(low, z), max(high, z)
		}
	}
	return s.ZAxis.fitted(low, high, 0)
}

// place returns where a number lies in the colours, NaN if nowhere.
func place(a Axis, z float64) float64 {
	if !a.Scale.shows(z) {
		return math.NaN()
	}
	return min(max(a.Normalize(a.Min, a.Max, z), 0), 1)
}

// heatSeries returns the first heat map of a panel.
func (v view) heatSeries() (Series, bool) {
	for _, s := range v.Series {
		if s.Kind == KindHeat {
			return s, true
		}
	}
	return Series{}, false
}
