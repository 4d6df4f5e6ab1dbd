package plotting

import (
	"cmp"
	"image/color"
	"slices"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nqm/plotting/internal/colors"
)

// obstacles are what a label must not cover: lines, points and bars on the
// canvas, and other labels.
type obstacles struct {
	lines [][2]vg.Point
	boxes []vg.Rectangle
}

// obstacles returns the series of a panel, contours aside, and its references.
func (b brush) obstacles(v view) obstacles {
	var o obstacles
	for _, s := range v.Series {
		switch s.Kind {
		case KindLine, KindPath:
			o.polylines(b.stretches(s))
		case KindStep:
			o.polylines(b.stretches(s.stairs()))
		case KindPoints:
			for _, p := range b.points(pairs(s)) {
				o.boxes = append(o.boxes, vg.Rectangle{Min: p.Sub(vg.Point{X: 4, Y: 4}), Max: p.Add(vg.Point{X: 4, Y: 4})})
			}
		case KindBar:
			foot := b.y(v.barFoot())
			for k := range s.X {
				top := b.y(s.Y[k])
				o.boxes = append(o.boxes, vg.Rectangle{Min: vg.Point{X: b.x(s.X[k]), Y: min(foot, top)}, Max: vg.Point{X: b.x(s.To[k]), Y: max(foot, top)}})
			}
		}
	}
	for _, r := range v.References {
		if r.Vertical {
			o.lines = append(o.lines, [2]vg.Point{{X: b.x(r.At), Y: b.Min.Y}, {X: b.x(r.At), Y: b.Max.Y}})
		} else {
			o.lines = append(o.lines, [2]vg.Point{{X: b.Min.X, Y: b.y(r.At)}, {X: b.Max.X, Y: b.y(r.At)}})
		}
	}
	return o
}

func (o *obstacles) polylines(all [][]vg.Point) {
	for _, points := range all {
		for k := 1; k < len(points); k++ {
			o.lines = append(o.lines, [2]vg.Point{points[k-1], points[k]})
		}
	}
}

// under counts what lies under a box.
func (o obstacles) under(box vg.Rectangle) int {
	n := 0
	for _, l := range o.lines {
		if crosses(l, box) {
			n++
		}
	}
	for _, other := range o.boxes {
		if other.Min.X < box.Max.X && box.Min.X < other.Max.X && other.Min.Y < box.Max.Y && box.Min.Y < other.Max.Y {
			n++
		}
	}
	return n
}

// crosses reports whether a line passes through a box (Liang and Barsky 1984).
func crosses(l [2]vg.Point, box vg.Rectangle) bool {
	from, to := 0.0, 1.0
	d := l[1].Sub(l[0])
	for _, side := range [4][2]vg.Length{
		{-d.X, l[0].X - box.Min.X}, {d.X, box.Max.X - l[0].X}, {-d.Y, l[0].Y - box.Min.Y}, {d.Y, box.Max.Y - l[0].Y},
	} {
		p, q := float64(side[0]), float64(side[1])
		switch {
		case p == 0 && q < 0:
			return false
		case p < 0:
			from = max(from, q/p)
		case p > 0:
			to = min(to, q/p)
		}
	}
	return from <= to
}

// boxOf returns the box of a label at a place.
func boxOf(style text.Style, label string, at vg.Point) vg.Rectangle {
	r := style.Rectangle(label)
	return vg.Rectangle{Min: at.Add(r.Min).Sub(vg.Point{X: 1}), Max: at.Add(r.Max).Add(vg.Point{X: 1})}
}

// place returns the first of the places for a label at which the least lies
// under it, with the label now in the way of others.
func (o *obstacles) place(style text.Style, label string, places []vg.Point) vg.Point {
	under := func(at vg.Point) int { return o.under(boxOf(style, label, at)) }
	best := slices.MinFunc(places, func(a, b vg.Point) int { return cmp.Compare(under(a), under(b)) })
	o.boxes = append(o.boxes, boxOf(style, label, best))
	return best
}

// brush returns what draws on the data area of a panel.
func (v view) brush(c draw.Canvas) brush {
	return brush{Canvas: c,
		x: func(u float64) vg.Length { return c.X(v.X.Normalize(v.X.Min, v.X.Max, u)) },
		y: func(u float64) vg.Length { return c.Y(v.Y.Normalize(v.Y.Min, v.Y.Max, u)) }}
}

// drawLabels writes what lies in and beside the data: the labels of stripes and of
// lines that end early where no line runs, those of other line ends and of
// references in the right margin, moved apart.
func (v view) drawLabels(c draw.Canvas) {
	b := v.brush(c)
	o := b.obstacles(v)
	var stripes []Region
	for _, r := range v.Regions {
		if !r.Vertical {
			stripes = append(stripes, r)
		}
	}
	words := shortenedApart(mapped(stripes, func(r Region) string { return r.Label }), noteSize, b.Size().X-8)
	for i, r := range stripes {
		b.nameStripe(v, r, words[i], &o)
	}
	var ends []ending
	for _, s := range v.Series {
		k := v.lastInside(s)
		if s.End == "" || k < 0 {
			continue
		}
		if s.masks() {
			x, y := s.heart(v.X)
			style := textStyle(noteSize, mutedInk)
			style.XAlign, style.YAlign = text.XCenter, text.YCenter
			at := vg.Point{X: b.x(x), Y: b.y(y)}
			if v.columns > 1 {
				continue // no room: the caption says it
			}
			b.FillText(style, o.place(style, s.End, []vg.Point{at, {X: at.X, Y: max(at.Y-16, b.Min.Y+8)}, {X: b.Max.X - style.Width(s.End)/2 - 2, Y: b.Min.Y + 8}}), s.End)
			continue
		}
		at := vg.Point{X: b.x(s.X[k]), Y: b.y(s.Y[k])}
		ink := colors.RGB(colors.Readable(s.Color))
		if v.endsEarly(s) {
			b.nameEnd(s, at, ink, &o)
			continue
		}
		ends = append(ends, ending{s.End, ink, colors.RGB(s.Color), at.Y, at.Y})
	}
	for _, r := range v.References {
		switch {
		case r.Vertical || r.Label == "" || !v.Y.inside(r.At):
		case !v.inMargin(r):
			style := textStyle(noteSize, mutedInk)
			b.FillText(style, o.place(style, r.Label, b.along(r)), r.Label)
		default:
			y := b.y(r.At)
			ends = append(ends, ending{v.marginal(r.Label), mutedInk, mutedInk, y, y})
		}
	}
	spread(ends, lineHeight*noteSize*0.95, c.Min.Y, c.Max.Y)
	for _, e := range ends {
		style := textStyle(noteSize, e.ink)
		style.YAlign = text.YCenter
		c.StrokeLine2(draw.LineStyle{Color: e.line, Width: 0.6}, c.Max.X+1, e.at, c.Max.X+6, e.label)
		c.FillText(style, vg.Point{X: c.Max.X + 8, Y: e.label}, e.words)
	}
}

// nameStripe writes the label of a region across the panel: at its upper left
// edge in a chart of rows, else where no line runs.
func (b brush) nameStripe(v view, r Region, label string, o *obstacles) {
	if label == "" {
		return
	}
	style := textStyle(noteSize, mutedInk)
	low, high := b.y(v.Y.clamped(r.From))+2, b.y(v.Y.clamped(r.To))-lineHeight*noteSize
	left, right := b.Min.X+4, b.Max.X-4-style.Width(label)
	places := []vg.Point{{X: left, Y: high}}
	if !v.Y.Blank {
		const across, up = 6, 12
		for j := range up + 1 {
			for i := range across + 1 {
				places = append(places, vg.Point{X: left + (right-left)*vg.Length(i)/across, Y: max(high-(high-low)*vg.Length(j)/up, low)})
			}
		}
	}
	b.FillText(style, o.place(style, label, places), label)
}

// nameEnd writes the name of a line beside its end within the panel.
func (b brush) nameEnd(s Series, end vg.Point, ink color.Color, o *obstacles) {
	style := textStyle(noteSize, ink)
	style.YAlign = text.YCenter
	label := shortened(s.End, noteSize, b.Max.X-end.X-8)
	width, line := style.Width(label), vg.Length(lineHeight*noteSize)
	var places []vg.Point
	for _, x := range []vg.Length{end.X + 8, end.X - 8 - width, end.X - width/2} {
		for _, dy := range []vg.Length{0, line, -line, 2 * line, -2 * line} {
			if y := end.Y + dy; b.Min.X <= x && x+width <= b.Max.X && b.Min.Y+6 <= y && y <= b.Max.Y-6 {
				places = append(places, vg.Point{X: x, Y: y})
			}
		}
	}
	if len(places) == 0 {
		places = []vg.Point{{X: end.X + 8, Y: min(end.Y, b.Max.Y-6)}}
	}
	b.FillText(style, o.place(style, label, places), label)
}

// along returns places for the label of a reference at its line.
func (b brush) along(r Reference) []vg.Point {
	y, right := b.y(r.At), b.Max.X-4-textStyle(noteSize, mutedInk).Width(r.Label)
	var places []vg.Point
	for _, low := range []vg.Length{y + 2, y - 2 - lineHeight*noteSize} {
		for k := range 5 {
			if x := right - vg.Length(k)/4*(right-b.Min.X-4); x >= b.Min.X && low >= b.Min.Y && low+lineHeight*noteSize <= b.Max.Y {
				places = append(places, vg.Point{X: x, Y: low})
			}
		}
	}
	return places
}

// inMargin reports whether the label of a reference across the panel stands in the
// margin: always in a figure of one column, where it has room; else where no place
// in the panel is free, as its size is about.
func (v view) inMargin(r Reference) bool {
	if v.columns < 2 {
		return true
	}
	width := stillWidth
	if v.columns > 2 {
		width = stillWide
	}
	b := v.brush(draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: width/vg.Length(v.columns) - 2*numberRoom, Y: stillPanels - 2*numberRoom}}})
	o := b.obstacles(v)
	style := textStyle(noteSize, mutedInk)
	for _, at := range b.along(r) {
		box := style.Rectangle(r.Label)
		const slack = 3
		around := vg.Rectangle{Min: at.Add(box.Min).Sub(vg.Point{X: slack}), Max: at.Add(box.Max).Add(vg.Point{X: slack, Y: slack})}
		if o.under(around) == 0 {
			return false
		}
	}
	return true
}

// marginal cuts the label of a reference to what the margin has room for, so that those
// that differ stay different.
func (v view) marginal(label string) string {
	labels := unique(mapped(v.References, func(r Reference) string { return r.Label }))
	return shortenedApart(labels, noteSize, v.ends)[slices.Index(labels, label)]
}

// upright is the label of a mark across the panel from bottom to top.
type upright struct {
	words string
	at    float64 // the place on the x axis, from 0 to 1
}

// uprights returns the labels that stand above the data, in rows in which none
// meets another, from the lowest up; width is that of the data.
func (v view) uprights(width vg.Length) [][]upright {
	var all []upright
	for _, r := range v.References {
		if r.Vertical && r.Label != "" && v.X.inside(r.At) {
			all = append(all, upright{r.Label, v.X.Normalize(v.X.Min, v.X.Max, r.At)})
		}
	}
	for _, r := range v.Regions {
		if r.Vertical && r.Label != "" {
			from, to := v.X.Normalize(v.X.Min, v.X.Max, v.X.clamped(r.From)), v.X.Normalize(v.X.Min, v.X.Max, v.X.clamped(r.To))
			all = append(all, upright{r.Label, (from + to) / 2})
		}
	}
	words := shortenedApart(mapped(all, func(u upright) string { return u.words }), noteSize, width)
	var rows [][]upright
	for i, u := range all {
		u.words = words[i]
		k := 0
		for k < len(rows) && slices.ContainsFunc(rows[k], func(other upright) bool { return u.meets(other, width) }) {
			k++
		}
		if k == len(rows) {
			rows = append(rows, nil)
		}
		rows[k] = append(rows[k], u)
	}
	return rows
}

// span returns where a label stands over data of a width: centred on its place
// as far as the data reach.
func (u upright) span(width vg.Length) (from, to vg.Length) {
	own := textStyle(noteSize, ink).Width(u.words)
	from = min(max(vg.Length(u.at)*width-own/2, 0), max(width-own, 0))
	return from, from + own
}

func (u upright) meets(other upright, width vg.Length) bool {
	from, to := u.span(width)
	a, b := other.span(width)
	return from < b+6 && a < to+6
}

// drawUprights writes the labels above the data, each with a short line down to
// its mark.
func drawUprights(c draw.Canvas, rows [][]upright) {
	for k, row := range rows {
		for _, u := range row {
			from, _ := u.span(c.Size().X)
			c.FillText(textStyle(noteSize, mutedInk), vg.Point{X: c.Min.X + from, Y: c.Max.Y + 3 + vg.Length(k)*lineHeight*noteSize}, u.words)
		}
	}
}
