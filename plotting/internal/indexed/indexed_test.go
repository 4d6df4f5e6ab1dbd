package indexed_test

import (
	"image"
	"image/color"
	"testing"

	"nqm/plotting/internal/indexed"
)

func TestFlatColoursStay(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 20, 20))
	for i := range 400 {
		m.Set(i%20, i/20, color.RGBA{uint8(i % 16 * 16), 77, 3, 255})
	}
	p := indexed.Image(m, nil)
	for i := range 400 {
		if got, want := color.RGBAModel.Convert(p.At(i%20, i/20)), m.At(i%20, i/20); got != want {
			t.Fatalf("pixel %d became %v, was %v", i, got, want)
		}
	}
}
