package colors

import (
	"fmt"
	"image/color"
	"math"
)

// The colours of a heat map, from its smallest number to its largest: the
// stops of viridis, whose lightness rises evenly and which readers with any
// common colour vision order alike.
var HeatStops = []string{
	"#440154", "#482878", "#3e4989", "#31688e", "#26828e",
	"#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
}

// NoPlace is the colour of a cell whose number has no place in the colours.
const NoPlace = "#c9ccd1"

// HeatShades is how many shades a still image has: few enough for the 256
// colours of a small PNG, and more than an eye counts.
const HeatShades = 128

// Heat returns the colour at a place between 0 and 1 of the colours, the
// nearest of the shades.
func Heat(at float64) color.NRGBA {
	if math.IsNaN(at) || math.IsInf(at, 0) {
		return RGB(NoPlace)
	}
	return along(HeatStops, math.Round((HeatShades-1)*min(max(at, 0), 1))/(HeatShades-1))
}

// along returns the colour at a place between 0 and 1 of evenly spaced stops.
func along(stops []string, at float64) color.NRGBA {
	last := float64(len(stops) - 1)
	at *= last
	k := int(min(math.Floor(at), last-1))
	low, high, w := RGB(stops[k]), RGB(stops[k+1]), at-float64(k)
	mix := func(a, b uint8) uint8 { return uint8(math.Round((1-w)*float64(a) + w*float64(b))) }
	return color.NRGBA{mix(low.R, high.R), mix(low.G, high.G), mix(low.B, high.B), 255}
}

// sequenceStops are the stops of plasma up to three fifths, beyond which it comes
// near the oranges of methods and pales on white.
var sequenceStops = []string{"#0d0887", "#42039d", "#6a00a8", "#900da3", "#b12a90", "#cb4678", "#e16462"}

// Sequence returns colour k of n for an ordered parameter, from dark to light.
func Sequence(k, n int) string {
	c := along(sequenceStops, float64(k)/float64(max(n-1, 1)))
	return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
}
