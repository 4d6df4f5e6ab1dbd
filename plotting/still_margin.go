package plotting

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nqm/plotting/internal/colors"
)

// ending is a label in the right margin.
type ending struct {
	words     string
	ink, line color.Color
	at, label vg.Length // heights of what it names and of its label
}

// endsEarly reports whether a line stops so far from the right edge that its
// label has room beside its end.
func (v view) endsEarly(s Series) bool {
	k := v.lastInside(s)
	return k < 0 || v.X.Normalize(v.X.Min, v.X.Max, s.X[k]) < 0.6
}

// endsWidth returns the width of the labels in the right margin.
func (v view) endsWidth() vg.Length {
	var widest vg.Length
	for _, s := range v.Series {
		if s.End != "" && !s.masks() && !v.endsEarly(s) {
			widest = max(widest, textStyle(noteSize, ink).Width(s.End)+10)
		}
	}
	for _, r := range v.References {
		if !r.Vertical && r.Label != "" && v.Y.inside(r.At) && v.inMargin(r) {
			widest = max(widest, textStyle(noteSize, ink).Width(v.marginal(r.Label))+10)
		}
	}
	return widest
}

// endsRoom is how wide the label of a line end may be, in a figure of one column, and
// endsShare which part of the picture.
const (
	endsRoom  = 150
	endsShare = 0.42
)

// endsInLegend returns the figure with the names of lines in its legend, if not
// all have room at the ends.
func (f Figure) endsInLegend(room vg.Length) Figure {
	fits := func(s Series) bool {
		return textStyle(noteSize, ink).Width(s.End) <= room
	}
	for _, p := range f.Panels {
		if slices.ContainsFunc(p.Series, func(s Series) bool { return !fits(s) }) {
			return f.withoutEnds()
		}
	}
	return f
}

// withoutEnds returns the figure without names at the ends of lines.
func (f Figure) withoutEnds() Figure {
	f.Panels = mapped(f.Panels, func(p Panel) Panel {
		p.Series = mapped(p.Series, func(s Series) Series {
			if !s.masks() {
				s.End = ""
			}
			return s
		})
		return p
	})
	return f
}

// spread moves labels apart until neighbours are at least a gap from one
// another, as little as it takes, and keeps them between low and high as far
// as they fit.
func spread(ends []ending, gap, low, high vg.Length) {
	slices.SortStableFunc(ends, func(a, b ending) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	for range 100 {
		moved := false
		for k := 1; k < len(ends); k++ {
			if lack := gap - (ends[k].label - ends[k-1].label); lack > 1e-6 {
				ends[k-1].label, ends[k].label, moved = ends[k-1].label-lack/2, ends[k].label+lack/2, true
			}
		}
		if !moved {
			break
		}
	}
	if n := len(ends); n > 0 {
		shift := max(low-ends[0].label, 0)
		if over := ends[n-1].label + shift - high; over > 0 {
			shift -= over
		}
		for k := range ends {
			ends[k].label += shift
		}
	}
}

const colorsBar = 10 // width of the bar of colours, in points

// colorsWidth returns the room that the bar of colours takes.
func colorsWidth(s Series) vg.Length {
	var widest vg.Length
	a := s.zAxis()
	for _, t := range a.Ticks(a.Min, a.Max) {
		widest = max(widest, textStyle(noteSize, ink).Width(t.Label))
	}
	return 8 + colorsBar + 4 + widest + lineHeight*noteSize
}

// drawColors draws the bar of colours of a heat map beside its data: shapes, which
// stay sharp where an image would be enlarged.
func drawColors(c draw.Canvas, s Series) {
	const steps = 96
	left := c.Max.X + 8
	for k := range steps {
		low := c.Min.Y + vg.Length(k)*c.Size().Y/steps
		high := min(low+1.5*c.Size().Y/steps, c.Max.Y) // overlaps the next: no seams
		c.FillPolygon(colors.Heat((float64(k)+0.5)/steps), []vg.Point{{X: left, Y: low}, {X: left + colorsBar, Y: low}, {X: left + colorsBar, Y: high}, {X: left, Y: high}})
	}
	a := s.zAxis()
	style := textStyle(noteSize, mutedInk)
	style.YAlign = text.YCenter
	for _, t := range a.Ticks(a.Min, a.Max) {
		if t.Label != "" && a.inside(t.Value) {
			y := c.Y(a.Normalize(a.Min, a.Max, t.Value))
			c.StrokeLine2(draw.LineStyle{Color: mutedInk, Width: 0.5}, left+colorsBar, y, left+colorsBar+2, y)
			c.FillText(style, vg.Point{X: left + colorsBar + 4, Y: y}, t.Label)
		}
	}
	turned := textStyle(noteSize, ink)
	turned.Rotation, turned.XAlign = 1.5707963267948966, text.XCenter
	c.FillText(turned, vg.Point{X: left + colorsWidth(s) - 10, Y: (c.Min.Y + c.Max.Y) / 2}, shortened(s.ZAxis.Label, noteSize, c.Size().Y+20))
}
