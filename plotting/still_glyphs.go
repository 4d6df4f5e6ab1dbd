package plotting

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nqm/plotting/internal/colors"
)

// The opacity of what lines are drawn over.
const (
	bandOpacity   = 0.2
	regionOpacity = 0.13
	barOpacity    = 0.75
)

var glyphs = map[Marker]draw.GlyphDrawer{
	Plain: draw.CircleGlyph{}, Circle: draw.CircleGlyph{}, Square: draw.BoxGlyph{},
	Triangle: draw.PyramidGlyph{}, Diamond: diamond{}, Ring: draw.RingGlyph{},
	Cross: strokes{{1, 1}, {1, -1}}, Plus: strokes{{1.4, 0}, {0, 1.4}}, Halo: halo{},
}

// strokes are short lines through a point, each in a direction of a length in
// radii.
type strokes [][2]vg.Length

// DrawGlyph draws the lines.
func (s strokes) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	for _, d := range s {
		dx, dy := 1.5*d[0]*style.Radius, 1.5*d[1]*style.Radius
		c.StrokeLine2(draw.LineStyle{Color: style.Color, Width: 1.4}, at.X-dx, at.Y-dy, at.X+dx, at.Y+dy)
	}
}

// halo is a ring that leaves room for another point in it.
type halo struct{}

// DrawGlyph draws the ring.
func (halo) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	c.SetLineStyle(draw.LineStyle{Color: style.Color, Width: 1.2})
	r := 1.9 * style.Radius
	var p vg.Path
	p.Move(vg.Point{X: at.X + r, Y: at.Y})
	p.Arc(at, r, 0, 2*math.Pi)
	p.Close()
	c.Stroke(p)
}

// diamond is a square on its corner.
type diamond struct{}

// DrawGlyph fills the diamond.
func (diamond) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	r := 1.3 * style.Radius
	c.FillPolygon(style.Color, []vg.Point{{X: at.X - r, Y: at.Y}, {X: at.X, Y: at.Y + r}, {X: at.X + r, Y: at.Y}, {X: at.X, Y: at.Y - r}})
}

func (s Series) lineStyle() draw.LineStyle {
	style := draw.LineStyle{Color: colors.RGB(s.Color), Width: vg.Points(0.85 * s.width())}
	switch s.Dash {
	case Dashed:
		style.Dashes = []vg.Length{6, 3}
	case Dotted:
		style.Dashes = []vg.Length{1.5, 2.5}
	}
	return style
}
