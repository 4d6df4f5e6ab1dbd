package plotting

import (
	"cmp"
	"slices"

	"nqm/plotting/internal/colors"
)

// Colours of methods: Okabe and Ito's palette, which readers with any common
// colour vision tell apart (Color Universal Design, jfly.uni-koeln.de/color,
// 2008), with maroon in the place of its black.
// Orange and sky blue have a contrast of only 2.3 to 1 on white: no series is
// told by its colour alone, and words in a colour are darkened for reading.
const (
	orange     = "#e69f00"
	skyBlue    = "#56b4e9"
	green      = "#009e73"
	blue       = "#0072b2"
	vermillion = "#d55e00"
	purple     = "#cc79a7"
	maroon     = "#701700"
)

// Colours of what is no method: numbers of a problem, parts of a loss, bounds,
// floors, contours.
const (
	black = "#000000"
	slate = "#5f6368"
	grey  = "#8a8f98"
)

// ColorOf returns the colour of a family of methods ("SGD", "momentum",
// "preconditioned SGD"; see theory.Optimizer.Family) in every figure.
func ColorOf(family string) string { return lookOf(family).color }

// Palette returns the colours of the house for what is told apart: of Okabe and Ito,
// in the order in which lines that have none get them, after black.
func Palette() []string {
	return []string{blue, vermillion, green, purple, orange, skyBlue, maroon}
}

// OrderedColors returns n colours for an ordered parameter, from dark to light:
// several momenta, batch sizes or rates of one method. None is that of a method.
func OrderedColors(n int) []string {
	all := make([]string, n)
	for k := range all {
		all[k] = colors.Sequence(k, n)
	}
	return all
}

// NeutralColors returns the colours of what is neither a method nor an ordered
// parameter, from black to grey.
func NeutralColors() []string { return []string{black, slate, grey} }

// colored returns the figure with every colour in the form #rrggbb. Of series without
// one, those of a name that has one take it, and others the next of the house that the
// figure does not have; when all are taken, with another dash and marker.
func (f Figure) colored() Figure {
	known := map[string]look{}
	var taken []look
	f.Panels = mapped(f.Panels, func(p Panel) Panel {
		p.Regions = mapped(p.Regions, func(r Region) Region { r.Color = read(r.Color); return r })
		p.Series = mapped(p.Series, func(s Series) Series {
			if s.Color = read(s.Color); s.Color != "" && s.Kind != KindHeat {
				taken = append(taken, look{s.Color, s.Dash, s.Marker})
				known[s.Name] = taken[len(taken)-1]
			}
			return s
		})
		return p
	})
	for i := range f.Panels {
		for k := range f.Panels[i].Series {
			s := &f.Panels[i].Series[k]
			if s.Color != "" || s.Kind == KindHeat {
				continue
			}
			l, ok := known[s.Name]
			if !ok || s.Name == "" {
				l = nextLook(taken)
				taken, known[s.Name] = append(taken, l), l
			}
			s.Color, s.Dash = l.color, cmp.Or(s.Dash, l.dash)
			if s.Kind == KindPoints {
				s.Marker = cmp.Or(s.Marker, l.marker)
			}
		}
	}
	return f
}

// nextLook returns the first look of the house that is like none of those taken.
func nextLook(taken []look) look {
	for k, dash := range dashes {
		for _, color := range append([]string{black}, Palette()...) {
			next := look{color, dash, markers[k]}
			if !slices.ContainsFunc(taken, func(l look) bool {
				return colors.Distance(l.color, color) < leastDistance && (k == 0 || l.dash == dash)
			}) {
				return next
			}
		}
	}
	return look{color: black}
}

// read returns a valid colour in the form #rrggbb, and none as it is.
func read(color string) string {
	if color == "" {
		return ""
	}
	hex, err := colors.Parse(color)
	if err != nil {
		panic(err) // it was validated
	}
	return hex
}
