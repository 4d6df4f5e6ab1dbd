package plotting

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"nqm/plotting/internal/colors"
)

// The height of the interactive chart, in pixels. The runtime knows the width
// of the page and lays the chart out; these are what it starts from.
const (
	titleRoom   = 84 // title and legend
	singlePanel = 310
	manyPanels  = 210 // each, where there are several
	axisRoom    = 58  // ticks and name of the x axis below a panel
)

// height returns the height of the interactive chart.
func (f Figure) height() int {
	return titleRoom + f.rows()*(f.panelHeight()+axisRoom)
}

func (f Figure) panelHeight() int {
	height := manyPanels
	if f.rows() == 1 && f.columns() == 1 {
		height = singlePanel
	}
	return int(math.Round(float64(height) * f.tall()))
}

// What an ECharts option has no word for, for the runtime in plotting/echarts,
// stands beside it under the name "nqm".
type (
	chartExtra struct {
		Columns int               `json:"columns"`
		Height  int               `json:"height"` // of a panel
		Panels  []panelExtra      `json:"panels"`
		Series  []seriesExtra     `json:"series"` // in the order of the option's series
		Dark    map[string]string `json:"dark"`   // each colour's like on a dark page
		Time    string            `json:"time,omitempty"`
	}
	panelExtra struct {
		Title string     `json:"title,omitempty"`
		X     axisExtra  `json:"x"`
		Y     axisExtra  `json:"y"`
		Heat  *heatExtra `json:"heat,omitempty"`
		Equal bool       `json:"equal,omitempty"`
	}
	axisExtra struct {
		Base   float64 `json:"base,omitempty"`   // of a logarithmic axis
		Linear float64 `json:"linear,omitempty"` // of a symmetric axis, whose data are mapped
		Ticks  []tick  `json:"ticks,omitempty"`  // of a symmetric axis, or one of few powers or many
		Blank  bool    `json:"blank,omitempty"`
	}
	tick struct {
		At    float64 `json:"at"`
		Label string  `json:"label"`
	}
	seriesExtra struct {
		Kind   Kind     `json:"kind"`
		Marker string   `json:"marker,omitempty"`
		Size   int      `json:"size,omitempty"` // of points, in pixels
		End    string   `json:"end,omitempty"`
		Ink    string   `json:"ink,omitempty"` // of words on a light page
		Foot   float64  `json:"foot"`          // where bars stand
		Time   sixes    `json:"time,omitempty"`
		Labels []point  `json:"labels,omitempty"` // places of the labels of a contour
		Words  []string `json:"words,omitempty"`  // and what they say
	}
	heatExtra struct {
		X      sixes    `json:"x"` // edges of the cells
		Y      sixes    `json:"y"`
		Z      sixes    `json:"z"` // null where it has no colour
		Min    float64  `json:"min"`
		Max    float64  `json:"max"`
		Base   float64  `json:"base,omitempty"` // of a logarithmic scale of colours
		Label  string   `json:"label"`
		Stops  []string `json:"stops"`
		Beyond string   `json:"beyond"` // colour of a cell without a number
		Ticks  []tick   `json:"ticks"`
	}
)

// option returns the ECharts option of a valid figure as JSON, with lines of
// at most so many columns. What JSON cannot hold (tick and tooltip formats,
// the drawing of bands, the theme) is added on the page by the runtime in
// plotting/echarts.
//
// encoding/json writes <, > and & as escapes, so that no label can end the
// script element that holds the option.
func (f Figure) option(columns int) ([]byte, error) {
	f = f.drawn()
	chart := charts.NewLine()
	chart.SetGlobalOptions(
		charts.WithTitleOpts(opts.Title{Title: glued(f.Title), Subtitle: glued(f.Subtitle)}),
		charts.WithLegendOpts(opts.Legend{Data: f.listed()}),
	)
	chart.XAxisList, chart.YAxisList = nil, nil
	extra := chartExtra{Columns: f.columns(), Height: f.panelHeight(), Time: f.Time, Dark: f.darkColors()}
	for i, v := range f.views() {
		chart.GridList = append(chart.GridList, opts.Grid{})
		chart.XAxisList = append(chart.XAxisList, xAxis(v.X, i))
		chart.YAxisList = append(chart.YAxisList, yAxis(v.Y, i))
		chart.MultiSeries = append(chart.MultiSeries, v.markSeries(i))
		extra.Series = append(extra.Series, seriesExtra{Kind: "marks"})
		extra.Panels = append(extra.Panels, v.extra())
		for _, s := range linesFirst(v.Series) {
			s = v.thinned(s, columns)
			chart.MultiSeries = append(chart.MultiSeries, v.chartSeries(s, i))
			extra.Series = append(extra.Series, v.seriesExtra(s))
		}
		for _, r := range v.References {
			if !r.Vertical && v.Y.inside(r.At) {
				chart.MultiSeries = append(chart.MultiSeries, v.referenceSeries(r, i))
				extra.Series = append(extra.Series, seriesExtra{Kind: "marks", End: r.Label, Ink: slate})
			}
		}
	}
	plain := chart.JSON()
	for _, unused := range []string{"tooltip", "toolbox", "color"} {
		delete(plain, unused)
	}
	plain["nqm"] = extra
	return json.Marshal(plain)
}

// linesFirst returns the series with lines before the rest: the first series of
// a name is the one that the legend shows.
func linesFirst(series []Series) []Series { return ordered(series, Series.lined) }

// darkColors returns each colour of the figure with its like on a dark page.
func (f Figure) darkColors() map[string]string {
	like := map[string]string{grey: colors.OnDark(grey)}
	for _, p := range f.Panels {
		for _, s := range p.Series {
			if s.Color != "" {
				like[s.Color] = colors.OnDark(s.Color)
			}
		}
		for _, r := range p.Regions {
			like[r.color()] = colors.OnDark(r.color())
		}
	}
	return like
}

func xAxis(a Axis, grid int) opts.XAxis {
	return opts.XAxis{Name: a.Label, Type: axisType(a), GridIndex: grid, Min: number6(a.place(a.Min)), Max: number6(a.place(a.Max))}
}

func yAxis(a Axis, grid int) opts.YAxis {
	return opts.YAxis{Name: a.Label, Type: axisType(a), GridIndex: grid, Min: number6(a.place(a.Min)), Max: number6(a.place(a.Max))}
}

func axisType(a Axis) string {
	if a.Scale.logarithmic() {
		return "log"
	}
	return "value"
}

// place maps a number to what ECharts is told of it: itself, or its place on a
// symmetric axis, which ECharts does not have.
func (a Axis) place(v float64) float64 {
	if a.Scale == Symmetric {
		return a.forward(v)
	}
	return v
}

func (v view) extra() panelExtra {
	e := panelExtra{Equal: v.Equal, Title: glued(v.Title), X: axisMeta(v.X), Y: axisMeta(v.Y)}
	if s, ok := v.heatSeries(); ok {
		a := s.zAxis()
		e.Heat = &heatExtra{
			X: v.places(v.X, cellEdges(v.X, s.X)), Y: v.places(v.Y, cellEdges(v.Y, s.Y)),
			Min: a.Min, Max: a.Max, Label: s.ZAxis.Label, Stops: colors.HeatStops, Beyond: colors.NoPlace,
		}
		for _, z := range s.Z {
			if !a.Scale.shows(z) {
				z = math.NaN()
			}
			e.Heat.Z = append(e.Heat.Z, withDigits(z, 4)) // of thousands of cells, told by colour
		}
		if a.Scale.logarithmic() {
			e.Heat.Base = a.Scale.base()
		}
		for _, t := range a.Ticks(a.Min, a.Max) {
			if t.Label != "" && a.inside(t.Value) {
				e.Heat.Ticks = append(e.Heat.Ticks, tick{a.Normalize(a.Min, a.Max, t.Value), t.Label})
			}
		}
	}
	return e
}

func axisMeta(a Axis) axisExtra {
	e := axisExtra{Blank: a.Blank}
	switch {
	case a.Scale.logarithmic():
		e.Base = a.Scale.base()
		if !a.Blank && a.few() {
			for _, t := range a.Ticks(a.Min, a.Max) {
				if t.Label != "" {
					e.Ticks = append(e.Ticks, tick{number6(t.Value), t.Label})
				}
			}
		}
	case a.Scale == Symmetric:
		e.Linear = a.Linear
		for _, t := range a.Ticks(a.Min, a.Max) {
			e.Ticks = append(e.Ticks, tick{a.place(t.Value), t.Label})
		}
	}
	return e
}

func (v view) places(a Axis, values Values) sixes {
	mapped := make(sixes, len(values))
	for k, x := range values {
		mapped[k] = a.place(x)
	}
	return mapped
}

func (v view) seriesExtra(s Series) seriesExtra {
	e := seriesExtra{Kind: s.Kind, End: s.End, Marker: echartsMarker(s), Time: sixes(s.Time)}
	if s.End != "" || s.Kind == KindContour {
		e.Ink = colors.Readable(s.Color)
	}
	switch s.Marker {
	case Halo:
		e.Size = 14
	case Cross, Plus:
		e.Size = 10
	}
	if s.masks() && s.End != "" {
		x, y := s.heart(v.X)
		e.End, e.Ink, e.Labels, e.Words = "", slate, []point{v.mapped(x, y)}, []string{s.End}
	}
	if s.Kind == KindBar {
		e.Foot = v.Y.place(v.barFoot())
	}
	if s.Kind == KindContour {
		type box struct{ x, y, half float64 } // of a label that is drawn, in pixels of a narrow page
		var boxes []box
		for _, l := range labelled(s.isolines(v.X, v.Y)) {
			m, words := l.middle(), number(l.level)
			if !v.X.inside(m[0]) || !v.Y.inside(m[1]) {
				continue
			}
			b := box{350 * v.X.Normalize(v.X.Min, v.X.Max, m[0]), 310 * v.Y.Normalize(v.Y.Min, v.Y.Max, m[1]), 4 * float64(len(words))}
			if !slices.ContainsFunc(boxes, func(o box) bool { return math.Abs(b.x-o.x) < b.half+o.half && math.Abs(b.y-o.y) < 14 }) {
				boxes = append(boxes, b)
				e.Labels, e.Words = append(e.Labels, point{v.X.place(m[0]), v.Y.place(m[1])}), append(e.Words, words)
			}
		}
	}
	return e
}

func echartsMarker(s Series) string {
	switch {
	case s.Marker == Square:
		return "rect"
	case s.Marker == Ring || s.Marker == Halo:
		return "path://M5,0A5,5 0 1,1 4.99,0ZM5,1.4A3.6,3.6 0 1,0 5.01,1.4Z" // hollow: "emptyCircle" is filled with white
	case s.Marker == Cross:
		return "path://M0,2L2,0L5,3L8,0L10,2L7,5L10,8L8,10L5,7L2,10L0,8L3,5Z"
	case s.Marker == Plus:
		return "path://M4,0H6V4H10V6H6V10H4V6H0V4H4Z"
	case s.Marker == Plain && s.Kind == KindPoints:
		return "circle"
	}
	return string(s.Marker)
}

// areaEnd is one end of a region, as ECharts reads it.
type areaEnd struct {
	Name      string          `json:"name,omitempty"`
	XAxis     any             `json:"xAxis,omitempty"`
	YAxis     any             `json:"yAxis,omitempty"`
	ItemStyle *opts.ItemStyle `json:"itemStyle,omitempty"`
}

// referenceSeries returns a line across panel i as a series: of the name that it
// belongs to, with which a reader toggles it, and with a point at its right end
// for its label.
func (v view) referenceSeries(r Reference, i int) charts.SingleSeries {
	end := v.mapped(v.X.Max, r.At)
	drawn := charts.SingleSeries{Name: r.Of, Type: "line", XAxisIndex: i, YAxisIndex: i, Data: []point{end, end}, MarkLines: &opts.MarkLines{}}
	drawn.MarkLines.Data = []any{opts.MarkLineNameYAxisItem{Name: r.Label, YAxis: v.Y.place(r.At)}}
	return drawn
}

// markSeries returns a series without a name that holds the upright references and
// the regions of panel i: they stay when a reader toggles the others.
func (v view) markSeries(i int) charts.SingleSeries {
	drawn := charts.SingleSeries{Type: "line", XAxisIndex: i, YAxisIndex: i, Data: []point{}}
	for _, r := range v.References {
		if r.Vertical && v.X.inside(r.At) {
			if drawn.MarkLines == nil {
				drawn.MarkLines = &opts.MarkLines{}
			}
			drawn.MarkLines.Data = append(drawn.MarkLines.Data, opts.MarkLineNameXAxisItem{Name: r.Label, XAxis: v.X.place(r.At)})
		}
	}
	for _, r := range v.Regions {
		if drawn.MarkAreas == nil {
			drawn.MarkAreas = &opts.MarkAreas{}
		}
		style := &opts.ItemStyle{Color: r.color(), Opacity: opts.Float(regionOpacity)}
		a := v.axisOf(r.Vertical)
		from, to := a.place(a.clamped(r.From)), a.place(a.clamped(r.To))
		ends := []areaEnd{{Name: r.Label, ItemStyle: style}, {}}
		if r.Vertical {
			ends[0].XAxis, ends[1].XAxis = from, to
		} else {
			ends[0].YAxis, ends[1].YAxis = from, to
		}
		drawn.MarkAreas.Data = append(drawn.MarkAreas.Data, ends)
	}
	return drawn
}

// chartSeries returns the series of panel i as ECharts draws it.
func (v view) chartSeries(s Series, i int) charts.SingleSeries {
	drawn := charts.SingleSeries{Name: s.Name, XAxisIndex: i, YAxisIndex: i, ItemStyle: &opts.ItemStyle{Color: s.Color}}
	switch s.Kind {
	case KindBand:
		drawn.Type, drawn.Data = "custom", v.bandData(s)
		drawn.ItemStyle.Opacity = opts.Float(float32(s.opacity()))
	case KindBar:
		drawn.Type, drawn.Data = "custom", v.barData(s)
		drawn.ItemStyle.Opacity = opts.Float(barOpacity)
	case KindHeat:
		drawn.Type, drawn.Data = "custom", []point{v.mapped(s.X[0], s.Y[0])}
	case KindPoints:
		drawn.Type, drawn.Data = "scatter", v.lineData(s)
	case KindContour:
		drawn.Type, drawn.Data = "line", v.contourData(s)
		drawn.LineStyle = lineLook(s)
	default:
		drawn.Type, drawn.Data = "line", v.lineData(s)
		drawn.LineStyle = lineLook(s)
		if s.Kind == KindStep {
			drawn.Step = "end"
		}
		if s.Diverges && len(s.X) > 0 {
			drawn.MarkPoints = v.arrow(s)
		}
	}
	return drawn
}

func lineLook(s Series) *opts.LineStyle {
	dash := "solid"
	if s.Dash != Solid {
		dash = string(s.Dash)
	}
	return &opts.LineStyle{Color: s.Color, Width: float32(s.width()), Type: dash}
}

func (v view) mapped(x, y float64) point { return point{v.X.place(x), v.Y.place(y)} }

func (v view) lineData(s Series) []point {
	data := make([]point, len(s.X))
	for k := range s.X {
		data[k] = v.mapped(s.X[k], s.Y[k])
	}
	return data
}

// bandData returns the closed outlines of a band, with holes between them.
func (v view) bandData(s Series) []point {
	data := []point{}
	for n, outline := range s.outlines() {
		if n > 0 {
			data = append(data, hole)
		}
		for _, p := range outline {
			data = append(data, v.mapped(p[0], p[1]))
		}
	}
	return data
}

// barData returns left edge, right edge and height of each bar.
func (v view) barData(s Series) []sixes {
	data := make([]sixes, len(s.X))
	for k := range s.X {
		data[k] = sixes{v.X.place(s.X[k]), v.X.place(s.To[k]), v.Y.place(s.Y[k])}
	}
	return data
}

func (v view) contourData(s Series) []point {
	data := []point{}
	for n, l := range s.isolines(v.X, v.Y) {
		if n > 0 {
			data = append(data, hole)
		}
		for _, p := range l.at {
			data = append(data, v.mapped(p[0], p[1]))
		}
	}
	return data
}

// arrow marks the end of a diverging line.
func (v view) arrow(s Series) *opts.MarkPoints {
	k := v.lastInside(s)
	if k < 0 {
		return nil
	}
	at := v.mapped(s.X[k], s.Y[k])
	return &opts.MarkPoints{Data: []any{opts.MarkPointNameCoordItem{
		Name: "diverges", Coordinate: []any{number6(at[0]), number6(at[1])},
		Symbol: "triangle", SymbolSize: 13,
		ItemStyle: &opts.ItemStyle{Color: s.Color}, Label: &opts.Label{Show: opts.Bool(false)},
	}}}
}
