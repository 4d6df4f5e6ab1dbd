package plotting

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// still is the plan of a saved figure: what stands where.
type still struct {
	Figure
	views    []view
	width    vg.Length
	title    []string   // in lines
	subtitle []string   // in lines
	titles   [][]string // of panels, in lines
	// labels above the data of panels, in rows
	uprights [][][]upright
	legend   []legendRow
	below    bool     // the legend stands under the panels
	notes    []string // in lines
}

func (f Figure) still() still { return f.stillOf(0) }

// stillOf returns the plan of a width, of the usual one for 0: with fewer panels in a
// row than the figure has where the data would be squeezed.
func (f Figure) stillOf(width vg.Length) still {
	f = f.drawn()
	for f.Columns = f.columns(); ; f.Columns-- {
		s := f.inColumns(width)
		switch narrow := slices.ContainsFunc(s.views, func(v view) bool { return s.dataWidth(v) < leastData }); {
		case !narrow:
			return s
		case f.Columns == 1:
			s = f.withoutEnds().inColumns(width)
			for i := range s.views {
				v := &s.views[i]
				v.ends = max(v.ends-max(leastData-s.dataWidth(*v), 0), leastLabel)
			}
			return s
		}
	}
}

// leastLabel is the width to which the label of a reference is cut at least.
const leastLabel = 0.5 * vg.Inch

// leastData is the width of the data of a panel that has others beside it.
const leastData = 0.9 * vg.Inch

// margins is the width of the figure that is no panel's.
const margins = 0.3 * vg.Inch

// dataWidth returns about the width of the data of a panel.
func (s still) dataWidth(v view) vg.Length {
	return (s.width-margins)/vg.Length(s.columns()) - v.beside() - numberRoom
}

// inColumns returns the plan with as many panels in a row as the figure has.
func (f Figure) inColumns(width vg.Length) still {
	switch {
	case width > 0:
	case f.columns() > 2:
		width = stillWide
	default:
		width = stillWidth
	}
	ends := min(endsRoom, endsShare*width) / vg.Length(f.columns())
	f = f.endsInLegend(ends)
	s := still{Figure: f, views: f.views(), width: width}
	for i := range s.views {
		s.views[i].ends = ends
	}
	room := s.width - margins
	if f.Title != "" {
		s.title = wrapped(f.Title, titleSize, room)
	}
	if f.Subtitle != "" {
		s.subtitle = wrapped(f.Subtitle, noteSize, room)
	}
	s.legend = f.legendRows(room)
	for _, v := range s.views {
		s.titles = append(s.titles, wrapped(v.Title, labelSize, s.dataWidth(v)))
		s.uprights = append(s.uprights, v.uprights(s.dataWidth(v)))
	}
	for _, n := range f.notes() {
		s.notes = append(s.notes, wrapped(n, noteSize, room)...)
	}
	return s
}

// sheet is figures one below the other, all as wide as the widest.
type sheet []still

func (s sheet) width() vg.Length {
	var widest vg.Length
	for _, f := range s {
		widest = max(widest, f.width)
	}
	return widest
}

func (s sheet) height() vg.Length {
	var sum vg.Length
	for _, f := range s {
		sum += f.height()
	}
	return sum
}

func (s sheet) draw(c draw.Canvas) {
	above := vg.Length(0)
	for _, f := range s {
		below := s.height() - above - f.height()
		f.draw(draw.Crop(c, 0, 0, below, -above))
		above += f.height()
	}
}

func (s still) height() vg.Length {
	panels := stillPanel
	if n := s.rows(); n > 1 || s.columns() > 1 {
		panels = stillPanels * vg.Length(n)
	}
	panels *= vg.Length(s.tall())
	for row := range s.rows() { // what long titles take is not taken from the data
		panels += max(s.above(row)-lineHeight*labelSize, 0)
	}
	return s.head() + panels + s.foot()
}

// numberRoom is about the room that the numbers and the name of a y axis take.
const numberRoom = 50

// above returns the height of what stands above the data in a row of panels:
// titles, and the labels of upright marks.
func (s still) above(row int) vg.Length {
	var highest vg.Length
	for i, title := range s.titles {
		if i/s.columns() == row {
			highest = max(highest, lineHeight*(labelSize*vg.Length(len(title))+noteSize*vg.Length(len(s.uprights[i]))))
		}
	}
	return highest
}

// head returns the height of title and legend.
func (s still) head() vg.Length {
	height := 6 + lineHeight*(titleSize*vg.Length(len(s.title))+noteSize*vg.Length(len(s.subtitle))) + 5
	if !s.below {
		height += s.legendHeight()
	}
	return height
}

func (s still) legendHeight() vg.Length { return lineHeight * labelSize * vg.Length(len(s.legend)) }

// foot returns the height of the notes, and of a legend above them.
func (s still) foot() vg.Length {
	height := lineHeight * noteSize * vg.Length(len(s.notes))
	if s.below {
		height += s.legendHeight()
	}
	return height
}

// draw draws a valid figure: title, legend, the panels with the left and lower
// edges of their data aligned, and the notes.
func (s still) draw(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, 0.08*vg.Inch, -0.14*vg.Inch, 0.05*vg.Inch, -6)
	y := c.Max.Y
	for _, line := range s.title {
		y -= lineHeight * titleSize
		c.FillText(textStyle(titleSize, ink), vg.Point{X: c.Min.X, Y: y + 3}, line)
	}
	for _, line := range s.subtitle {
		y -= lineHeight * noteSize
		c.FillText(textStyle(noteSize, mutedInk), vg.Point{X: c.Min.X, Y: y + 3}, line)
	}
	if s.below {
		y = c.Min.Y + s.foot()
	}
	for _, row := range s.legend {
		y -= lineHeight * labelSize
		row.draw(c, y+2)
	}
	for i, line := range s.notes {
		at := c.Min.Y + vg.Length(len(s.notes)-i-1)*lineHeight*noteSize
		c.FillText(textStyle(noteSize, mutedInk), vg.Point{X: c.Min.X, Y: at}, line)
	}
	s.drawPanels(draw.Crop(c, 0, 0, s.foot(), -(s.head() - 6)))
}

func (s still) drawPanels(c draw.Canvas) {
	plots := make([]*plot.Plot, len(s.views))
	for i, v := range s.views {
		plots[i] = v.gonumPlot()
	}
	for i, area := range s.tiles(plots, c) {
		size := plots[i].DataCanvas(area).Size()
		v := s.views[i]
		for range 3 { // the numbers of stretched axes take other room
			v = s.views[i].to(size.X.Points(), size.Y.Points())
			plots[i] = v.gonumPlot()
			size = plots[i].DataCanvas(area).Size()
		}
		plots[i].X.Tick.Marker, plots[i].Y.Tick.Marker = roomy{v.X, size.X, false}, roomy{v.Y, size.Y, true}
		plots[i].Draw(area)
		data := plots[i].DataCanvas(area)
		v.drawNames(data, area)
		v.drawLabels(data)
		drawUprights(data, s.uprights[i])
		for k, line := range s.titles[i] {
			above := lineHeight * labelSize * vg.Length(len(s.titles[i])-1-k)
			c.FillText(textStyle(labelSize, ink), vg.Point{X: data.Min.X, Y: data.Max.Y + 4 + above + vg.Length(len(s.uprights[i]))*lineHeight*noteSize}, line)
		}
		if h, ok := v.heatSeries(); ok {
			data.Max.X += v.endsWidth()
			drawColors(data, h)
		}
	}
}

// tiles divides the canvas among the plots and leaves room for what stands
// beside each: its title, the labels of line ends, the bar of colours.
func (s still) tiles(plots []*plot.Plot, c draw.Canvas) []draw.Canvas {
	columns, rows := s.columns(), s.rows()
	titles := make([]vg.Length, rows+1) // heights of all titles above a row
	for row := range rows {
		titles[row+1] = titles[row] + s.above(row)
	}
	w, h := c.Size().X/vg.Length(columns), (c.Size().Y-titles[rows])/vg.Length(rows)
	areas := make([]draw.Canvas, len(plots))
	left, right, under := make([]vg.Length, columns), make([]vg.Length, columns), make([]vg.Length, rows)
	for i, v := range s.views {
		right[i%columns] = max(right[i%columns], v.beside())
	}
	for i, p := range plots {
		col, row := i%columns, i/columns
		top, low := 2+titles[row+1], titles[rows]-titles[row+1]
		gap := vg.Length(0)
		if col < columns-1 {
			gap = 8
		}
		areas[i] = draw.Crop(c, vg.Length(col)*w+nameRoom, -vg.Length(columns-1-col)*w-right[col]-gap, h*vg.Length(rows-1-row)+low+nameRoom, -h*vg.Length(row)-top)
		data := p.DataCanvas(areas[i])
		left[col], under[row] = max(left[col], data.Min.X-areas[i].Min.X), max(under[row], data.Min.Y-areas[i].Min.Y)
	}
	for i, p := range plots {
		data := p.DataCanvas(areas[i])
		areas[i] = draw.Crop(areas[i], left[i%columns]-(data.Min.X-areas[i].Min.X), 0, under[i/columns]-(data.Min.Y-areas[i].Min.Y), 0)
	}
	return areas
}

// nameRoom is the room of the name of an axis.
const nameRoom = lineHeight * labelSize

// drawNames writes the names of the axes beside them. (Those of gonum/plot
// take room away from the data where an axis is logarithmic.)
func (v view) drawNames(data, area draw.Canvas) {
	style := textStyle(labelSize, ink)
	style.XAlign = text.XCenter
	middle := (data.Min.X + data.Max.X) / 2
	x := shortened(v.X.Label, labelSize, data.Max.X-area.Min.X)
	if half := style.Width(x) / 2; middle+half > data.Max.X+4 {
		middle = data.Max.X + 4 - half
	}
	area.FillText(style, vg.Point{X: middle, Y: area.Min.Y - nameRoom + 2}, x)
	style.Rotation = math.Pi / 2
	middle = (data.Min.Y + data.Max.Y) / 2
	y := shortened(v.Y.Label, labelSize, data.Max.Y-area.Min.Y+nameRoom)
	if half := style.Width(y) / 2; middle+half > data.Max.Y+4 {
		middle = data.Max.Y + 4 - half
	}
	area.FillText(style, vg.Point{X: area.Min.X - 3, Y: middle}, y)
}

// gonumPlot turns a panel into a plot of gonum.
func (v view) gonumPlot() *plot.Plot {
	g := plot.New()
	g.TextHandler = letters()
	for _, a := range []*plot.Axis{&g.X, &g.Y} {
		a.Tick.Label = withFont(a.Tick.Label, tickSize)
		a.Tick.Label.Color, a.Color, a.Tick.Color = mutedInk, mutedInk, mutedInk
		a.Padding = 0
	}
	setScale(&g.X, v.X)
	setScale(&g.Y, v.Y)
	g.Add(v)
	return g
}

func setScale(drawn *plot.Axis, a Axis) {
	drawn.Scale, drawn.Tick.Marker = a, a
	drawn.Min, drawn.Max = a.Min, a.Max
}

// beside returns the width of what stands to the right of a panel's data.
func (v view) beside() vg.Length {
	width := max(v.endsWidth(), v.lastTickRoom())
	if h, ok := v.heatSeries(); ok {
		width += colorsWidth(h)
	}
	return width
}

// lastTickRoom returns the room that the label of a tick at the right end takes
// beyond the margin of the figure.
func (v view) lastTickRoom() vg.Length {
	const margin = 8
	var room vg.Length
	for _, t := range v.X.Ticks(v.X.Min, v.X.Max) {
		if v.X.Normalize(v.X.Min, v.X.Max, t.Value) > 0.99 {
			room = max(room, textStyle(tickSize, ink).Width(t.Label)/2-margin)
		}
	}
	return max(room, 0)
}
