package plotting

import (
	"fmt"
	"image/color"
	"math"
	"sync"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The size of a saved figure: as wide as a paper's text, in letters that can
// still be read where the paper prints it at half that width.
const (
	stillWidth  = 6 * vg.Inch
	stillWide   = 7.5 * vg.Inch // with three and more columns
	stillPanel  = 3.2 * vg.Inch // height of a single panel with its axis
	stillPanels = 2.3 * vg.Inch // height of each of several rows of panels
	lineHeight  = 1.35          // of its letters
	stillDPI    = 144
)

// The sizes of letters in a saved figure, in points.
const (
	titleSize = 13
	labelSize = 11.5
	tickSize  = 10.5
	noteSize  = 9.5
)

var (
	ink      = color.NRGBA{R: 0x1a, G: 0x1a, B: 0x1a, A: 255}
	mutedInk = color.NRGBA{R: 0x5f, G: 0x63, B: 0x68, A: 255}
	gridInk  = color.NRGBA{R: 0xe6, G: 0xe6, B: 0xe6, A: 255}
)

// dejavu is DejaVu Sans, which has the Greek letters, superscripts and subscripts of
// the labels.
var dejavu = sync.OnceValue(func() *opentype.Font {
	face, err := opentype.Parse(dejavusans.TTF)
	if err != nil {
		panic(fmt.Sprintf("plotting: the font does not parse: %v", err))
	}
	return face
})

// letters writes text in it.
var letters = sync.OnceValue(func() text.Handler {
	return text.Plain{Fonts: font.NewCache(font.Collection{{Font: typeface, Face: dejavu()}})}
})

var typeface = font.Font{Typeface: "DejaVu", Variant: "Sans"}

func textStyle(size float64, ink color.Color) text.Style {
	return withFont(text.Style{Color: ink, YAlign: draw.YBottom}, size)
}

func withFont(s text.Style, size float64) text.Style {
	s.Font, s.Handler = font.From(typeface, vg.Points(size)), letters()
	return s
}

// shortened cuts a text that is wider than the room, and says so by an ellipsis.
func shortened(words string, size float64, room vg.Length) string {
	style := textStyle(size, ink)
	return cutAt(words, func(cut string) bool { return style.Width(cut) <= room })
}

// shortenedApart cuts texts that are wider than the room, so that those that
// differ stay different.
func shortenedApart(texts []string, size float64, room vg.Length) []string {
	style := textStyle(size, ink)
	return cutApart(texts, func(cut string) bool { return style.Width(cut) <= room })
}

// wrapped breaks a text into lines no wider than the room, within a value only
// if that is wider, and within a word likewise.
func wrapped(words string, size float64, room vg.Length) []string {
	style := textStyle(size, ink)
	return broken(words, func(line string) bool { return style.Width(line) <= room })
}

// faded returns the colour with an opacity between 0 and 1.
func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(255 * opacity))
	return c
}
