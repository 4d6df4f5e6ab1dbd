package plotting

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// The layout of the interactive chart, in pixels.
const (
	titleRoom   = 72 // title and legend
	singlePanel = 310
	manyPanels  = 200 // each, where there are several
	axisRoom    = 58  // ticks and name of the x axis below a panel
	leftRoom    = 68
	rightRoom   = 24
)

// height returns the height of the interactive chart.
func (f Figure) height() int {
	return titleRoom + len(f.Panels)*(f.panelHeight()+axisRoom)
}

func (f Figure) panelHeight() int {
	if len(f.Panels) == 1 {
		return singlePanel
	}
	return manyPanels
}

// option returns the ECharts option of a valid figure as JSON. What JSON cannot
// hold (tick and tooltip formats, the drawing of bands, the theme) is added on
// the page by the runtime in plotting/echarts.
//
// encoding/json writes <, > and & as escapes, so that no label can end the
// script element that holds the option.
func (f Figure) option() ([]byte, error) {
	chart := charts.NewLine()
	chart.SetGlobalOptions(
		charts.WithTitleOpts(opts.Title{Title: f.Title, Left: "8", Top: "4", TitleStyle: &opts.TextStyle{FontSize: 15}}),
		charts.WithLegendOpts(opts.Legend{Type: "scroll", Left: "8", Right: "8", Top: "34", Data: f.legend()}),
	)
	chart.XAxisList, chart.YAxisList = nil, nil
	for i, p := range f.Panels {
		chart.GridList = append(chart.GridList, f.grid(i))
		chart.XAxisList = append(chart.XAxisList, xAxis(p.X, i))
		chart.YAxisList = append(chart.YAxisList, yAxis(p.Y, i))
		for k, s := range p.Series {
			drawn := p.chartSeries(s, i)
			if k == 0 {
				drawn.MarkLines = markLines(p.References)
			}
			chart.MultiSeries = append(chart.MultiSeries, drawn)
		}
	}
	return json.Marshal(chart.JSON())
}

// legend names each series once.
func (f Figure) legend() []string {
	var names []string
	seen := map[string]bool{"": true}
	for _, p := range f.Panels {
		for _, s := range p.Series {
			if !seen[s.Name] {
				seen[s.Name] = true
				names = append(names, s.Name)
			}
		}
	}
	return names
}

func (f Figure) grid(i int) opts.Grid {
	return opts.Grid{
		Left: px(leftRoom), Right: px(rightRoom),
		Top: px(titleRoom + i*(f.panelHeight()+axisRoom)), Height: px(f.panelHeight()),
	}
}

func px(n int) string { return strconv.Itoa(n) }

func xAxis(a Axis, grid int) opts.XAxis {
	x := opts.XAxis{Name: a.Label, Type: axisType(a.Scale), NameLocation: "middle", NameGap: 28, GridIndex: grid, Scale: opts.Bool(true)}
	if a.bounded() {
		x.Min, x.Max = a.Min, a.Max
	}
	return x
}

func yAxis(a Axis, grid int) opts.YAxis {
	y := opts.YAxis{Name: a.Label, Type: axisType(a.Scale), NameLocation: "middle", NameGap: 46, GridIndex: grid, Scale: opts.Bool(true)}
	if a.bounded() {
		y.Min, y.Max = a.Min, a.Max
	}
	return y
}

func axisType(s Scale) string {
	if s == Log10 {
		return "log"
	}
	return "value"
}

// chartSeries returns the series of panel i as ECharts draws it.
func (p Panel) chartSeries(s Series, i int) charts.SingleSeries {
	s = s.drawable(p.X.Scale, p.Y.Scale)
	drawn := charts.SingleSeries{Name: s.Name, XAxisIndex: i, YAxisIndex: i, ItemStyle: &opts.ItemStyle{Color: s.Color}}
	switch s.Kind {
	case Band:
		drawn.Type, drawn.Data = "custom", rounded(s.outline())
		drawn.ItemStyle.Opacity = opts.Float(bandOpacity)
		return drawn
	case Points:
		drawn.Type, drawn.SymbolSize = "scatter", 6
	default:
		drawn.Type, drawn.ShowSymbol = "line", opts.Bool(false)
		drawn.LineStyle = &opts.LineStyle{Color: s.Color, Width: float32(s.width()), Type: string(s.Dash)}
	}
	drawn.Data = rounded(pairs(s))
	if s.Diverges && len(s.X) > 0 {
		drawn.MarkPoints = arrow(s)
	}
	return drawn
}

const bandOpacity = 0.2

func pairs(s Series) [][2]float64 {
	points := make([][2]float64, len(s.X))
	for k := range points {
		points[k] = [2]float64{s.X[k], s.Y[k]}
	}
	return points
}

// point is written with as many digits as a screen can tell apart.
type point [2]float64

// MarshalJSON writes the two numbers with six significant digits.
func (p point) MarshalJSON() ([]byte, error) {
	if math.IsInf(p[0], 0) || math.IsInf(p[1], 0) || math.IsNaN(p[0]) || math.IsNaN(p[1]) {
		return nil, fmt.Errorf("plotting: point (%v, %v): want finite numbers", p[0], p[1])
	}
	text := []byte{'['}
	text = appendSixDigits(text, p[0])
	text = append(text, ',')
	text = appendSixDigits(text, p[1])
	return append(text, ']'), nil
}

func appendSixDigits(text []byte, v float64) []byte {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		short = v // rounding up left the range of float64
	}
	return strconv.AppendFloat(text, short, 'g', -1, 64)
}

func rounded(points [][2]float64) []point {
	r := make([]point, len(points))
	for k, p := range points {
		r[k] = p
	}
	return r
}

func markLines(references []Reference) *opts.MarkLines {
	if len(references) == 0 {
		return nil
	}
	lines := &opts.MarkLines{MarkLineStyle: opts.MarkLineStyle{
		Symbol:    []string{"none", "none"},
		Label:     &opts.Label{Show: opts.Bool(true), Position: "insideEndTop", Formatter: "{b}"},
		LineStyle: &opts.LineStyle{Type: "dashed", Width: 1},
	}}
	for _, r := range references {
		lines.Data = append(lines.Data, opts.MarkLineNameYAxisItem{Name: r.Label, YAxis: r.Y})
	}
	return lines
}

// arrow marks the end of a diverging line.
func arrow(s Series) *opts.MarkPoints {
	last := len(s.X) - 1
	return &opts.MarkPoints{Data: []any{opts.MarkPointNameCoordItem{
		Name: "diverges", Coordinate: []any{s.X[last], s.Y[last]},
		Symbol: "triangle", SymbolSize: 13,
		ItemStyle: &opts.ItemStyle{Color: s.Color}, Label: &opts.Label{Show: opts.Bool(false)},
	}}}
}
