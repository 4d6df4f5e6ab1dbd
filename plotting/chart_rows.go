package plotting

import "math"

// labelledRow is one line of a chart of labelled rows.
type labelledRow struct {
	label string
	look  look
	bar   [2]float64 // from and to; nothing where they are equal
	open  bool       // the bar goes on: dotted, with an arrow
	marks []rowMark
}

// rowMark is a number on a row. Marks of one name look alike, and share an
// entry of the legend.
type rowMark struct {
	name   string
	marker Marker
	at     float64
}

// rowsPanel returns a panel of rows from top to bottom along the x axis, each a
// stripe with its label above what it shows, so that long labels have room.
func rowsPanel(x Axis, rows []labelledRow, references ...Reference) Panel {
	p := Panel{X: x, Y: Axis{Blank: true, Max: float64(len(rows))}, References: references}
	var names []string
	marks := map[string]*Series{}
	for k, r := range rows {
		top := float64(len(rows) - k)
		y := top - 0.68
		p.Regions = append(p.Regions, Region{From: top - 0.94, To: top - 0.06, Label: r.label, Color: r.look.color})
		if r.bar[0] < r.bar[1] {
			bar := Series{Name: r.label, X: r.bar[:], Y: Values{y, y}, Color: r.look.color, Width: 6}
			if r.open {
				bar.Dash, bar.Width, bar.Diverges = Dotted, 2, true
			}
			p.Series = append(p.Series, bar)
		}
		for _, m := range r.marks {
			if !x.Scale.shows(m.at) {
				continue
			}
			if marks[m.name] == nil {
				marks[m.name] = &Series{Name: m.name, Kind: KindPoints, Marker: m.marker, Color: black}
				names = append(names, m.name)
			}
			s := marks[m.name]
			s.X, s.Y = append(s.X, m.at), append(s.Y, y)
		}
	}
	for _, name := range names {
		p.Series = append(p.Series, *marks[name])
	}
	if len(p.Series)+len(references) == 0 { // the labels say it all
		p.X = Axis{Scale: x.Scale, Min: 1, Max: 10, Blank: true}
	}
	if !p.X.bounded() {
		p.X.Min, p.X.Max = rowsReach(p)
	}
	return p
}

// rowsReach returns bounds of the x axis with room around what the rows show.
func rowsReach(p Panel) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range p.Series {
		for _, x := range s.X {
			low, high = min(low, x), max(high, x)
		}
	}
	for _, r := range p.References {
		low, high = min(low, r.At), max(high, r.At)
	}
	if p.X.Scale.logarithmic() { // room for a tick or two
		return low / 2, 2 * high
	}
	a := p.X.fitted(low, high, 0.06)
	return a.Min, a.Max
}

// rowsHeight returns the height of a panel of n rows, as a share of the usual.
func rowsHeight(n int) float64 { return min(max(0.2+0.17*float64(n), 0.4), 2) }
