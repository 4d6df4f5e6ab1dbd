package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"io"
	"regexp"
	"testing"

	"gonum.org/v1/plot/vg"

	"nqm/plotting/internal/pdf"
)

// A page with several images of one size has the same bytes each time.
func TestImagesInOrder(t *testing.T) {
	page := func() []byte {
		c := pdf.New(300, 100)
		for k := range 4 {
			m := image.NewNRGBA(image.Rect(0, 0, 8, 8))
			for i := range 64 {
				m.Set(i%8, i/8, color.NRGBA{uint8(40 * k), uint8(4 * i), 0, 255})
			}
			x := vg.Length(70 * k)
			c.DrawImage(vg.Rectangle{Min: vg.Point{X: x}, Max: vg.Point{X: x + 60, Y: 60}}, m)
		}
		var b bytes.Buffer
		if _, err := c.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	first := page()
	for range 20 {
		if !bytes.Equal(page(), first) {
			t.Fatal("two pages differ")
		}
	}
}

// An image lies in its rectangle at every scale of the canvas.
func TestImageIsScaled(t *testing.T) {
	for _, scale := range []float64{1, 0.5, 1.75} {
		c := pdf.New(400, 400)
		c.Scale(scale, scale)
		c.DrawImage(vg.Rectangle{Min: vg.Point{X: 20, Y: 40}, Max: vg.Point{X: 120, Y: 100}}, image.NewNRGBA(image.Rect(0, 0, 8, 8)))
		var b bytes.Buffer
		if _, err := c.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("q %.5f 0 0 %.5f %.5f %.5f cm", 100*scale, 60*scale, 20*scale, 40*scale)
		if got := placing.Find(drawn(t, b.Bytes())); string(got) != want {
			t.Errorf("scaled by %v the image is placed by %q, want %q", scale, got, want)
		}
	}
}

var (
	stream  = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	placing = regexp.MustCompile(`q [^q]* cm`)
)

// drawn returns what the first page draws.
func drawn(t *testing.T, file []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(stream.FindSubmatch(file)[1]))
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return page
}
