// Package outline draws the letters of an SVG as shapes, so that they look the same
// where their font is not installed. The text stays over them, unseen: it can be
// selected, searched and read aloud.
package outline

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// A text as vgsvg writes it.
var text = regexp.MustCompile(`(?s)<text x="([^"]+)" y="([^"]+)" transform="scale\(1, -1\)"\s*style="([^"]*)">(.*?)</text>`)

var (
	size = regexp.MustCompile(`font-size:([0-9.]+)px`)
	open = regexp.MustCompile(`(?s)<svg[^>]*>`)
)

// SVG returns the image with the letters of its texts as shapes of the font, each
// letter once. A text with a letter that the font does not have stays as it is.
func SVG(image []byte, face *sfnt.Font) ([]byte, error) {
	w := writer{font: face, shapes: map[sfnt.GlyphIndex]string{}}
	drawn := text.ReplaceAllFunc(image, func(element []byte) []byte {
		if shapes, ok := w.outlined(element); ok {
			return shapes
		}
		return element
	})
	at := open.FindIndex(drawn)
	if at == nil || w.err != nil {
		return image, w.err
	}
	return slices.Concat(drawn[:at[1]], w.defs(), drawn[at[1]:]), nil
}

// writer collects the letters that are used.
type writer struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
	shapes map[sfnt.GlyphIndex]string
	err    error
}

// units is how many units of the font are as long as its size.
func (w *writer) units() fixed.Int26_6 { return fixed.I(int(w.font.UnitsPerEm())) }

// outlined returns a text as shapes, below itself.
func (w *writer) outlined(element []byte) ([]byte, bool) {
	part := text.FindSubmatch(element)
	points := size.FindSubmatch(part[3])
	if points == nil {
		return nil, false
	}
	letters, err := strconv.ParseFloat(string(points[1]), 64)
	if err != nil {
		return nil, false
	}
	scale := letters / float64(w.font.UnitsPerEm())
	var uses strings.Builder
	var along fixed.Int26_6
	for _, r := range html.UnescapeString(string(part[4])) {
		glyph, err := w.font.GlyphIndex(&w.buffer, r)
		if err != nil || glyph == 0 || !w.add(glyph) {
			return nil, false
		}
		if w.shapes[glyph] != "" {
			fmt.Fprintf(&uses, `<use xlink:href="#%s" x="%d"/>`, name(glyph), along.Round())
		}
		advance, err := w.font.GlyphAdvance(&w.buffer, glyph, w.units(), font.HintingNone)
		if err != nil {
			return nil, false
		}
		along += advance
	}
	if along == 0 {
		return nil, false
	}
	return fmt.Appendf(nil, `<g transform="scale(1, -1) translate(%s, %s) scale(%.6g)" style="%s">%s</g>`+"\n"+
		`<text x="%s" y="%s" transform="scale(1, -1)" textLength="%.4g" lengthAdjust="spacingAndGlyphs"`+"\n\t"+`style="%s;fill-opacity:0">%s</text>`,
		part[1], part[2], scale, fill(string(part[3])), uses.String(), part[1], part[2], scale*float64(along)/64, part[3], part[4]), true
}

// fill returns what a style says of colour.
func fill(style string) string {
	var kept []string
	for _, property := range strings.Split(style, ";") {
		if strings.HasPrefix(strings.TrimSpace(property), "fill") {
			kept = append(kept, property)
		}
	}
	return strings.Join(kept, ";")
}

func name(glyph sfnt.GlyphIndex) string { return fmt.Sprint("letter-", int(glyph)) }

// add keeps the shape of a letter, in units of the font, and reports whether it has
// one that can be drawn.
func (w *writer) add(glyph sfnt.GlyphIndex) bool {
	if _, done := w.shapes[glyph]; done {
		return true
	}
	segments, err := w.font.LoadGlyph(&w.buffer, glyph, w.units(), nil)
	if err != nil {
		w.err = err
		return false
	}
	var path strings.Builder
	for _, s := range segments {
		command, n := "M", 1
		switch s.Op {
		case sfnt.SegmentOpLineTo:
			command = "L"
		case sfnt.SegmentOpQuadTo:
			command, n = "Q", 2
		case sfnt.SegmentOpCubeTo:
			command, n = "C", 3
		}
		if command == "M" && path.Len() > 0 {
			path.WriteByte('Z')
		}
		path.WriteString(command)
		for k, p := range s.Args[:n] {
			if k > 0 {
				path.WriteByte(' ')
			}
			fmt.Fprintf(&path, "%d %d", p.X.Round(), p.Y.Round())
		}
	}
	if path.Len() > 0 {
		path.WriteByte('Z')
	}
	w.shapes[glyph] = path.String()
	return true
}

// defs returns the shapes of all letters, in order.
func (w *writer) defs() []byte {
	var glyphs []sfnt.GlyphIndex
	for glyph, shape := range w.shapes {
		if shape != "" {
			glyphs = append(glyphs, glyph)
		}
	}
	slices.Sort(glyphs)
	var b bytes.Buffer
	b.WriteString("\n<defs>\n")
	for _, glyph := range glyphs {
		fmt.Fprintf(&b, "<path id=\"%s\" d=\"%s\"/>\n", name(glyph), w.shapes[glyph])
	}
	b.WriteString("</defs>")
	return b.Bytes()
}
