package plotting

import "nqm/plotting/internal/colors"

// look is how a family of methods is drawn, in every figure.
type look struct {
	color  string
	dash   Dash
	marker Marker
}

var looks = map[string]look{
	"SGD":                                {blue, Solid, Circle},
	"heavy ball":                         {vermillion, Dashed, Square},
	"Nesterov":                           {purple, Dashed, Triangle},
	"SGD with EMA":                       {green, Dotted, Diamond},
	"preconditioned SGD":                 {orange, Solid, Triangle},
	"heavy ball with EMA":                {skyBlue, Dotted, Square},
	"preconditioned heavy ball":          {black, Dashed, Diamond},
	"Nesterov with EMA":                  {purple, Dotted, Diamond},
	"preconditioned Nesterov":            {orange, Dashed, Square},
	"preconditioned SGD with EMA":        {orange, Dotted, Ring},
	"Adam":                               {black, Solid, Ring},
	"preconditioned heavy ball with EMA": {black, Dotted, Ring},
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

// palette hands out the look of each curve of a figure: one colour for a
// family; several curves of one family in steps from light to dark.
type palette struct {
	look map[string]look
	size map[string]int // curves of each family
	used map[string]int // handed out so far
}

func newPalette(families []string) palette {
	p := palette{map[string]look{}, map[string]int{}, map[string]int{}}
	taken := map[look]bool{}
	for _, f := range families {
		if p.size[f]++; p.size[f] > 1 {
			continue
		}
		l := lookOf(f)
		for k := 1; taken[l] && k < len(otherLooks); k++ { // two names of one checksum
			l = otherLooks[(checksum(f)+k)%len(otherLooks)]
		}
		p.look[f], taken[l] = l, true
	}
	return p
}

func (p palette) next(family string) look {
	l, n, k := p.look[family], p.size[family], p.used[family]
	p.used[family]++
	if n > 1 {
		l.color = colors.Ramp(l.color, float64(k)/float64(n-1))
		l.dash = dashes[k%len(dashes)]
		l.marker = markers[k%len(markers)]
	}
	return l
}

// The curves of one family run from light to dark, and through the dashes.
var (
	dashes  = []Dash{Solid, Dashed, Dotted}
	markers = []Marker{Circle, Square, Triangle, Diamond, Ring}
)
