package plotting

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// legendRow is one line of a saved figure's legend.
type legendRow []Series

const (
	sampleLength = 0.3 * vg.Inch
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
	for _, s := range f.entries() {
		need := entryWidth(s)
		if len(row) > 0 && used+need > width-entryGap {
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
// the widest line, or the first series of another kind.
func (f Figure) entries() []Series {
	var entries []Series
	for _, name := range f.legend() {
		var best Series
		for _, p := range f.Panels {
			for _, s := range p.Series {
				if s.Name == name && (best.Name == "" || s.Kind == Line && (best.Kind != Line || s.width() > best.width())) {
					best = s
				}
			}
		}
		entries = append(entries, best)
	}
	return entries
}

func entryWidth(s Series) vg.Length {
	return sampleLength + sampleGap + textStyle(9, color.Black).Width(s.Name) + entryGap
}

// draw draws the row with its base line at y.
func (row legendRow) draw(c draw.Canvas, y vg.Length) {
	x := c.Min.X
	for _, s := range row {
		drawSample(c, s, x, y+vg.Points(3))
		c.FillText(textStyle(9, color.Black), vg.Point{X: x + sampleLength + sampleGap, Y: y}, s.Name)
		x += entryWidth(s)
	}
}

// drawSample draws a short piece of the series around (x, y).
func drawSample(c draw.Canvas, s Series, x, y vg.Length) {
	switch s.Kind {
	case Line:
		c.StrokeLine2(s.lineStyle(), x, y, x+sampleLength, y)
	case Points:
		c.DrawGlyph(draw.GlyphStyle{Color: rgb(s.Color), Radius: vg.Points(2), Shape: draw.CircleGlyph{}}, vg.Point{X: x + sampleLength/2, Y: y})
	case Band:
		tint := rgb(s.Color)
		tint.A = 51
		h := vg.Points(4)
		c.FillPolygon(tint, []vg.Point{{X: x, Y: y - h}, {X: x + sampleLength, Y: y - h}, {X: x + sampleLength, Y: y + h}, {X: x, Y: y + h}})
	}
}
