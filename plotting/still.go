package plotting

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"sync"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The size of a saved figure: as wide as a paper's text.
const (
	stillWidth  = 6.5 * vg.Inch
	stillPanel  = 3.1 * vg.Inch // height of a single panel with its axis
	stillPanels = 2.1 * vg.Inch // height of each of several panels
	stillHead   = 0.35 * vg.Inch
	legendLine  = 0.2 * vg.Inch
	stillDPI    = 144
)

var mutedInk = color.NRGBA{R: 0x5f, G: 0x63, B: 0x68, A: 255}

// stillHeight returns the height of the saved figure.
func (f Figure) stillHeight() vg.Length {
	lines := vg.Length(len(f.legendRows(stillWidth)))
	if len(f.Panels) == 1 {
		return stillHead + lines*legendLine + stillPanel
	}
	return stillHead + lines*legendLine + stillPanels*vg.Length(len(f.Panels))
}

// draw draws a valid figure: title, legend, panels below one another with
// their y axes aligned.
func (f Figure) draw(c draw.Canvas) error {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, 0.08*vg.Inch, -0.12*vg.Inch, 0.04*vg.Inch, -0.06*vg.Inch)
	c.FillText(textStyle(12, color.Black), vg.Point{X: c.Min.X, Y: c.Max.Y - 13}, f.Title)
	rows := f.legendRows(stillWidth)
	for i, row := range rows {
		row.draw(c, c.Max.Y-stillHead-vg.Length(i)*legendLine)
	}
	body := draw.Crop(c, 0, 0, 0, -stillHead-vg.Length(len(rows))*legendLine+vg.Points(8))
	plots := make([]*plot.Plot, len(f.Panels))
	for i, p := range f.Panels {
		var err error
		if plots[i], err = p.plot(); err != nil {
			return fmt.Errorf("plotting: %q: %w", f.Title, err)
		}
	}
	for i, area := range stack(plots, body) {
		plots[i].Draw(area)
	}
	return nil
}

// stack divides the canvas among the plots, with their left edges of data
// aligned.
func stack(plots []*plot.Plot, c draw.Canvas) []draw.Canvas {
	height := c.Size().Y / vg.Length(len(plots))
	areas := make([]draw.Canvas, len(plots))
	margins := make([]vg.Length, len(plots))
	var widest vg.Length
	for i, p := range plots {
		areas[i] = draw.Crop(c, 0, 0, height*vg.Length(len(plots)-1-i), -height*vg.Length(i))
		margins[i] = p.DataCanvas(areas[i]).Min.X - areas[i].Min.X
		widest = max(widest, margins[i])
	}
	for i := range areas {
		areas[i] = draw.Crop(areas[i], widest-margins[i], 0, 0, 0)
	}
	return areas
}

// plot turns a panel into a gonum plot.
func (p Panel) plot() (*plot.Plot, error) {
	g := plot.New()
	g.TextHandler = letters()
	g.X.Label.Text, g.Y.Label.Text = p.X.Label, p.Y.Label
	for _, a := range []*plot.Axis{&g.X, &g.Y} {
		a.Label.TextStyle = withFont(a.Label.TextStyle, 10)
		a.Tick.Label = withFont(a.Tick.Label, 9)
		a.Tick.Label.Color, a.Color, a.Tick.Color = mutedInk, mutedInk, mutedInk
		a.Padding = 0
	}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{0xe6}, color.Gray{0xe6}
	g.Add(grid)
	for _, s := range bandsFirst(p.Series) {
		if err := addSeries(g, s.drawable(p.X.Scale, p.Y.Scale)); err != nil {
			return nil, err
		}
	}
	setScale(&g.X, p.X)
	setScale(&g.Y, p.Y)
	for _, r := range p.References {
		g.Add(reference{r})
	}
	return g, nil
}

// bandsFirst returns the series with the bands below the rest.
func bandsFirst(series []Series) []Series {
	ordered := slices.Clone(series)
	slices.SortStableFunc(ordered, func(a, b Series) int {
		switch {
		case a.Kind == Band && b.Kind != Band:
			return -1
		case a.Kind != Band && b.Kind == Band:
			return 1
		}
		return 0
	})
	return ordered
}

func setScale(drawn *plot.Axis, a Axis) {
	drawn.Tick.Marker = plain{}
	if a.Scale == Log10 {
		drawn.Scale = plot.LogScale{}
		drawn.Tick.Marker = decades{}
	}
	if a.bounded() {
		drawn.Min, drawn.Max = a.Min, a.Max
	}
}

// plain are gonum's ticks with labels of no more digits than they need.
type plain struct{}

// Ticks returns the ticks between min and max.
func (plain) Ticks(min, max float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(min, max)
	for i, t := range ticks {
		if !t.IsMinor() {
			ticks[i].Label = fmt.Sprintf("%.6g", t.Value)
		}
	}
	return ticks
}

// decades marks the powers of ten, every one if there is room, else evenly
// chosen ones; within two decades also their halves (2 and 5).
type decades struct{}

// Ticks returns the ticks between min and max > 0.
func (decades) Ticks(min, max float64) []plot.Tick {
	low, high := math.Floor(math.Log10(min)), math.Ceil(math.Log10(max))
	every := math.Ceil((high - low + 1) / 8)
	var ticks []plot.Tick
	for e := low; e <= high; e++ {
		for m := 1.0; m < 10; m++ {
			t := plot.Tick{Value: m * math.Pow(10, e)}
			if t.Value < min || t.Value > max || every > 1 && m > 1 {
				continue
			}
			if m == 1 && math.Mod(e-low, every) == 0 {
				t.Label = powerOfTen(int(e))
			} else if high-low <= 2 && (m == 2 || m == 5) {
				t.Label = fmt.Sprintf("%.3g", t.Value)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

var superscripts = map[rune]rune{'-': '⁻', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹'}

func powerOfTen(e int) string {
	if e >= 0 && e <= 2 {
		return fmt.Sprint(math.Pow10(e))
	}
	label := []rune("10")
	for _, r := range fmt.Sprint(e) {
		label = append(label, superscripts[r])
	}
	return string(label)
}

func addSeries(g *plot.Plot, s Series) error {
	if len(s.X) == 0 {
		return nil
	}
	switch s.Kind {
	case Band:
		return addBand(g, s)
	case Points:
		points, err := plotter.NewScatter(xys(pairs(s)))
		if err != nil {
			return err
		}
		points.GlyphStyle = draw.GlyphStyle{Color: rgb(s.Color), Radius: vg.Points(2), Shape: draw.CircleGlyph{}}
		g.Add(points)
		return nil
	}
	line, err := plotter.NewLine(xys(pairs(s)))
	if err != nil {
		return err
	}
	line.LineStyle = s.lineStyle()
	g.Add(line)
	if s.Diverges {
		return addArrow(g, s)
	}
	return nil
}

func addBand(g *plot.Plot, s Series) error {
	area, err := plotter.NewPolygon(xys(s.outline()))
	if err != nil {
		return err
	}
	tint := rgb(s.Color)
	tint.A = uint8(math.Round(255 * bandOpacity))
	area.Color, area.LineStyle.Width = tint, 0
	g.Add(area)
	return nil
}

// addArrow marks the end of a diverging line.
func addArrow(g *plot.Plot, s Series) error {
	last := len(s.X) - 1
	end, err := plotter.NewScatter(plotter.XYs{{X: s.X[last], Y: s.Y[last]}})
	if err != nil {
		return err
	}
	end.GlyphStyle = draw.GlyphStyle{Color: rgb(s.Color), Radius: vg.Points(4), Shape: draw.PyramidGlyph{}}
	g.Add(end)
	return nil
}

func xys(points [][2]float64) plotter.XYs {
	p := make(plotter.XYs, len(points))
	for k, v := range points {
		p[k] = plotter.XY{X: v[0], Y: v[1]}
	}
	return p
}

func (s Series) lineStyle() draw.LineStyle {
	style := draw.LineStyle{Color: rgb(s.Color), Width: vg.Points(0.8 * s.width())}
	switch s.Dash {
	case Dashed:
		style.Dashes = []vg.Length{vg.Points(6), vg.Points(3)}
	case Dotted:
		style.Dashes = []vg.Length{vg.Points(1.5), vg.Points(2.5)}
	}
	return style
}

// reference draws a grey line across the panel with its label above its right end.
type reference struct{ Reference }

// Plot draws the line if its value is in the panel's range.
func (r reference) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	at := y(r.Y)
	if !c.ContainsY(at) {
		return
	}
	style := draw.LineStyle{Color: mutedInk, Width: vg.Points(0.7), Dashes: []vg.Length{vg.Points(3), vg.Points(3)}}
	c.StrokeLine2(style, c.Min.X, at, c.Max.X, at)
	c.FillText(textStyle(8, mutedInk), vg.Point{X: c.Max.X - textStyle(8, mutedInk).Width(r.Label) - 4, Y: at + 2}, r.Label)
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
