package plotting

import (
	"image/color"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"nqm/plotting/internal/colors"
)

// inked is what a still image has of one figure: the boxes of its texts, and
// the lines in the colours of its series.
type inked struct {
	texts []vg.Rectangle
	words []string
	lines [][2]vg.Point
}

// inkOfStill draws a figure on a canvas that keeps what it is told. Turned texts
// (the names of axes) are left out, and lines in the colours of contours.
func inkOfStill(f Figure) inked {
	s := f.still()
	var c recorder.Canvas
	s.draw(draw.NewCanvas(&c, s.width, s.height()))
	mine := map[color.NRGBA]bool{}
	for _, p := range s.Panels {
		for _, one := range p.Series {
			if one.lined() {
				mine[colors.RGB(one.Color)] = true
			}
		}
	}
	var found inked
	var now color.NRGBA
	turned := 0
	for _, a := range c.Actions {
		switch a := a.(type) {
		case *recorder.SetColor:
			now = color.NRGBAModel.Convert(a.Color).(color.NRGBA)
		case *recorder.Rotate:
			turned++
		case *recorder.Pop:
			turned = 0
		case *recorder.FillString:
			if turned == 0 && strings.TrimSpace(a.String) != "" {
				style := textStyle(a.Size.Points(), ink)
				e := style.FontExtents()
				found.texts = append(found.texts, vg.Rectangle{Min: a.Point.Add(vg.Point{Y: -e.Descent / 2}), Max: a.Point.Add(vg.Point{X: style.Width(a.String), Y: 0.7 * e.Ascent})})
				found.words = append(found.words, a.String)
			}
		case *recorder.Stroke:
			if !mine[now] {
				continue
			}
			for k := 1; k < len(a.Path); k++ {
				if a.Path[k].Type == vg.LineComp {
					found.lines = append(found.lines, [2]vg.Point{a.Path[k-1].Pos, a.Path[k].Pos})
				}
			}
		}
	}
	return found
}

// No label of a still image covers a line, and none another label.
func TestLabelsNeverCoverData(t *testing.T) {
	for _, s := range allDrawn() {
		f := s.figure
		contours := slices.ContainsFunc(f.Panels, func(p Panel) bool {
			return slices.ContainsFunc(p.Series, func(s Series) bool { return s.Kind == KindContour })
		})
		found := inkOfStill(f)
		for i, box := range found.texts {
			small := vg.Rectangle{Min: box.Min.Add(vg.Point{X: 0.5, Y: 0.5}), Max: box.Max.Sub(vg.Point{X: 0.5, Y: 0.5})}
			if contours && len(found.words[i]) < 6 {
				continue // the level of a contour, on it
			}
			for _, l := range found.lines {
				if crosses(l, small) {
					t.Errorf("%s: “%s” covers a line", s.name, found.words[i])
					break
				}
			}
			for j, other := range found.texts[:i] {
				if small.Min.X < other.Max.X && other.Min.X < small.Max.X && small.Min.Y < other.Max.Y && other.Min.Y < small.Max.Y {
					t.Errorf("%s: “%s” covers “%s”", s.name, found.words[i], found.words[j])
				}
			}
		}
	}
}
