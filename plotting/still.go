package plotting

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"sync"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The size of a saved figure: as wide as a paper's text, in letters that can
// still be read where the paper prints it at half that width.
const (
	stillWidth  = 6 * vg.Inch
	stillWide   = 7.5 * vg.Inch // with three and more columns
	stillPanel  = 3.2 * vg.Inch // height of a single panel with its axis
	stillPanels = 2.3 * vg.Inch // height of each of several rows of panels
	lineHeight  = 1.35          // of its letters
	stillDPI    = 144
)

// The sizes of letters in a saved figure, in points.
const (
	titleSize = 13
	labelSize = 11.5
	tickSize  = 10.5
	noteSize  = 9.5
)

var (
	ink      = color.NRGBA{R: 0x1a, G: 0x1a, B: 0x1a, A: 255}
	mutedInk = color.NRGBA{R: 0x5f, G: 0x63, B: 0x68, A: 255}
	gridInk  = color.NRGBA{R: 0xe6, G: 0xe6, B: 0xe6, A: 255}
)

// still is the plan of a saved figure: what stands where.
type still struct {
	Figure
	views  []view
	width  vg.Length
	title  []string // in lines
	legend []legendRow
	notes  []string // in lines
}

func (f Figure) still() still {
	f = f.printable()
	s := still{Figure: f, views: f.views(), width: stillWidth}
	if f.columns() > 2 {
		s.width = stillWide
	}
	room := s.width - 0.3*vg.Inch
	s.title = wrapped(f.Title, titleSize, room)
	s.legend = f.legendRows(room)
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
	return s.head() + panels*vg.Length(s.tall()) + s.foot()
}

// head returns the height of title and legend.
func (s still) head() vg.Length {
	lines := vg.Length(len(s.title))*titleSize + vg.Length(len(s.legend))*labelSize
	return 6 + lineHeight*lines + 5
}

func (s still) foot() vg.Length { return lineHeight * noteSize * vg.Length(len(s.notes)) }

// wrapped breaks a text into lines no wider than the room.
func wrapped(words string, size float64, room vg.Length) []string {
	style := textStyle(size, ink)
	var lines []string
	for _, word := range strings.Fields(words) {
		n := len(lines)
		if n > 0 && style.Width(lines[n-1]+" "+word) <= room {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
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
	for _, row := range s.legend {
		y -= lineHeight * labelSize
		row.draw(c, y+2)
	}
	for i, line := range s.notes {
		at := c.Min.Y + s.foot() - vg.Length(i+1)*lineHeight*noteSize
		c.FillText(textStyle(noteSize, mutedInk), vg.Point{X: c.Min.X, Y: at}, line)
	}
	s.drawPanels(draw.Crop(c, 0, 0, s.foot(), -(s.head() - 6)))
}

func (s still) drawPanels(c draw.Canvas) {
	plots := make([]*plot.Plot, len(s.views))
	for i, v := range s.views {
		plots[i] = v.plot()
		if s.columns() > 1 {
			plots[i].X.Tick.Marker = sparseTicks{v.X}
		}
	}
	for i, area := range s.tiles(plots, c) {
		v := s.views[i]
		plots[i].Draw(area)
		data := plots[i].DataCanvas(area)
		v.drawNames(data, area)
		v.drawEnds(data)
		if v.Title != "" {
			style := textStyle(labelSize, ink)
			c.FillText(style, vg.Point{X: data.Min.X, Y: data.Max.Y + 4}, shortened(v.Title, labelSize, area.Max.X-data.Min.X))
		}
		if h, ok := v.heatMap(); ok {
			data.Max.X += v.endsWidth()
			drawColors(data, h)
		}
	}
}

// tiles divides the canvas among the plots and leaves room for what stands
// beside each: its title, the labels of line ends, the bar of colours.
func (s still) tiles(plots []*plot.Plot, c draw.Canvas) []draw.Canvas {
	columns, rows := s.columns(), s.rows()
	w, h := c.Size().X/vg.Length(columns), c.Size().Y/vg.Length(rows)
	areas := make([]draw.Canvas, len(plots))
	left, right, low := make([]vg.Length, columns), make([]vg.Length, columns), make([]vg.Length, rows)
	for i, v := range s.views {
		right[i%columns] = max(right[i%columns], v.beside())
	}
	for i, p := range plots {
		col, row := i%columns, i/columns
		top := vg.Length(2)
		if s.views[i].Title != "" {
			top += lineHeight * labelSize
		}
		gap := vg.Length(0)
		if col < columns-1 {
			gap = 8
		}
		areas[i] = draw.Crop(c, vg.Length(col)*w+nameRoom, -vg.Length(columns-1-col)*w-right[col]-gap, h*vg.Length(rows-1-row)+nameRoom, -h*vg.Length(row)-top)
		data := p.DataCanvas(areas[i])
		left[col], low[row] = max(left[col], data.Min.X-areas[i].Min.X), max(low[row], data.Min.Y-areas[i].Min.Y)
	}
	for i, p := range plots {
		data := p.DataCanvas(areas[i])
		areas[i] = draw.Crop(areas[i], left[i%columns]-(data.Min.X-areas[i].Min.X), 0, low[i/columns]-(data.Min.Y-areas[i].Min.Y), 0)
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

// plot turns a panel into a gonum plot.
func (v view) plot() *plot.Plot {
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

// shortened cuts a text that is wider than the room, and says so by an ellipsis.
func shortened(words string, size float64, room vg.Length) string {
	style := textStyle(size, ink)
	if style.Width(words) <= room {
		return words
	}
	letters := []rune(words)
	for n := len(letters) - 1; n > 0; n-- {
		if cut := string(letters[:n]) + "…"; style.Width(cut) <= room {
			return cut
		}
	}
	return "…"
}

// beside returns the width of what stands to the right of a panel's data.
func (v view) beside() vg.Length {
	width := max(v.endsWidth(), v.lastTickRoom())
	if h, ok := v.heatMap(); ok {
		width += colorsWidth(h)
	}
	return width
}

// lastTickRoom returns the room that the label of a tick at the right end takes
// beyond the margin of the figure.
func (v view) lastTickRoom() vg.Length {
	const margin = 8
	var marker plot.Ticker = v.X
	if v.columns > 1 {
		marker = sparseTicks{v.X}
	}
	var room vg.Length
	for _, t := range marker.Ticks(v.X.Min, v.X.Max) {
		if v.X.Normalize(v.X.Min, v.X.Max, t.Value) > 0.99 {
			room = max(room, textStyle(tickSize, ink).Width(t.Label)/2-margin)
		}
	}
	return max(room, 0)
}

// letters writes text in DejaVu Sans, which has the Greek letters, superscripts
// and subscripts of the labels.
var letters = sync.OnceValue(func() text.Handler {
	face, err := opentype.Parse(dejavusans.TTF)
	if err != nil {
		panic(fmt.Sprintf("plotting: the font does not parse: %v", err))
	}
	return text.Plain{Fonts: font.NewCache(font.Collection{{Font: typeface, Face: face}})}
})

var typeface = font.Font{Typeface: "DejaVu", Variant: "Sans"}

func textStyle(size float64, ink color.Color) text.Style {
	return withFont(text.Style{Color: ink, YAlign: draw.YBottom}, size)
}

func withFont(s text.Style, size float64) text.Style {
	s.Font, s.Handler = font.From(typeface, vg.Points(size)), letters()
	return s
}

// faded returns the colour with an opacity between 0 and 1.
func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(255 * opacity))
	return c
}
