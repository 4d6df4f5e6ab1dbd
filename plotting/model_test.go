package plotting

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"nqm/theory/table"
)

// A figure goes through JSON and back without loss, infinities included.
func TestFiguresSurviveJSON(t *testing.T) {
	for _, s := range gallery() {
		p, err := onePicture(s.value)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		data, err := dataJSON([]picture{p})
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if p.frames != nil {
			var back Frames
			if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, *p.frames) {
				t.Errorf("%s: the frames came back changed (%v)", s.name, err)
			}
			continue
		}
		var back Figure
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, p.Figure) {
			t.Errorf("%s: came back changed (%v)", s.name, err)
		}
	}
	odd := Figure{Panels: []Panel{{
		Series:  []Series{{X: Values{0, 1, math.SmallestNonzeroFloat64}, Y: Values{math.Inf(1), math.Inf(-1), math.MaxFloat64}, Color: blue}},
		Regions: []Region{{From: math.Inf(-1), To: 3, Label: "low"}, {From: 0.1 + 0.2, To: math.Inf(1), Vertical: true, Color: blue}},
	}}}
	data, err := json.Marshal(odd)
	if err != nil {
		t.Fatal(err)
	}
	var back Figure
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, odd) {
		t.Errorf("%s came back as %+v (%v)", data, back, err)
	}
	var nan Values
	if err := json.Unmarshal([]byte(`["NaN", 1]`), &nan); err != nil || !math.IsNaN(nan[0]) || nan[1] != 1 {
		t.Errorf("NaN came back as %v (%v)", nan, err)
	}
	if err := json.Unmarshal([]byte(`["many"]`), &nan); err == nil {
		t.Error("a word was read as a number")
	}
}

func oneSeries(x, y Axis, s Series) Figure {
	return Figure{Title: "f", Panels: []Panel{{X: x, Y: y, Series: []Series{s}}}}
}

func TestRefused(t *testing.T) {
	line := Series{X: Values{1, 2}, Y: Values{1, 2}, Color: blue}
	with := func(change func(*Panel)) Figure {
		f := oneSeries(Axis{}, Axis{}, line)
		change(&f.Panels[0])
		return f
	}
	grid := Series{Kind: KindHeat, X: Values{1, 2}, Y: Values{1, 2}, Z: Values{1, 2, 3, 4}}
	for _, test := range []struct {
		want   string
		figure Figure
	}{
		{`kind "pie"`, with(func(p *Panel) { p.Series[0].Kind = "pie" })},
		{`dash "wavy"`, with(func(p *Panel) { p.Series[0].Dash = "wavy" })},
		{`marker "star"`, with(func(p *Panel) { p.Series[0].Marker = "star" })},
		{"width -1", with(func(p *Panel) { p.Series[0].Width = -1 })},
		{`scale "log3"`, with(func(p *Panel) { p.X.Scale = "log3" })},
		{"axis \"\" from 2 to 1", with(func(p *Panel) { p.X.Min, p.X.Max = 2, 1 })},
		{"axis \"\" from -1 to 1", with(func(p *Panel) { p.X.Scale, p.X.Min, p.X.Max = Log2, -1, 1 })},
		{"linear part -1", with(func(p *Panel) { p.X.Scale, p.X.Linear = Symmetric, -1 })},
		{"reference \"r\" at NaN", with(func(p *Panel) { p.References = []Reference{{At: math.NaN(), Label: "r"}} })},
		{"reference \"r\" at 0", with(func(p *Panel) { p.Y.Scale, p.References = Log10, []Reference{{At: 0, Label: "r"}} })},
		{"region \"r\" from 2 to 1", with(func(p *Panel) { p.Regions = []Region{{From: 2, To: 1, Label: "r"}} })},
		{`region "r": color "reddish"`, with(func(p *Panel) { p.Regions = []Region{{From: 1, To: 2, Label: "r", Color: "reddish"}} })},
		{"1 times", with(func(p *Panel) { p.Series[0].Time = Values{1} })},
		{"times fall", with(func(p *Panel) { p.Series[0].Time = Values{2, 1} })},
		{"3 right edges", with(func(p *Panel) { p.Series[0].Kind, p.Series[0].To = KindBar, Values{1, 2, 3} })},
		{"0 upper values", with(func(p *Panel) { p.Series[0].Kind = KindBand })},
		{"a grid of 2 by 2 with 3 values", with(func(p *Panel) { g := grid; g.Z = g.Z[:3]; p.Series[0] = g })},
		{"grid line 1 at 1", with(func(p *Panel) { g := grid; g.X = Values{1, 1}; p.Series[0] = g })},
		{"grid line 0 at 0", with(func(p *Panel) { g := grid; g.X = Values{0, 1}; p.X.Scale = Log10; p.Series[0] = g })},
		{"level 1 after 2", with(func(p *Panel) {
			g := grid
			g.Kind, g.Color, g.Levels = KindContour, blue, Values{2, 1}
			p.Series[0] = g
		})},
		{"colours on a symmetric scale", with(func(p *Panel) { g := grid; g.ZAxis.Scale = Symmetric; p.Series[0] = g })},
		{"-1 columns", Figure{Columns: -1, Panels: []Panel{{Series: []Series{line}}}}},
		{"row 0 of the table has 1 cells", Figure{Panels: []Panel{{Series: []Series{line}}}, Table: table.Table{Columns: make([]table.Column, 2), Rows: [][]any{{"c"}}}}},
		{"65 panels", Figure{Panels: make([]Panel, 65)}},
	} {
		if err := test.figure.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want an error with %q", err, test.want)
		}
	}
	if err := with(func(p *Panel) { p.Series[0] = grid }).Validate(); err != nil {
		t.Errorf("a good grid is refused: %v", err)
	}
}

// What axes cannot show is left out, with a gap in a line, and a note says so
// in every output that people read.
func TestRepairedWithANote(t *testing.T) {
	for _, test := range []struct {
		name, want string
		figure     Figure
	}{
		{"not positive", "“loss”: 1 of 4 points left out", oneSeries(Axis{}, Axis{Scale: Log10}, Series{Name: "loss", X: Values{0, 1, 2, 3}, Y: Values{1, 0, 2, 3}, Color: blue})},
		{"infinite", "“loss”: 1 of 3 points left out", oneSeries(Axis{}, Axis{}, Series{Name: "loss", Kind: KindPoints, X: Values{0, 1, 2}, Y: Values{1, math.Inf(1), 2}, Color: blue})},
		{"outside", "“loss” lies outside the picture", Figure{Panels: []Panel{{X: Axis{Min: 5, Max: 6}, Series: []Series{
			{Name: "loss", X: Values{0, 1}, Y: Values{1, 2}, Color: blue}, {Name: "seen", X: Values{5, 6}, Y: Values{1, 2}, Color: blue}}}}}},
		{"reference", "Reference “r” at 9 lies outside", Figure{Panels: []Panel{{Y: Axis{Max: 2}, Series: []Series{{X: Values{0, 1}, Y: Values{1, 2}, Color: blue}}, References: []Reference{{At: 9, Label: "r"}}}}}},
		{"cells", "Grey cells: 1 of 4", oneSeries(Axis{}, Axis{}, Series{Kind: KindHeat, X: Values{1, 2}, Y: Values{1, 2}, Z: Values{1, 2, math.Inf(1), 4}})},
		{"own", "seven runs were lost", Figure{Notes: []string{"seven runs were lost"}, Panels: []Panel{{Series: []Series{{X: Values{0, 1}, Y: Values{1, 2}, Color: blue}}}}}},
	} {
		if err := test.figure.Validate(); err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		page, err := encodeFile(".html", test.figure)
		if err != nil || !strings.Contains(string(page), test.want) {
			t.Errorf("%s: the page does not say %q (%v)", test.name, test.want, err)
		}
		svg, err := encodeFile(".svg", test.figure)
		if err != nil || !strings.Contains(string(svg), test.want) {
			t.Errorf("%s: the image does not say %q (%v)", test.name, test.want, err)
		}
		if text := test.figure.plainText(); !strings.Contains(text, test.want) {
			t.Errorf("%s: the text %q does not say %q", test.name, text, test.want)
		}
	}
}

func TestGapsAreNotBridged(t *testing.T) {
	s := Series{X: Values{0, 1, 2, 3, 4}, Y: Values{1, 2, -1, 3, math.Inf(-1)}, Color: blue}.drawable(Linear, Log10)
	if got := stretches(s.X); !reflect.DeepEqual(got, [][2]int{{0, 2}, {3, 4}}) {
		t.Errorf("drawn in the stretches %v of %v", got, s.X)
	}
	option, err := oneSeries(Axis{}, Axis{Scale: Log10}, Series{X: Values{0, 1, 2}, Y: Values{1, -1, 3}, Color: blue}).option(screenColumns)
	if err != nil || !strings.Contains(string(option), "[[0,1],[null,null],[2,3]]") {
		t.Errorf("the chart has no gap: %s (%v)", option, err)
	}
}

// Every point has its place on every scale, and comes back from it.
func TestScales(t *testing.T) {
	for _, a := range []Axis{{Min: -3, Max: 7}, {Scale: Log10, Min: 1e-9, Max: 1e5}, {Scale: Log2, Min: 1, Max: 1 << 20}, {Scale: Symmetric, Min: -100, Max: 1000, Linear: 0.1}} {
		for k := range 11 {
			at := float64(k) / 10
			v := a.inverse(a.forward(a.Min) + at*(a.forward(a.Max)-a.forward(a.Min)))
			if got := a.Normalize(a.Min, a.Max, v); math.Abs(got-at) > 1e-12 {
				t.Errorf("%s: %v lies at %v, want %v", a.Scale, v, got, at)
			}
		}
		labels := 0
		for _, tick := range a.Ticks(a.Min, a.Max) {
			if !a.inside(tick.Value) {
				t.Errorf("%s: tick %v outside %v to %v", a.Scale, tick.Value, a.Min, a.Max)
			}
			if tick.Label != "" {
				labels++
			}
		}
		if labels < 3 || labels > 10 {
			t.Errorf("%s: %d labels", a.Scale, labels)
		}
	}
}

func TestTickLabels(t *testing.T) {
	labels := func(a Axis) string {
		var all []string
		for _, tick := range a.Ticks(a.Min, a.Max) {
			if tick.Label != "" {
				all = append(all, tick.Label)
			}
		}
		return strings.Join(all, " ")
	}
	for _, test := range []struct {
		axis Axis
		want string
	}{
		{Axis{Min: -2, Max: 2}, "−2 −1 0 1 2"},
		{Axis{Min: 0, Max: 0.3}, "0 0.05 0.1 0.15 0.2 0.25 0.3"},
		{Axis{Scale: Log10, Min: 1e-3, Max: 1e3}, "10⁻³ 10⁻² 10⁻¹ 1 10 100 10³"},
		{Axis{Scale: Log10, Min: 0.04, Max: 0.6}, "0.05 0.1 0.2 0.5"},
		{Axis{Scale: Log10, Min: 400, Max: 3000}, "500 1000 2000"},
		{Axis{Scale: Log10, Min: 1e6, Max: 1e7}, "10⁶ 2·10⁶ 5·10⁶ 10⁷"},
		{Axis{Scale: Log2, Min: 1, Max: 32}, "2⁰ 2¹ 2² 2³ 2⁴ 2⁵"},
		{Axis{Scale: Symmetric, Min: -100, Max: 100, Linear: 1}, "−100 −10 −1 0 1 10 100"},
	} {
		if got := labels(test.axis); got != test.want {
			t.Errorf("%+v: ticks %q, want %q", test.axis, got, test.want)
		}
	}
}

func TestEmptyAndExtremeRanges(t *testing.T) {
	for _, a := range []Axis{
		Axis{}.fitted(3, 3, 0), Axis{}.fitted(0, 0, 0), Axis{Scale: Log10}.fitted(5, 5, 0), Axis{}.fitted(math.Inf(1), math.Inf(-1), 0),
		Axis{Scale: Log10}.fitted(math.SmallestNonzeroFloat64, math.MaxFloat64, 0.04), Axis{Scale: Symmetric}.fitted(0, 0, 0),
	} {
		if !(a.Min < a.Max) || math.IsInf(a.Min, 0) || math.IsInf(a.Max, 0) || !a.Scale.shows(a.Min) {
			t.Errorf("%q axis from %v to %v", a.Scale, a.Min, a.Max)
		}
	}
}
