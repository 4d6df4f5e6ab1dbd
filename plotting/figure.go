package plotting

import (
	"cmp"
	"slices"
	"strings"

	"nqm/theory/table"
)

// Figure is a picture as plain data: panels one below the other, or in
// columns. It goes through JSON and back without loss.
type Figure struct {
	// Title says what the figure shows: where a constructor can, what it found.
	Title string `json:"title"`
	// Subtitle says of what data, in smaller letters below the title.
	Subtitle string `json:"subtitle,omitempty"`
	// Caption says how to read the figure and what to conclude from it. It
	// stands below the figure on a page, and is not part of a saved image.
	Caption string `json:"caption,omitempty"`
	// Alt says in words what the picture shows, for a reader who does not see
	// it. Empty: title, subtitle and caption.
	Alt string `json:"alt,omitempty"`
	// Columns is how many panels stand side by side. Zero means one.
	Columns int `json:"columns,omitempty"`
	// Height of each panel as a multiple of the usual one. Zero means one.
	Height float64 `json:"height,omitempty"`
	Panels []Panel `json:"panels"`
	// Notes say what the picture leaves out. What had to be repaired in
	// drawing is added to them, in every output.
	Notes []string `json:"notes,omitempty"`
	// Time names what the times of the series count, as in "step t". A figure
	// with times can be played where scripts run.
	Time string `json:"time,omitempty"`
	// Table holds the figure's main numbers, as texts.
	Table table.Table `json:"table,omitzero"`
}

// Panel is one pair of axes with what is drawn in it.
type Panel struct {
	Title      string      `json:"title,omitempty"`
	X          Axis        `json:"x"`
	Y          Axis        `json:"y"`
	Series     []Series    `json:"series"` // the later over the earlier
	References []Reference `json:"references,omitempty"`
	Regions    []Region    `json:"regions,omitempty"` // below the series
	// Equal draws both axes to one scale, by showing more of one: a circle is round.
	// Both axes are linear then.
	Equal bool `json:"equal,omitempty"`
}

// tall returns how many times as high as usual the panels are.
func (f Figure) tall() float64 {
	if f.Height == 0 {
		return 1
	}
	return f.Height
}

// columns returns the number of panels in a row.
func (f Figure) columns() int { return min(max(f.Columns, 1), max(len(f.Panels), 1)) }

// rows returns the number of rows of panels.
func (f Figure) rows() int { return (len(f.Panels) + f.columns() - 1) / f.columns() }

// alt returns the words that stand for the picture.
func (f Figure) alt() string {
	if f.Alt != "" {
		return f.Alt
	}
	words := []string{f.Title, f.Subtitle, f.Caption}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ". ")
}

// about says what the figure is of: the title of one that found nothing.
func (f Figure) about() string { return cmp.Or(f.Subtitle, f.Title) }

// found returns the figure of a constructor with what it found as its title, and what
// it is of below.
func (f Figure) found(finding string) Figure {
	if finding != "" {
		f.Title, f.Subtitle = upper(finding), f.Title
	}
	return f
}

// axisOf returns the axis of the panel that a mark of one orientation is at.
func (p Panel) axisOf(vertical bool) Axis {
	if vertical {
		return p.X
	}
	return p.Y
}

// printable returns the figure with every text printable. Nothing of the
// original is changed.
func (f Figure) printable() Figure { return f.withTexts(printable) }

// drawn returns the figure with every text printable, and short enough to be drawn.
func (f Figure) drawn() Figure {
	return f.withTexts(func(text string) string { return drawable(printable(text)) })
}

func (f Figure) withTexts(printable func(string) string) Figure {
	f.Title, f.Subtitle, f.Caption, f.Alt, f.Time = printable(f.Title), printable(f.Subtitle), printable(f.Caption), printable(f.Alt), printable(f.Time)
	f.Notes = mapped(f.Notes, printable)
	f.Table.Columns = mapped(f.Table.Columns, func(c table.Column) table.Column {
		return table.Column{Name: printable(c.Name), Unit: printable(c.Unit)}
	})
	f.Table.Rows = mapped(f.Table.Rows, func(row []any) []any {
		return mapped(row, func(cell any) any {
			if words, ok := cell.(string); ok {
				return printable(words)
			}
			return cell
		})
	})
	f.Panels = mapped(f.Panels, func(p Panel) Panel { return p.withTexts(printable) })
	return f
}

func (p Panel) withTexts(printable func(string) string) Panel {
	p.Title, p.X.Label, p.Y.Label = printable(p.Title), printable(p.X.Label), printable(p.Y.Label)
	p.Series = mapped(p.Series, func(s Series) Series {
		s.Name, s.End, s.ZAxis.Label = printable(s.Name), printable(s.End), printable(s.ZAxis.Label)
		return s
	})
	p.References = mapped(p.References, func(r Reference) Reference { r.Label, r.Of = printable(r.Label), printable(r.Of); return r })
	p.Regions = mapped(p.Regions, func(r Region) Region { r.Label = printable(r.Label); return r })
	return p
}

// legend names each series once.
func (f Figure) legend() []string {
	var names []string
	seen := map[string]bool{"": true}
	for _, p := range f.Panels {
		for _, s := range p.Series {
			if !seen[s.Name] {
				seen[s.Name] = true
				names = append(names, s.Name)
			}
		}
	}
	return names
}

// listed names each series once, those aside that the region of their row names.
func (f Figure) listed() []string {
	around := map[string]bool{}
	for _, p := range f.Panels {
		for _, r := range p.Regions {
			around[r.Label] = around[r.Label] || p.Y.Blank
		}
	}
	return slices.DeleteFunc(f.legend(), func(name string) bool { return around[name] })
}
