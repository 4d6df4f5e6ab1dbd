package plotting

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"nqm/theory/table"
)

// SideBySide returns one figure of several, as panels side by side on equal axes
// where all have the same label and scale. Each panel has the title of
// its figure, or the name of its only series where figures have equal titles;
// captions and tables are joined. Without a title it is what the panels find, where that
// can be said truly.
func SideBySide(title string, figures ...Figure) Figure {
	f := Figure{Title: title, Columns: min(len(figures), 3)}
	figures = mapped(figures, Figure.renamed)
	var captions, titles []string
	for _, g := range figures {
		titles = append(titles, g.about())
	}
	repeated := len(unique(titles)) < len(titles)
	for _, g := range figures {
		for _, p := range g.Panels {
			if p.Title == "" {
				p.Title = g.inARow(repeated)
			}
			f.Panels = append(f.Panels, p)
		}
		if g.Caption != "" {
			captions = append(captions, g.Caption)
		}
		f.Notes, f.Time = append(f.Notes, g.Notes...), g.Time
		f.Table = stacked(f.Table, g)
	}
	f.Caption = strings.Join(unique(captions), " ")
	same := func(axis func(Panel) Axis) bool {
		return !slices.ContainsFunc(f.Panels, func(p Panel) bool {
			a, first := axis(p), axis(f.Panels[0])
			return a.Label != first.Label || a.Scale != first.Scale || a.Blank || p.Equal || slices.ContainsFunc(p.Series, Series.grid)
		})
	}
	if same(func(p Panel) Axis { return p.X }) {
		shareX(f.Panels)
	}
	if same(func(p Panel) Axis { return p.Y }) {
		shareY(f.Panels, math.Inf(1))
	}
	return f.untitled(figures).linked()
}

// inARow returns the title of a figure among others: the name of its only series
// where they are of the same and it finds something of that.
func (f Figure) inARow(repeated bool) string {
	names := f.legend()
	if repeated && len(names) == 1 && (f.Subtitle == "" || strings.Contains(strings.ToLower(f.Title), strings.ToLower(names[0]))) {
		return names[0]
	}
	return f.Title
}

// stacked appends the table of a figure, with the figure's title before each
// row. Tables of other columns are kept as cells that name theirs.
func stacked(t table.Table, g Figure) table.Table {
	own := g.Table.Lines()
	if t.Columns == nil {
		t = table.Text(append([]string{"panel"}, own[0]...)...)
	}
	for _, row := range own[1:] {
		cells := []string{g.Title}
		for k, cell := range row {
			if k+1 >= len(t.Columns) {
				last := len(cells) - 1
				cells[last] += fmt.Sprintf(", %s: %s", own[0][k], cell)
				continue
			}
			if t.Columns[k+1].String() != own[0][k] {
				cell = own[0][k] + ": " + cell
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, padded(cells, len(t.Columns)))
	}
	return t
}

// multiples returns the figures of results of one kind one after another, each
// panel with the name of its result: figures of several panels have a row each,
// those of one share a row with another if their names are short.
func multiples(title string, names []string, figures []Figure) Figure {
	columns, height, long := len(figures[0].Panels), 0.0, false
	for i, g := range figures {
		if len(g.Panels) != columns {
			columns = 0 // a column for all
		}
		g.Title, g.Subtitle, g.Panels = names[i], "", slices.Clone(g.Panels)
		for k, p := range g.Panels {
			if k == 0 || p.Title == "" { // the others stand beside it, or below
				g.Panels[k].Title = names[i]
			}
			long = long || p.Y.Blank || utf8.RuneCountInString(g.Panels[k].Title) > longestName
		}
		g.Notes = mapped(g.Notes, func(note string) string { return names[i] + ": " + note })
		figures[i], height = g, max(height, g.tall())
		if g.Panels[0].Y.Blank { // rows are as high as in a figure of their own
			height = max(height, g.tall()*float64(stillPanel/stillPanels))
		}
	}
	f := SideBySide(title, figures...)
	if columns == 1 && !long {
		columns = 2
	}
	f.Columns, f.Height = columns, min(height, mostHeight)
	f = f.found(panelsFinding(f.Panels, panelTitle))
	if len(unique(mapped(figures, func(g Figure) string { return g.Caption }))) > mostCertificates {
		f.Caption = "A panel for each."
	}
	return f
}

// deepest is how many decades a logarithmic axis of shared panels shows.
const deepest = 6

// shareX gives the panels one range of x.
func shareX(panels []Panel) {
	if len(panels) == 0 {
		return
	}
	x := widest(mapped(panels, Panel.view), func(v view) Axis { return v.X })
	for i := range panels {
		panels[i].X = within(panels[i].X, x)
	}
}

// shareY gives the panels one range of y, of at most so many decades below the
// highest value on a logarithmic axis.
func shareY(panels []Panel, decades float64) {
	if len(panels) == 0 {
		return
	}
	views := make([]view, len(panels))
	for i, p := range panels {
		views[i] = p.view()
	}
	y := widest(views, func(v view) Axis { return v.Y })
	top := 0.0
	for _, v := range views {
		_, _, _, high := v.extent()
		top = max(top, high)
	}
	if y.Scale.logarithmic() && top > 0 {
		y.Max = min(y.Max, top*math.Pow(10, 0.04*decades)) // the room above is no part of what is left out
		y.Min = max(y.Min, y.Max*math.Pow(10, -decades))
	}
	for i := range panels {
		panels[i].Y = within(panels[i].Y, y)
	}
}

// each draws one result as its figure, and several as the figures one after
// another, each with what it is about, and its problem where they differ.
func each[T any](title string, problem, about func(T) string, draw func(T) Figure) func([]T) Figure {
	return func(results []T) Figure {
		if len(results) == 1 {
			return draw(results[0])
		}
		names, problems := mapped(results, about), mapped(results, problem)
		if len(unique(problems)) == 1 && names[0] != "" {
			return multiples(title+": "+problems[0], table.Distinct(names), mapped(results, draw))
		}
		for i, p := range problems {
			names[i] = strings.TrimPrefix(names[i]+", "+p, ", ")
		}
		return multiples(title, table.Distinct(names), mapped(results, draw))
	}
}
