package plotting

import (
	"slices"

	"nqm/plotting/internal/colors"
)

// look is how a family of methods is drawn, in every figure.
type look struct {
	color  string
	dash   Dash
	marker Marker
}

var looks = map[string]look{
	"":                                 {black, Solid, Circle}, // no method
	"SGD":                              {blue, Solid, Circle},
	"momentum":                         {vermillion, Dashed, Square},
	"Nesterov":                         {purple, Dashed, Triangle},
	"SGD with EMA":                     {green, Dotted, Diamond},
	"preconditioned SGD":               {orange, Solid, Triangle},
	"momentum with EMA":                {skyBlue, Dotted, Square},
	"preconditioned momentum":          {maroon, Dashed, Diamond},
	"Nesterov with EMA":                {purple, Dotted, Diamond},
	"preconditioned Nesterov":          {orange, Dashed, Square},
	"preconditioned SGD with EMA":      {orange, Dotted, Ring},
	"Adam":                             {maroon, Solid, Ring},
	"preconditioned momentum with EMA": {maroon, Dotted, Ring},
}

// otherLooks serve families that are not in the table, by their name.
var otherLooks = []look{
	{skyBlue, Solid, Diamond}, {skyBlue, Dashed, Ring}, {green, Solid, Square}, {green, Dashed, Circle},
	{purple, Solid, Square}, {vermillion, Solid, Ring}, {blue, Dashed, Triangle},
}

// lookOf returns the look of a family. It depends on nothing but the name, so
// that a method looks the same in every figure.
func lookOf(family string) look {
	if l, ok := looks[family]; ok {
		return l
	}
	return otherLooks[checksum(family)%len(otherLooks)]
}

func checksum(name string) int {
	sum := 0
	for _, b := range []byte(name) {
		sum = (31*sum + int(b)) % 65521
	}
	return sum
}

// orderedLook returns look k of n things in an order that are no methods.
func orderedLook(k, n int) look {
	return look{colors.Sequence(k, n), dashes[k%len(dashes)], markers[k%len(markers)]}
}

// neutralLook returns look k of a few things that are neither methods nor in an
// order.
func neutralLook(k int) look {
	return look{NeutralColors()[k%3], dashes[k%len(dashes)], markers[k%len(markers)]}
}

// palette hands out the look of each curve of a figure: its colour to a family
// of methods; to several curves of one family its colour in steps from light to
// dark; to curves that are all of one family, and differ in a setting, the
// colours of an ordered parameter. No two look alike while it has another look.
type palette struct {
	size  map[string]int // curves of each family
	used  map[string]int // handed out so far
	taken *[]look
}

func newPalette(families []string) palette {
	p := palette{map[string]int{}, map[string]int{}, &[]look{}}
	for _, f := range families {
		p.size[f]++
	}
	return p
}

func (p palette) next(family string) look {
	l, n, k := lookOf(family), p.size[family], p.used[family]
	p.used[family]++
	switch {
	case n > 1 && len(p.size) == 1:
		l = orderedLook(k, n)
	case n > 1:
		l = look{colors.Ramp(l.color, float64(k)/float64(n-1)), dashes[k%len(dashes)], markers[k%len(markers)]}
	}
	l = p.apart(l)
	*p.taken = append(*p.taken, l)
	return l
}

// apart returns the look, or the next that is like none of those handed out:
// another dash, or another shade or colour.
func (p palette) apart(l look) look {
	tints := []string{l.color}
	for k := range 5 {
		tints = append(tints, colors.Ramp(l.color, float64(k)/4))
	}
	for _, other := range otherLooks {
		tints = append(tints, other.color)
	}
	for _, tint := range tints {
		for k := range dashes {
			other := look{tint, dashes[(slices.Index(dashes, l.dash)+k)%len(dashes)], l.marker}
			if !slices.ContainsFunc(*p.taken, other.like) {
				return other
			}
		}
	}
	return l
}

// like reports whether lines of the two looks cannot be told apart.
func (l look) like(other look) bool {
	return l.dash == other.dash && colors.Distance(l.color, other.color) < leastDistance
}

// leastDistance is how far apart the colours of two lines of one dash are.
const leastDistance = 0.05

// The curves of one family run through the dashes and markers.
var (
	dashes  = []Dash{Solid, Dashed, Dotted}
	markers = []Marker{Circle, Square, Triangle, Diamond, Ring}
)
