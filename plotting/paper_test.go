package plotting

import (
	"bytes"
	"html"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"nqm/nqmkit"
	"nqm/theory"
)

// A figure is as wide as its paper, in each form, and its smallest letters are as
// large as was asked for.
func TestPapersHaveTheirWidthAndText(t *testing.T) {
	curves := nqmkit.Expect(nqmkit.PowerLaw(100, 1), 500, nqmkit.SGD(0.1), nqmkit.Momentum(0.1, 0.9))
	for _, p := range []Paper{Column, Page, {Width: 5, Text: 9}, {Width: 3.3, Text: 6}} {
		want := p.Text
		if want == 0 {
			want = 7
		}
		dir := t.TempDir()
		read := func(extension string) []byte {
			path := filepath.Join(dir, "figure"+extension)
			Save(path, curves, p)
			return must(os.ReadFile(path))
		}
		svg := string(read(".svg"))
		width := must(strconv.ParseFloat(regexp.MustCompile(`width="([0-9.]+)pt"`).FindStringSubmatch(svg)[1], 64))
		if math.Abs(width-72*p.Width) > 0.01 {
			t.Errorf("%+v: an SVG of %v points", p, width)
		}
		if got := smallestLetters(svg); math.IsInf(got, 1) || got < want-0.01 || got > 1.3*want {
			t.Errorf("%+v: letters of %.2f points", p, got)
		}
		if strings.Contains(svg, "Expected loss") != !p.Untitled {
			t.Errorf("%+v: title", p)
		}
		box := regexp.MustCompile(`MediaBox \[0 0 ([0-9.]+)`).FindSubmatch(read(".pdf"))
		if got := must(strconv.ParseFloat(string(box[1]), 64)); math.Abs(got-72*p.Width) > 0.1 {
			t.Errorf("%+v: a PDF of %v points", p, got)
		}
		if _, err := png.Decode(bytes.NewReader(read(".png"))); err != nil {
			t.Error(err)
		}
	}
	for _, p := range []Paper{{Width: -1}, {Width: 100}, {Width: math.NaN()}, {Width: 3, Text: 1}, {Width: 1.9}, {Width: 4, Text: 20}} {
		if p.validate() == nil {
			t.Errorf("%+v is valid", p)
		}
	}
}

// smallestLetters returns the size of the smallest letters of a picture, in points.
func smallestLetters(svg string) float64 {
	scale, smallest := 1.0, math.Inf(1)
	for _, m := range regexp.MustCompile(`scale\(([0-9.]+),`).FindAllStringSubmatch(svg, -1) {
		if s := must(strconv.ParseFloat(m[1], 64)); s != 1 {
			scale *= s
		}
	}
	for _, m := range regexp.MustCompile(`font-size:([0-9.]+)px`).FindAllStringSubmatch(svg, -1) {
		smallest = min(smallest, must(strconv.ParseFloat(m[1], 64)))
	}
	return smallest * scale
}

// No letters of any figure are smaller than its paper says.
func TestNoSmallerLetters(t *testing.T) {
	for _, one := range gallery() {
		path := filepath.Join(t.TempDir(), "figure.svg")
		Save(path, one.value, Column)
		if got := smallestLetters(string(must(os.ReadFile(path)))); got < 6.99 {
			t.Errorf("%s: letters of %.2f points", one.name, got)
		}
	}
}

// The data of every panel have room at every width.
func TestDataHaveRoomOnEveryPaper(t *testing.T) {
	for _, one := range gallery() {
		f := must(onePicture(one.value)).Figure
		for _, p := range []Paper{{}, Column, Page, {Width: 2}, {Width: 3, Text: 10}} {
			s := f.stillOn(p)
			var c recorder.Canvas
			plots := make([]*plot.Plot, len(s.views))
			for i, v := range s.views {
				plots[i] = v.gonumPlot()
			}
			for i, area := range s.tiles(plots, draw.NewCanvas(&c, s.width, s.height())) {
				if got := plots[i].DataCanvas(area).Size().X; got < 0.7*vg.Inch {
					t.Errorf("%s, %v inches: panel %d has %.0f points for its data", one.name, p.Width, i, got.Points())
				}
			}
		}
	}
}

// On the narrowest paper the labels of floors leave the data their room, and no name of a
// legend is cut that has room in a row of its own.
func TestNarrowPaperCutsNoMoreThanItMust(t *testing.T) {
	names, narrow := 0, 0
	for _, g := range gallery() {
		f, ok := g.value.(Figure)
		if curves, are := g.value.([]theory.Curve); are {
			f, ok = LossCurves(curves), true
		}
		if !ok {
			continue
		}
		s := f.stillOn(Paper{Width: 2})
		for _, v := range s.views {
			if _, heat := v.heatSeries(); !heat && s.dataWidth(v) < 0.7*vg.Inch {
				t.Errorf("%s: data of %v points", g.name, s.dataWidth(v))
			}
			if v.beside() > 0 {
				narrow++
			}
		}
		room, full := s.width-margins-sampleLength-sampleGap, f.drawn().listed()
		for _, row := range s.legend {
			for _, entry := range row {
				if name, cut := strings.CutSuffix(entry.Name, "…"); cut {
					for _, whole := range full {
						if strings.HasPrefix(whole, name) && textStyle(legendSize, ink).Width(whole) <= room {
							t.Errorf("%s: %q is cut to %q", g.name, whole, entry.Name)
						}
					}
				}
				names++
			}
		}
	}
	if names < 10 || narrow < 2 {
		t.Errorf("%d names, %d panels with labels beside them", names, narrow)
	}
}

// The legend stands where the paper has it, and covers nothing.
func TestPlaceOfTheLegend(t *testing.T) {
	long := LossCurves(nqmkit.Expect(nqmkit.PowerLaw(100, 1), 500, nqmkit.SGD(0.1).Batch(16).EMA(0.99), nqmkit.Momentum(0.1, 0.9).Precondition(0.5)))
	long.Notes = []string{"a note"}
	high := map[Place]vg.Length{}
	for _, place := range []Place{Above, Below, Nowhere} {
		for _, width := range []float64{0, 3.3, 6.9} {
			s := must(FigureOf(long)).stillOn(Paper{Width: width, Legend: place})
			var c recorder.Canvas
			s.draw(draw.NewCanvas(&c, s.width, s.height()))
			at := map[string]vg.Length{}
			for _, a := range c.Actions {
				if words, ok := a.(*recorder.FillString); ok {
					at[words.String] = words.Point.Y
				}
			}
			name, shown := at[long.legend()[0]], len(s.legend) > 0
			switch {
			case shown != (place != Nowhere):
				t.Errorf("%q, %v inches: a legend: %v", place, width, shown)
			case place == Above && name <= at["steps t"], place == Below && !(at["a note"] < name && name < at["steps t"]-6):
				t.Errorf("%q, %v inches: the legend is at %v, the axis at %v, the note at %v", place, width, name, at["steps t"], at["a note"])
			}
			high[place] = s.height()
		}
	}
	if high[Above] != high[Below] || high[Nowhere] >= high[Above] {
		t.Errorf("heights %v", high)
	}
	if (Paper{Legend: "left"}).validate() == nil {
		t.Error("a legend on the left is valid")
	}
}

// Every letter of an SVG is drawn as a shape that the file has, below its text, which
// is not seen but is there; where a letter has no shape, the text is seen.
func TestLettersOfSVGNeedNoFont(t *testing.T) {
	figures := append(gallery(), sample{"foreign", func() Figure {
		f := oneSeries(Axis{Label: "中文"}, Axis{Label: "x < y & 𝔼"}, Series{X: Values{0, 1}, Y: Values{0, 1}, Color: blue})
		f.Title = "a & b < c 中文"
		return f
	}()})
	seen := 0
	for _, s := range figures {
		svg := string(must(encodeFile(".svg", s.value)))
		shapes := map[string]bool{}
		for _, m := range regexp.MustCompile(`<path id="(letter-\d+)" d="M`).FindAllStringSubmatch(svg, -1) {
			shapes[m[1]] = true
		}
		before := 0
		for _, at := range regexp.MustCompile(`(?s)<text.*?</text>`).FindAllStringIndex(svg, -1) {
			element := svg[at[0]:at[1]]
			words := html.UnescapeString(element[strings.Index(element, ">")+1 : len(element)-len("</text>")])
			if !strings.Contains(element, "fill-opacity:0") {
				seen++
				if !strings.Contains(words, "中") {
					t.Errorf("%s: %q is seen as text", s.name, words)
				}
				before = at[1]
				continue
			}
			drawn := regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(svg[before:at[0]], -1)
			before = at[1]
			letters := 0
			for _, r := range words {
				if !unicode.IsSpace(r) && !strings.ContainsRune(glue, r) {
					letters++
				}
			}
			if len(drawn) != letters {
				t.Errorf("%s: %d shapes for the %d letters of %q", s.name, len(drawn), letters, words)
			}
			for _, d := range drawn {
				if !shapes[d[1]] {
					t.Errorf("%s: no shape %q", s.name, d[1])
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no text with a letter that has no shape")
	}
}

// All fonts of a PDF are in it: each has a file, and none is one of the fourteen that
// a reader of PDF brings itself.
func TestFontsOfPDFAreEmbedded(t *testing.T) {
	for _, s := range gallery() {
		pdf := string(must(encodeFile(".pdf", s.value)))
		described := strings.Count(pdf, "/Type /FontDescriptor")
		if files := strings.Count(pdf, "/FontFile2"); files == 0 || files != described {
			t.Errorf("%s: %d fonts are described, and %d are there", s.name, described, files)
		}
		for _, base := range regexp.MustCompile(`/BaseFont\s*/([^\s/]+)`).FindAllStringSubmatch(pdf, -1) {
			if !strings.Contains(base[1], "dejavu") {
				t.Errorf("%s: font %s", s.name, base[1])
			}
		}
	}
}
