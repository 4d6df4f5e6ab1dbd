package plotting

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nqm/nqmkit"
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
		scale, smallest := 1.0, math.Inf(1)
		for _, m := range regexp.MustCompile(`scale\(([0-9.]+),`).FindAllStringSubmatch(svg, -1) {
			if s := must(strconv.ParseFloat(m[1], 64)); s != 1 {
				scale *= s
			}
		}
		for _, m := range regexp.MustCompile(`font-size:([0-9.]+)px`).FindAllStringSubmatch(svg, -1) {
			smallest = min(smallest, must(strconv.ParseFloat(m[1], 64)))
		}
		if got := smallest * scale; math.IsInf(got, 1) || got < want-0.01 || got > 1.3*want {
			t.Errorf("%+v: letters of %.2f points (%v times %v)", p, got, smallest, scale)
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
	for _, p := range []Paper{{Width: -1}, {Width: 100}, {Width: math.NaN()}, {Width: 3, Text: 1}} {
		if p.validate() == nil {
			t.Errorf("%+v is valid", p)
		}
	}
}
