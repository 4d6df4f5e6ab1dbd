package plotting

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nqm/plotting/internal/colors"
)

// legendRow is one line of a saved figure's legend.
type legendRow []Series

const (
	legendSize   = 10.5
	sampleLength = 0.33 * vg.Inch
	sampleGap    = 0.06 * vg.Inch
	entryGap     = 0.2 * vg.Inch
)

// legendRows arranges the named series in rows no wider than the figure.
// A series that repeats a name, such as the band of a line, has no own entry;
// the line stands for both.
func (f Figure) legendRows(width vg.Length) []legendRow {
	var rows []legendRow
	var row legendRow
	var used vg.Length
	entries := f.entries()
	names := shortenedApart(mapped(entries, func(s Series) string { return s.Name }), legendSize, width-sampleLength-sampleGap)
	for i, s := range entries {
		s.Name = names[i]
		need := entryWidth(s)
		if len(row) > 0 && used+need-entryGap > width {
			rows, row, used = append(rows, row), nil, 0
		}
		row, used = append(row, s), used+need
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	return rows
}

// entries returns for each name of the legend the series that shows it best:
// the widest line, or the first series of another kind. A name whose lines are
// labelled at their ends, or that is the title of its panel, has no entry.
func (f Figure) entries() []Series {
	var entries []Series
	for _, name := range f.listed() {
		best, labelled := Series{}, false
		for _, p := range f.Panels {
			for _, s := range p.Series {
				if s.Name != name {
					continue
				}
				labelled = labelled || s.End == name || p.Title == name
				if best.Name == "" || s.lined() && (!best.lined() || s.width() > best.width()) {
					best = s
				}
			}
		}
		if !labelled && best.Kind != KindHeat {
			entries = append(entries, best)
		}
	}
	return entries
}

func entryWidth(s Series) vg.Length {
	return sampleLength + sampleGap + textStyle(legendSize, ink).Width(s.Name) + entryGap
}

// draw draws the row with its base line at y.
func (row legendRow) draw(c draw.Canvas, y vg.Length) {
	x := c.Min.X
	for _, s := range row {
		drawSample(c, s, x, y+5)
		c.FillText(textStyle(legendSize, ink), vg.Point{X: x + sampleLength + sampleGap, Y: y}, s.Name)
		x += entryWidth(s)
	}
}

// drawSample draws a short piece of the series around (x, y).
func drawSample(c draw.Canvas, s Series, x, y vg.Length) {
	middle := vg.Point{X: x + sampleLength/2, Y: y}
	switch s.Kind {
	case KindBand, KindBar:
		opacity := bandOpacity
		if s.Kind == KindBar {
			opacity = barOpacity
		}
		const h = 4
		c.FillPolygon(faded(colors.RGB(s.Color), opacity), []vg.Point{{X: x, Y: y - h}, {X: x + sampleLength, Y: y - h}, {X: x + sampleLength, Y: y + h}, {X: x, Y: y + h}})
	case KindPoints:
		c.DrawGlyph(draw.GlyphStyle{Color: colors.RGB(s.Color), Radius: 2.6, Shape: glyphs[s.Marker]}, middle)
	default:
		c.StrokeLine2(s.lineStyle(), x, y, x+sampleLength, y)
		if s.Marker != Plain {
			c.DrawGlyph(draw.GlyphStyle{Color: colors.RGB(s.Color), Radius: 2.6, Shape: glyphs[s.Marker]}, middle)
		}
	}
}
