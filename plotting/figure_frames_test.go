package plotting

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"nqm/nqmkit"
)

func ratesSlide(t testing.TB) Frames {
	t.Helper()
	f, err := FramesOf("learning rate α", []float64{0.01, 0.1, 1, 2.05}, func(alpha float64) any {
		return nqmkit.Expect(nqmkit.PowerLaw(500, 1), 2000, nqmkit.SGD(alpha), nqmkit.SGD(alpha).Batch(8))
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// All frames have the same bounds, and they hold every frame's data.
func TestFramesShareTheirAxes(t *testing.T) {
	f := ratesSlide(t)
	first := f.Figures[0].Panels[0]
	for k, g := range f.Figures {
		p := g.Panels[0]
		if p.X != first.X || p.Y != first.Y || !p.Y.bounded() {
			t.Errorf("frame %d has axes %v and %v, the first %v and %v", k, p.X, p.Y, first.X, first.Y)
		}
		for _, s := range p.view().Series {
			for i, y := range s.Y {
				if !p.Y.inside(y) || !p.X.inside(s.X[i]) {
					t.Errorf("frame %d: (%v, %v) lies outside", k, s.X[i], y)
				}
			}
		}
	}
	heat := func(top float64) any {
		return oneSeries(Axis{}, Axis{}, Series{Kind: KindHeat, X: Values{0, 1}, Y: Values{0, 1}, Z: Values{0, 1, 2, top}})
	}
	h, err := FramesOf("top", []float64{3, 9}, heat)
	if err != nil || h.Figures[0].Panels[0].Series[0].zAxis().Max != 9 {
		t.Errorf("the colours of a frame end at %v (%v)", h.Figures[0].Panels[0].Series[0].zAxis().Max, err)
	}
}

// The still image has a panel for each frame, on one pair of axes and with one legend;
// the text has all numbers.
func TestFramesWithoutAScript(t *testing.T) {
	f := ratesSlide(t)
	if f.Start != 1 {
		t.Errorf("starts at %d", f.Start)
	}
	p, err := onePicture(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"for each learning rate α", "diverges"} {
		if !strings.Contains(p.plainText(), want) {
			t.Errorf("the text lacks %q:\n%s", want, p.plainText())
		}
	}
	if len(p.Table.Rows) != 8 || p.Table.Rows[0][0] != "0.01" {
		t.Errorf("the table has %d rows: %v", len(p.Table.Rows), p.Table.Rows)
	}
	if got := strings.Join(p.Figure.legend(), "|"); got != "SGD|SGD B=8" {
		t.Errorf("the legend is %s", got)
	}
	name := must(FramesOf("batch size B", []float64{1, 4}, func(b float64) any {
		return nqmkit.Expect(nqmkit.TwoDirections(50, 1), 9, nqmkit.SGD(0.01).Batch(b), nqmkit.Momentum(0.01, 0.9).Batch(b))
	})).multiples().legend()[1]
	if name != "momentum α=0.01, β=0.9" {
		t.Errorf("what is the same in all frames is %q", name)
	}
	var titles []string
	for _, panel := range p.Panels {
		titles = append(titles, panel.Title)
		if panel.X != p.Panels[0].X || panel.Y != p.Panels[0].Y {
			t.Errorf("%s has other axes", panel.Title)
		}
	}
	if got := strings.Join(titles, "|"); got != "learning rate α = 0.01|learning rate α = 0.1|learning rate α = 1|learning rate α = 2.05" {
		t.Errorf("the panels are %s", got)
	}
	svg, err := encodeFile(".svg", p.Figure)
	if err != nil || !bytes.Contains(svg, []byte("2.05")) {
		t.Errorf("the still has not every frame (%v)", err)
	}
}

// The still of any slider shows every frame, or of many the first and the last and says
// of how many; frames of several panels have a row each.
func TestMultiplesOfAnyFrames(t *testing.T) {
	line := oneSeries(Axis{}, Axis{}, Series{X: Values{0, 1}, Y: Values{0, 1}, Color: blue})
	for _, test := range []struct{ frames, panels, want, columns int }{
		{1, 1, 1, 1}, {2, 1, 2, 2}, {3, 1, 3, 3}, {4, 1, 4, 2}, {9, 1, 9, 3}, {200, 1, 9, 3}, {5, 2, 8, 2}, {3, 4, 8, 4}, {2, 12, 24, 3},
	} {
		f := Frames{Parameter: "β"}
		for k := range test.frames {
			f.Figures, f.Values = append(f.Figures, line.repeated(test.panels)), append(f.Values, float64(k))
		}
		m := f.multiples()
		if len(m.Panels) != test.want || m.columns() != test.columns {
			t.Errorf("%d frames of %d panels: %d panels in %d columns, want %d in %d", test.frames, test.panels, len(m.Panels), m.columns(), test.want, test.columns)
		}
		if last := m.Panels[len(m.Panels)-1].Title; last != fmt.Sprintf("β = %d", test.frames-1) {
			t.Errorf("%d frames end with %q", test.frames, last)
		}
		if all := test.want == test.frames*test.panels; all != (len(m.Notes) == 0) {
			t.Errorf("%d frames of %d panels: the notes are %q", test.frames, test.panels, m.Notes)
		}
	}
}

// What one frame says is not said of all: caption, alternative text and notes name their
// frame where frames differ.
func TestMultiplesSayWhatIsTrueOfAll(t *testing.T) {
	f := Frames{Parameter: "β", Values: Values{0.5, 0.9}, Start: 1}
	for _, words := range []string{"first", "second"} {
		g := oneSeries(Axis{}, Axis{}, Series{X: Values{0, 1}, Y: Values{0, 1}, Color: blue})
		g.Caption, g.Alt, g.Notes = "It is the "+words+".", "The "+words, []string{"Same.", "Only the " + words + "."}
		f.Figures = append(f.Figures, g)
	}
	m := f.multiples()
	got := strings.Join(append([]string{m.Caption, m.Alt}, m.Notes...), "|")
	if want := "β = 0.9: It is the second.|β = 0.9: The second|Same.|β = 0.5: Only the first.|β = 0.9: Only the second."; got != want {
		t.Errorf("the still says %s, want %s", got, want)
	}
	for k := range f.Figures {
		f.Figures[k].Caption = "Both."
	}
	if m := f.multiples(); m.Caption != "Both." {
		t.Errorf("what both say became %q", m.Caption)
	}
}

func TestFramesRefused(t *testing.T) {
	line := oneSeries(Axis{}, Axis{}, Series{X: Values{0, 1}, Y: Values{0, 1}, Color: blue})
	for _, test := range []struct {
		want   string
		values []float64
		draw   func(float64) any
	}{
		{"0 frames", nil, nil},
		{"201 frames", make([]float64, 201), nil},
		{"has no picture: give a problem, a result of nqmkit or a Figure (the frame of β = 2)", []float64{2}, func(float64) any { return "no" }},
		{"is NaN", []float64{math.NaN()}, func(float64) any { return line }},
		{"other panels", []float64{0, 1}, func(v float64) any {
			f := line.repeated(1 + int(v))
			f.Panels[0].Y.Label = fmt.Sprint("of ", v)
			return f
		}},
	} {
		if _, err := FramesOf("β", test.values, test.draw); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want an error with %q", err, test.want)
		}
	}
	other := line.repeated(1)
	other.Panels[0].Y.Scale = Log10
	if err := (Frames{Figures: []Figure{line, other}, Values: Values{0, 1}}).Validate(); err == nil || !strings.Contains(err.Error(), "another scale") {
		t.Errorf("frames on other scales: %v", err)
	}
	if _, err := shownOf(Frames{Figures: []Figure{line}, Values: Values{1}, Start: 1}); err == nil {
		t.Error("a start beyond the frames was drawn")
	}
	defer func() {
		if err, ok := recover().(error); !ok || errors.Unwrap(err) == nil {
			t.Errorf("Slide panicked with %v, want one sentence", err)
		}
	}()
	Slide("β", []float64{1}, func(float64) any { return 3 })
}

// repeated returns a figure with n copies of its first panel.
func (f Figure) repeated(n int) Figure {
	panel := f.Panels[0]
	f.Panels = nil
	for range n {
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// A slider over twenty frames of four long lines stays a megabyte at worst, where each line is noise.
func TestFramesStaySmall(t *testing.T) {
	values := make([]float64, 20)
	for k := range values {
		values[k] = 0.05 * float64(k+1)
	}
	f, err := FramesOf("learning rate α", values, func(alpha float64) any {
		var lines []Series
		for n := range 4 {
			s := Series{Color: blue}
			for k := range 10_000 {
				s.X, s.Y = append(s.X, float64(k)), append(s.Y, math.Exp(-alpha*float64(k)/1000)+float64(n)+0.1*math.Sin(float64(k*k)))
			}
			lines = append(lines, s)
		}
		return Figure{Title: "many", Panels: []Panel{{Series: lines}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := onePicture(f)
	if err != nil {
		t.Fatal(err)
	}
	chart, err := p.chart()
	if err != nil || !json.Valid(chart) {
		t.Fatal(err)
	}
	if len(chart) > 1_050_000 {
		t.Errorf("the slider has %d bytes", len(chart))
	}
	chart, err = picture{Figure: f.Figures[0]}.chart()
	if err != nil || len(chart) > 250_000 {
		t.Errorf("one figure of 40 000 points has %d bytes (%v)", len(chart), err)
	}
}
