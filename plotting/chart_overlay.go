package plotting

import (
	"slices"
	"strings"
)

// Overlay returns one figure of several on one pair of axes, as of sampled losses over
// expected ones: the series of each panel over those of the panel of the same number.
// Where a name is there twice, the later figure's says what that figure is of, and its
// line has another dash or shade. The axes are those of the first, and grow to show the others. Without a title it is what the
// figures find together, where that can be said truly.
func Overlay(title string, figures ...Figure) Figure {
	figures = mapped(figures, func(g Figure) Figure { return g.renamed().colored() })
	f := Figure{Title: title}
	var captions []string
	for _, g := range figures {
		g = g.beside(f)
		if f.Panels == nil {
			f.Columns, f.Height, f.Time = g.Columns, g.Height, g.Time
		}
		for i, p := range g.Panels {
			if i >= len(f.Panels) {
				f.Panels = append(f.Panels, p)
				continue
			}
			into := &f.Panels[i]
			lowX, highX, lowY, highY := p.view().extent()
			into.X, into.Y = into.X.reaching(lowX, highX), into.Y.reaching(lowY, highY)
			into.Series = append(slices.Clip(into.Series), p.Series...)
			for _, r := range p.References {
				if !slices.Contains(into.References, r) {
					into.References = append(slices.Clip(into.References), r)
				}
			}
			into.Regions = append(slices.Clip(into.Regions), p.Regions...)
		}
		if g.Caption != "" {
			captions = append(captions, g.Caption)
		}
		f.Notes = append(f.Notes, g.Notes...)
		f.Table = stacked(f.Table, g)
	}
	f.Caption = strings.Join(unique(captions), " ")
	return f.untitled(figures).linked()
}

// beside returns the figure with names and lines that differ from those of another.
func (f Figure) beside(other Figure) Figure {
	theirs := other.legend()
	if len(theirs) == 0 {
		return f
	}
	taken := palette{taken: &[]look{}}
	for _, p := range other.Panels {
		for _, s := range p.Series {
			if s.lined() {
				*taken.taken = append(*taken.taken, look{s.Color, s.Dash, s.Marker})
			}
		}
	}
	what, _, _ := strings.Cut(f.about(), ":")
	what = lower(what)
	type line struct {
		name string
		look look
	}
	apart := map[line]look{}
	f.Panels = mapped(f.Panels, func(p Panel) Panel {
		p.Series = mapped(p.Series, func(s Series) Series {
			if s.lined() && s.Name != "" {
				own := line{s.Name, look{color: s.Color, dash: s.Dash}}
				l, ok := apart[own]
				if !ok {
					l = taken.apart(own.look)
					*taken.taken = append(*taken.taken, l)
					apart[own] = l
				}
				s.Color, s.Dash = l.color, l.dash
			}
			if slices.Contains(theirs, s.Name) {
				s.Name += ", " + what
			}
			return s
		})
		return p
	})
	return f.renamed()
}
