package plotting

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nqm/plotting/internal/colors"
)

// brush draws on the data area of a panel.
type brush struct {
	draw.Canvas
	x, y   func(float64) vg.Length
	casing bool // lines have a white edge, to stand out from a heat map
}

// Plot draws the panel: grid, regions, areas, lines, points, references.
func (v view) Plot(c draw.Canvas, p *plot.Plot) {
	b := brush{Canvas: c}
	b.x, b.y = p.Transforms(&c)
	heat, ok := v.heatSeries()
	if b.casing = ok; ok {
		b.heat(v, heat)
	} else {
		b.grid(p)
	}
	for _, r := range v.Regions {
		b.region(v, r)
	}
	for _, s := range v.Series {
		switch s.Kind {
		case KindBand:
			b.band(s)
		case KindBar:
			b.bars(v, s)
		case KindContour:
			b.contour(v, s)
		}
	}
	for _, s := range pathsLast(v.Series) {
		b.series(s)
	}
	for _, r := range v.References {
		b.reference(v, r)
	}
}

// inscribe writes a label on a white ground.
func (b brush) inscribe(style text.Style, at vg.Point, label string) {
	if label == "" {
		return
	}
	box := style.Rectangle(label)
	low, high := at.Add(box.Min), at.Add(box.Max)
	b.FillPolygon(faded(color.NRGBA{255, 255, 255, 255}, 0.75), []vg.Point{low, {X: high.X, Y: low.Y}, high, {X: low.X, Y: high.Y}})
	b.FillText(style, at, label)
}

// pathsLast returns the series with paths over the rest.
func pathsLast(series []Series) []Series {
	return ordered(series, func(s Series) bool { return s.Kind != KindPath })
}

func (b brush) grid(p *plot.Plot) {
	style := draw.LineStyle{Color: gridInk, Width: 0.5}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := b.x(t.Value); t.Label != "" && b.ContainsX(x) {
			b.StrokeLine2(style, x, b.Min.Y, x, b.Max.Y)
		}
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := b.y(t.Value); t.Label != "" && b.ContainsY(y) {
			b.StrokeLine2(style, b.Min.X, y, b.Max.X, y)
		}
	}
}

// points maps data to the canvas.
func (b brush) points(data [][2]float64) []vg.Point {
	mapped := make([]vg.Point, len(data))
	for k, p := range data {
		mapped[k] = vg.Point{X: b.x(p[0]), Y: b.y(p[1])}
	}
	return mapped
}

// stretches maps a series to the canvas, one list for each stretch between gaps.
func (b brush) stretches(s Series) [][]vg.Point {
	var all [][]vg.Point
	for _, at := range stretches(s.X) {
		all = append(all, b.points(pairs(s)[at[0]:at[1]]))
	}
	return all
}

func (b brush) series(s Series) {
	switch s.Kind {
	case KindLine, KindPath:
		b.line(s)
	case KindStep:
		b.line(s.stairs())
	case KindPoints:
		b.markers(s, b.points(pairs(s)))
		return
	default:
		return
	}
	all := b.stretches(s)
	if len(all) == 0 {
		return
	}
	last := all[len(all)-1]
	if s.Marker != Plain {
		b.markers(s, sparsePoints(all))
	}
	if s.Kind == KindPath {
		b.disc(colors.RGB(s.Color), 2.2, all[0][0])
		b.head(s, last)
	}
	if s.Diverges {
		b.DrawGlyph(draw.GlyphStyle{Color: colors.RGB(s.Color), Radius: 4, Shape: draw.PyramidGlyph{}}, b.within(last[len(last)-1]))
	}
}

// line strokes each stretch of a series; a stretch of one point is a dot.
func (b brush) line(s Series) {
	style := s.lineStyle()
	for _, points := range b.stretches(s) {
		if len(points) == 1 {
			if b.Contains(points[0]) {
				b.disc(style.Color, style.Width, points[0])
			}
			continue
		}
		clipped := b.ClipLinesXY(points)
		if b.casing {
			b.StrokeLines(draw.LineStyle{Color: faded(color.NRGBA{255, 255, 255, 255}, 0.85), Width: style.Width + 1.8}, clipped...)
		}
		b.StrokeLines(style, clipped...)
	}
}

func (b brush) disc(c color.Color, radius vg.Length, at vg.Point) {
	b.DrawGlyph(draw.GlyphStyle{Color: c, Radius: radius, Shape: draw.CircleGlyph{}}, at)
}

// within moves a point onto the data area.
func (b brush) within(p vg.Point) vg.Point {
	return vg.Point{X: min(max(p.X, b.Min.X), b.Max.X), Y: min(max(p.Y, b.Min.Y), b.Max.Y)}
}

// head draws an arrow head at the end of a path, in the direction of its last
// visible move.
func (b brush) head(s Series, points []vg.Point) {
	n := len(points) - 1
	tip := points[n]
	for k := n - 1; k >= 0; k-- {
		dx, dy := float64(tip.X-points[k].X), float64(tip.Y-points[k].Y)
		if d := math.Hypot(dx, dy); d > 2 || k == 0 && d > 0 {
			ux, uy := vg.Length(dx/d), vg.Length(dy/d)
			const length, half = 7, 3
			if b.Contains(tip) {
				b.FillPolygon(colors.RGB(s.Color), []vg.Point{tip,
					{X: tip.X - length*ux - half*uy, Y: tip.Y - length*uy + half*ux},
					{X: tip.X - length*ux + half*uy, Y: tip.Y - length*uy - half*ux}})
			}
			return
		}
	}
}

func (b brush) markers(s Series, points []vg.Point) {
	style := draw.GlyphStyle{Color: colors.RGB(s.Color), Radius: 2.6, Shape: glyphs[s.Marker]}
	for _, p := range points {
		if b.Contains(p) {
			b.DrawGlyph(style, p)
		}
	}
}

// sparsePoints keeps a readable number of points of a line for its markers.
func sparsePoints(all [][]vg.Point) []vg.Point {
	var flat, kept []vg.Point
	for _, stretch := range all {
		flat = append(flat, stretch...)
	}
	for _, k := range few(len(flat), mostMarkers) {
		kept = append(kept, flat[k])
	}
	return kept
}

// mostMarkers is how many markers stand on a line.
const mostMarkers = 24

func (b brush) band(s Series) {
	for _, edge := range s.outlines() {
		b.FillPolygon(faded(colors.RGB(s.Color), s.opacity()), b.ClipPolygonXY(b.points(edge)))
	}
}

func (b brush) bars(v view, s Series) {
	foot := v.barFoot()
	for k := range s.X {
		low, high := min(foot, s.Y[k]), max(foot, s.Y[k])
		corners := [][2]float64{{s.X[k], low}, {s.X[k], high}, {s.To[k], high}, {s.To[k], low}}
		box := b.ClipPolygonXY(b.points(corners))
		if len(box) == 0 || low == high {
			continue
		}
		b.FillPolygon(faded(colors.RGB(s.Color), barOpacity), box)
		b.StrokeLines(draw.LineStyle{Color: color.White, Width: 0.4}, append(box, box[0]))
	}
}

func (b brush) contour(v view, s Series) {
	lines := s.isolines(v.X, v.Y)
	style := s.lineStyle()
	for _, l := range lines {
		b.StrokeLines(style, b.ClipLinesXY(b.points(l.at))...)
	}
	words := textStyle(noteSize, colors.RGB(colors.Readable(s.Color)))
	words.XAlign, words.YAlign = text.XCenter, text.YCenter
	o := b.obstacles(v)
	for _, l := range labelled(lines) {
		var places []vg.Point
		const tried = 48
		for k := range tried {
			at := b.points([][2]float64{l.at[(len(l.at)/3+k*len(l.at)/tried)%len(l.at)]})[0]
			if box := boxOf(words, number(l.level), at); b.Contains(box.Min) && b.Contains(box.Max) && o.under(box) == 0 {
				places = append(places, at)
			}
		}
		if len(places) > 0 {
			b.inscribe(words, o.place(words, number(l.level), places), number(l.level))
		}
	}
}

func (b brush) region(v view, r Region) {
	x, y := [2]float64{v.X.Min, v.X.Max}, [2]float64{v.Y.Min, v.Y.Max}
	if r.Vertical {
		x = [2]float64{v.X.clamped(r.From), v.X.clamped(r.To)}
	} else {
		y = [2]float64{v.Y.clamped(r.From), v.Y.clamped(r.To)}
	}
	box := b.points([][2]float64{{x[0], y[0]}, {x[1], y[0]}, {x[1], y[1]}, {x[0], y[1]}})
	b.FillPolygon(faded(colors.RGB(r.color()), regionOpacity), box)
}

// reference draws a grey line.
func (b brush) reference(v view, r Reference) {
	if !v.axisOf(r.Vertical).inside(r.At) {
		return
	}
	style := draw.LineStyle{Color: mutedInk, Width: 0.8, Dashes: []vg.Length{3, 3}}
	if r.Vertical {
		b.StrokeLine2(style, b.x(r.At), b.Min.Y, b.x(r.At), b.Max.Y)
		return
	}
	b.StrokeLine2(style, b.Min.X, b.y(r.At), b.Max.X, b.y(r.At))
}

// The size of a heat map's image, in points of the image.
const heatPixels = 480

// heat draws the cells as one image: a file of ten thousand rectangles would
// be large and slow.
func (b brush) heat(v view, s Series) {
	z := s.zAxis()
	x, y := cellEdges(v.X, s.X), cellEdges(v.Y, s.Y)
	m := image.NewNRGBA(image.Rect(0, 0, heatPixels, heatPixels))
	columns, rows := cellsAt(v.X, x), cellsAt(v.Y, y)
	for py := range heatPixels {
		j := rows[heatPixels-1-py]
		for px := range heatPixels {
			if i := columns[px]; i >= 0 && j >= 0 {
				m.SetNRGBA(px, py, colors.Heat(place(z, s.Z[j*len(s.X)+i])))
			}
		}
	}
	b.DrawImage(b.Rectangle, m)
}

// cellsAt returns for each pixel of an axis the cell it lies in, or -1.
func cellsAt(a Axis, edges Values) []int {
	at := make([]int, heatPixels)
	low, high := a.forward(a.Min), a.forward(a.Max)
	for px := range at {
		u := low + (float64(px)+0.5)/heatPixels*(high-low)
		at[px] = -1
		for i := 0; i+1 < len(edges); i++ {
			if a.forward(edges[i]) <= u && u <= a.forward(edges[i+1]) {
				at[px] = i
				break
			}
		}
	}
	return at
}

func pairs(s Series) [][2]float64 {
	points := make([][2]float64, len(s.X))
	for k := range points {
		points[k] = [2]float64{s.X[k], s.Y[k]}
	}
	return points
}
