package plotting

import (
	"image/color"
	"math"
)

// The colours of a heat map, from its smallest number to its largest: the
// stops of viridis, whose lightness rises evenly and which readers with any
// common colour vision order alike.
var heatStops = []string{
	"#440154", "#482878", "#3e4989", "#31688e", "#26828e",
	"#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
}

// noPlace is the colour of a cell whose number has no place in the colours.
const noPlace = "#c9ccd1"

// heatShades is how many shades a still image has: few enough for the 256
// colours of a small PNG, and more than an eye counts.
const heatShades = 128

// heatColor returns the colour at a place between 0 and 1 of the colours, the
// nearest of the shades.
func heatColor(at float64) color.NRGBA {
	if math.IsNaN(at) || math.IsInf(at, 0) {
		return rgb(noPlace)
	}
	last := float64(len(heatStops) - 1)
	at = math.Round((heatShades-1)*min(max(at, 0), 1)) / (heatShades - 1) * last
	k := int(min(math.Floor(at), last-1))
	low, high, w := rgb(heatStops[k]), rgb(heatStops[k+1]), at-float64(k)
	mix := func(a, b uint8) uint8 { return uint8(math.Round((1-w)*float64(a) + w*float64(b))) }
	return color.NRGBA{mix(low.R, high.R), mix(low.G, high.G), mix(low.B, high.B), 255}
}

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

// heatMap returns the first heat map of a panel.
func (v view) heatMap() (Series, bool) {
	for _, s := range v.Series {
		if s.Kind == Heat {
			return s, true
		}
	}
	return Series{}, false
}
