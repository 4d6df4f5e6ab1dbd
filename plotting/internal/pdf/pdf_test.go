package pdf_test

import (
	"bytes"
	"image"
	"image/color"
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
