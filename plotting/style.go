package plotting

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
)

// Colours of Okabe and Ito's palette, which readers with any common colour
// vision tell apart.
const (
	black      = "#000000"
	orange     = "#e69f00"
	skyBlue    = "#56b4e9"
	green      = "#009e73"
	blue       = "#0072b2"
	vermillion = "#d55e00"
	purple     = "#cc79a7"
	grey       = "#8a8f98" // references, contours, floors
)

// look is how a family of methods is drawn, in every figure.
type look struct {
	color string
	dash  Dash
}

var looks = map[string]look{
	"SGD":                {blue, Solid},
	"heavy ball":         {vermillion, Dashed},
	"Nesterov":           {purple, Dashed},
	"SGD with EMA":       {green, Dotted},
	"preconditioned SGD": {orange, Solid},
}

// otherLooks serve families that are not in the table, by their name.
var otherLooks = []look{{skyBlue, Solid}, {black, Dashed}, {skyBlue, Dotted}, {black, Dotted}}

func lookOf(family string) look {
	if l, ok := looks[family]; ok {
		return l
	}
	sum := 0
	for _, b := range []byte(family) {
		sum += int(b)
	}
	return otherLooks[sum%len(otherLooks)]
}

// palette hands out the look of each curve of a figure: one colour for a
// family; several curves of one family in steps from light to dark.
type palette struct {
	size map[string]int // curves of each family
	used map[string]int // handed out so far
}

func newPalette(families []string) palette {
	p := palette{map[string]int{}, map[string]int{}}
	for _, f := range families {
		p.size[f]++
	}
	return p
}

func (p palette) next(family string) look {
	l := lookOf(family)
	n, k := p.size[family], p.used[family]
	p.used[family]++
	if n > 1 {
		l.color = shade(l.color, lightest+(darkest-lightest)*float64(k)/float64(n-1))
		l.dash = dashes[k%len(dashes)]
	}
	return l
}

// The curves of one family run from light to dark, and through the dashes.
const lightest, darkest = -0.5, 0.4

var dashes = []Dash{Solid, Dashed, Dotted}

// shade mixes a colour with white (amount < 0) or black (amount > 0); amount
// -1 and 1 are white and black.
func shade(hex string, amount float64) string {
	towards := 0.0
	if amount < 0 {
		towards = 255
	}
	w := math.Abs(amount)
	c := rgb(hex)
	mix := func(v uint8) uint8 { return uint8(math.Round((1-w)*float64(v) + w*towards)) }
	return fmt.Sprintf("#%02x%02x%02x", mix(c.R), mix(c.G), mix(c.B))
}

// rgb reads a colour of the form #rrggbb, which Validate has checked.
func rgb(hex string) color.NRGBA {
	v, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		panic(fmt.Sprintf("plotting: color %q: want the form #rrggbb", hex))
	}
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}
