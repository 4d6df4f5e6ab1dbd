package plotting

import (
	"bytes"
	"encoding/json"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/plotting/internal/colors"
	"nqm/theory"
)

// samples are the values that Show takes, one of each.
func samples() map[string]any {
	two, law := nqmkit.TwoDirections(50, 1), nqmkit.PowerLaw(500, 1)
	return map[string]any{
		"problem":   law,
		"curves":    nqmkit.Expect(law, 2000, nqmkit.SGD(0.3), nqmkit.SGD(1), nqmkit.SGD(2.1)),
		"sampled":   nqmkit.Sample(two, 50, nqmkit.Trials(20, 1), nqmkit.SGD(0.02)),
		"agreement": nqmkit.Check(two, 50, nqmkit.Trials(100, 1), nqmkit.SGD(0.02), nqmkit.SGD(0.005)),
		"paths":     nqmkit.Paths(two, 50, nqmkit.Trials(3, 1), nqmkit.SGD(0.02)),
		"curve":     nqmkit.Expect(two, 50, nqmkit.SGD(0.02))[0],
		"sweep": nqmkit.Sweep("momentum β", []float64{0, 0.5, 0.9}, func(beta float64) any {
			return nqmkit.StepsToTarget(law, 0.5, nqmkit.Momentum(0.03, beta).Batch(64))
		}),
		"sweep of curves": nqmkit.Sweep("learning rate α", []float64{0.1, 0.2}, func(alpha float64) any {
			return nqmkit.Expect(two, 50, nqmkit.SGD(alpha/10))
		}),
		"grid": nqmkit.Grid("learning rate α", []float64{0.01, 0.02, 0.04}, "momentum β", []float64{0, 0.9}, func(alpha, beta float64) theory.Rate {
			return nqmkit.Rate(two, nqmkit.Momentum(alpha, beta))
		}),
	}
}

// Each value has a picture in each form, with the same bytes each time.
func TestEveryValueHasEveryForm(t *testing.T) {
	for name, value := range samples() {
		f, err := FigureOf(value)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, extension := range []string{".svg", ".pdf", ".png"} {
			first, err := encodeFile(extension, f)
			if err != nil {
				t.Errorf("%s%s: %v", name, extension, err)
			}
			if again, _ := encodeFile(extension, f); !bytes.Equal(first, again) || len(first) < 1000 {
				t.Errorf("%s%s: two renderings of %d and %d bytes differ", name, extension, len(first), len(again))
			}
		}
		if option, err := f.option(screenColumns); err != nil || !json.Valid(option) {
			t.Errorf("%s: option: %v", name, err)
		}
		if f.Title == "" || f.Caption == "" || len(f.Table.Rows) == 0 {
			t.Errorf("%s lacks a title, a caption or its numbers", name)
		}
	}
}

// inkOf counts the pixels of exactly one colour.
func inkOf(t *testing.T, f Figure, hex string) int {
	t.Helper()
	var b bytes.Buffer
	if err := f.writePNG(&b); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	n, want := 0, color.RGBAModel.Convert(colors.RGB(hex))
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			if color.RGBAModel.Convert(m.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}

func TestStillShowsTheCurve(t *testing.T) {
	f := Figure{Title: "t", Panels: []Panel{{Series: []Series{{X: []float64{0, 1}, Y: []float64{0, 1}, Color: "#ff0000", Width: 3}}}}}
	if n := inkOf(t, f, "#ff0000"); n < 500 {
		t.Errorf("a red diagonal has %d red pixels", n)
	}
	if n := inkOf(t, f, "#00ff00"); n != 0 {
		t.Errorf("a figure without green has %d green pixels", n)
	}
}

func TestDivergenceIsDrawn(t *testing.T) {
	two := nqmkit.TwoDirections(50, 1)
	f, err := FigureOf(nqmkit.Expect(two, 4000, nqmkit.SGD(0.02), nqmkit.SGD(0.05)))
	if err != nil {
		t.Fatal(err)
	}
	s := f.Panels[0].Series[1]
	if !s.Diverges || !strings.Contains(s.Name, "(diverges)") {
		t.Errorf("series %q: Diverges = %v", s.Name, s.Diverges)
	}
	for _, y := range s.Y {
		if y > headroom*25.5 {
			t.Errorf("a diverging curve at %v dwarfs the other", y)
		}
	}
	if !strings.Contains(f.plainText(), "diverges") {
		t.Errorf("the text does not say so: %s", f.plainText())
	}
	all, err := FigureOf(nqmkit.Expect(two, 4000, nqmkit.SGD(0.05)))
	if err != nil || len(all.Panels[0].Series[0].X) < 2 {
		t.Errorf("a figure of divergence alone: %v, %v", err, all.Panels)
	}
	option, err := f.option(screenColumns)
	if err != nil || !bytes.Contains(option, []byte(`"name":"diverges"`)) {
		t.Errorf("the chart has no arrow (%v)", err)
	}
}

func TestInfinityEndsALine(t *testing.T) {
	s := Series{X: []float64{1, 2, 3}, Y: []float64{1, math.Inf(1), 5}, Color: blue}
	if d := s.drawable(Linear, Linear); len(d.X) != 1 || !d.Diverges {
		t.Errorf("drawn up to %v, Diverges = %v", d.X, d.Diverges)
	}
}

const hostile = `</script><script>alert(1)</script><img src=x onerror="alert(2)">`

// A label is text in every form, whatever it says.
func TestLabelsAreNeverMarkup(t *testing.T) {
	f := LossCurves([]theory.Curve{{Problem: hostile, Method: hostile, Family: hostile,
		Steps: []int{0, 1}, Loss: []float64{1, 2}, Floor: 1}})
	b, err := picture{Figure: f}.bundle()
	if err != nil {
		t.Fatal(err)
	}
	page := b["text/html"].(string)
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") {
		t.Errorf("a label became markup: %s", page)
	}
	if got := strings.Count(page, "</script>"); got != 2 {
		t.Errorf("%d ends of scripts, want those of the option and of the waking script", got)
	}
	svg, err := encodeFile(".svg", f)
	if err != nil || bytes.Contains(svg, []byte("<script>")) {
		t.Errorf("a label became markup in SVG (%v)", err)
	}
}

func TestWhatCannotBeDrawnTruly(t *testing.T) {
	figure := func(s Series) Figure { return Figure{Title: "f", Panels: []Panel{{Series: []Series{s}}}} }
	log := figure(Series{X: []float64{1}, Y: []float64{-1}, Color: blue})
	log.Panels[0].Y.Scale = Log10
	for _, test := range []struct {
		want  string
		value any
	}{
		{"at least one panel", Figure{}},
		{"2 x, 1 y", figure(Series{X: []float64{1, 2}, Y: []float64{1}, Color: blue})},
		{"entry 1 is NaN", figure(Series{X: []float64{1, 2}, Y: []float64{1, math.NaN()}, Color: blue})},
		{`color "bluish"`, figure(Series{X: []float64{1}, Y: []float64{1}, Color: "bluish"})},
		{"nothing to draw", log},
		{"a int has no picture", 3},
		{"want a problem of two", nqmkit.Paths(nqmkit.PowerLaw(3, 1), 2, nqmkit.Trials(1, 1), nqmkit.SGD(1))},
		{"nothing to draw", []theory.Curve{}},
	} {
		if _, err := FigureOf(test.value); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want an error with %q", err, test.want)
		}
	}
}

func TestSaveIsWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	p := nqmkit.TwoDirections(50, 1)
	for _, path := range []string{"missing/f.svg", "f.gif", "f"} {
		if err := save(filepath.Join(dir, path), p, encodePicture); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("Save(%q): %v, want one sentence", path, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("failed saves left %v", left)
	}
	Save(filepath.Join(dir, "f.SVG"), p)
	left, _ := os.ReadDir(dir)
	if len(left) != 1 || left[0].Name() != "f.SVG" {
		t.Errorf("the folder holds %v", left)
	}
	svg, _ := os.ReadFile(filepath.Join(dir, "f.SVG"))
	if !bytes.Contains(svg, []byte("curvature h")) {
		t.Error("text in the SVG is not text")
	}
}

// The methods of a figure must stay apart for readers with any colour vision:
// no two lines share both colour and dash.
func TestCurvesOfOneFamilyDiffer(t *testing.T) {
	families := []string{"SGD", "SGD", "SGD", "SGD", "momentum", "SGD with EMA"}
	p := newPalette(families)
	seen := map[look]bool{}
	for _, f := range families {
		l := p.next(f)
		if seen[l] {
			t.Errorf("two curves look like %v", l)
		}
		seen[l] = true
	}
}

func BenchmarkStill(b *testing.B) {
	f, err := FigureOf(samples()["curves"])
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := f.writePNG(&bytes.Buffer{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOption(b *testing.B) {
	f, err := FigureOf(samples()["curves"])
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := f.option(screenColumns); err != nil {
			b.Fatal(err)
		}
	}
}

// Half of the bands' edges are on either side of the median, the bands lie within
// each other, and a fan that overflows ends in an arrow.
func TestLossBandsAreNested(t *testing.T) {
	f := must(FigureOf(nqmkit.LossFan(nqmkit.TwoDirections(50, 1), 60, nqmkit.SGD(0.02), nqmkit.SGD(0.05))))
	bands := map[string][]Series{}
	diverges := 0
	for _, s := range f.Panels[0].Series {
		if s.Kind == KindBand {
			bands[s.Name] = append(bands[s.Name], s)
		} else if s.Diverges {
			diverges++
		}
	}
	for name, b := range bands {
		if len(b) != 2 {
			t.Fatalf("%s has %d bands", name, len(b))
		}
		for k := range b[1].X {
			if k < len(b[0].X) && !(b[0].Y[k] <= b[1].Y[k] && b[1].High[k] <= b[0].High[k]) {
				t.Errorf("%s, point %d: the half from %v to %v is not within %v to %v", name, k, b[1].Y[k], b[1].High[k], b[0].Y[k], b[0].High[k])
			}
		}
	}
	if len(bands) != 2 || diverges != 2 {
		t.Errorf("%d fans with bands and %d lines that diverge, want 2 and 2", len(bands), diverges)
	}
}

// onePicture returns the picture of a value that has one.
func onePicture(value any) (picture, error) {
	all, err := shownOf(value)
	if err != nil {
		return picture{}, err
	}
	return all[0], nil
}
