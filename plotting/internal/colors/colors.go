// Package colors computes with colours of the form #rrggbb: their contrast, their
// shades from light to dark, their like on a dark page, and the colours of a heat
// map.
package colors

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
)

// RGB reads a colour of the form #rrggbb, and panics on any other.
func RGB(hex string) color.NRGBA {
	v, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		panic(fmt.Sprintf("colors: color %q: want the form #rrggbb", hex))
	}
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

// Shade mixes a colour with white (amount < 0) or black (amount > 0); amount
// -1 and 1 are white and black.
func Shade(hex string, amount float64) string {
	towards := 0.0
	if amount < 0 {
		towards = 255
	}
	w := math.Abs(amount)
	c := RGB(hex)
	mix := func(v uint8) uint8 { return uint8(math.Round((1-w)*float64(v) + w*towards)) }
	return fmt.Sprintf("#%02x%02x%02x", mix(c.R), mix(c.G), mix(c.B))
}

// The grounds that colours must stand out from.
const (
	Paper     = "#ffffff"
	DarkPaper = "#1e1f22"
)

// Luminance returns the relative Luminance of a colour (WCAG 2.1).
func Luminance(hex string) float64 {
	c := Linear(hex)
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}

// Contrast returns the contrast of two colours, from 1 to 21 (WCAG 2.1).
func Contrast(a, b string) float64 {
	x, y := Luminance(a), Luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Readable returns the colour, darkened until words in it can be read on
// white: a contrast of 4.5 to 1.
func Readable(hex string) string {
	for amount := 0.0; amount < 1; amount += 0.02 {
		if c := Shade(hex, amount); Contrast(c, Paper) >= 4.5 {
			return c
		}
	}
	return "#000000"
}

// Distance returns how far two colours are apart for the eye, in OKLab: 0.02 is
// about the least that is noticed, and black on white is 1.
func Distance(a, b string) float64 {
	x, y := OKLab(Linear(a)), OKLab(Linear(b))
	return math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2])
}

// Ramp returns a colour of the same hue at a place between light (0) and dark
// (1). The light end still has the contrast of the palette's lightest colours,
// and is not so light that it is another colour of the palette.
func Ramp(hex string, at float64) string {
	light := 0.0
	for Contrast(Shade(hex, light-0.02), Paper) > 2.3 && light > -0.2 {
		light -= 0.02
	}
	dark := 0.6
	if Contrast(hex, Paper) > 15 { // black gets no darker
		dark = 0
	}
	return Shade(hex, light+at*(dark-light))
}

// Linear returns the linear parts of red, green and blue (sRGB).
func Linear(hex string) [3]float64 {
	c := RGB(hex)
	var parts [3]float64
	for k, v := range []uint8{c.R, c.G, c.B} {
		x := float64(v) / 255
		if parts[k] = x / 12.92; x > 0.04045 {
			parts[k] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return parts
}

func hexOf(parts [3]float64) string {
	var v [3]int
	for k, x := range parts {
		x = min(max(x, 0), 1)
		if x <= 0.0031308 {
			x *= 12.92
		} else {
			x = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		v[k] = int(math.Round(255 * x))
	}
	return fmt.Sprintf("#%02x%02x%02x", v[0], v[1], v[2])
}

// OKLab returns lightness (0 to 1) and the two hues of linear colour parts, in
// which equal distances look alike (Ottosson 2020, "A perceptual color space
// for image processing").
func OKLab(c [3]float64) [3]float64 {
	l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
	m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
	s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
	return [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func fromOKLab(c [3]float64) [3]float64 {
	cube := func(x float64) float64 { return x * x * x }
	l := cube(c[0] + 0.3963377774*c[1] + 0.2158037573*c[2])
	m := cube(c[0] - 0.1055613458*c[1] - 0.0638541728*c[2])
	s := cube(c[0] - 0.0894841775*c[1] - 1.2914855480*c[2])
	return [3]float64{
		4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s,
	}
}

// OnDark returns the colour of the same hue for a dark page. Colours keep
// their order from dark to light and stay apart; greys are turned round, black
// to nearly white.
func OnDark(hex string) string {
	c := OKLab(Linear(hex))
	if math.Hypot(c[1], c[2]) < 0.03 {
		return hexOf(fromOKLab([3]float64{0.94 - 0.4*c[0], c[1], c[2]}))
	}
	c[0] = 0.4 + 0.58*c[0]
	return hexOf(fromOKLab(c))
}
