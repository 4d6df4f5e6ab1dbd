package plotting

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// writePNG writes the still image of a valid figure.
func (f Figure) writePNG(w io.Writer) error {
	s := f.still()
	c := vgimg.NewWith(vgimg.UseWH(s.width, s.height()), vgimg.UseDPI(stillDPI))
	s.draw(draw.New(c))
	m, ok := c.Image().(*image.RGBA)
	if !ok {
		return png.Encode(w, c.Image())
	}
	return png.Encode(w, paletted(m))
}

// paletted returns the image with at most 256 colours, which makes its file
// three times smaller. A figure of flat colours keeps them all. Of one with
// more shades (smoothed edges) the commonest are kept, and each other pixel
// has the nearest of them.
func paletted(m *image.RGBA) image.Image {
	count := map[[3]uint8]int{}
	pixel := func(k int) [3]uint8 { return [3]uint8(m.Pix[4*k : 4*k+3]) }
	pixels := len(m.Pix) / 4
	for k := range pixels {
		count[pixel(k)]++
	}
	colors := make([][3]uint8, 0, len(count))
	for c := range count {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b [3]uint8) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return slices.Compare(a[:], b[:])
	})
	p := image.NewPaletted(m.Rect, nil)
	index := make(map[[3]uint8]uint8, len(colors))
	for k, c := range colors {
		if k < 256 {
			p.Palette = append(p.Palette, color.RGBA{c[0], c[1], c[2], 255})
			index[c] = uint8(k)
			continue
		}
		index[c] = nearest(colors[:256], c)
	}
	last, at := pixel(0), index[pixel(0)]
	for k := range p.Pix {
		if c := pixel(k); c != last {
			last, at = c, index[c]
		}
		p.Pix[k] = at
	}
	return p
}

func nearest(colors [][3]uint8, c [3]uint8) uint8 {
	best, least := 0, math.MaxInt
	for k, o := range colors {
		r, g, b := int(o[0])-int(c[0]), int(o[1])-int(c[1]), int(o[2])-int(c[2])
		if d := r*r + g*g + b*b; d < least {
			best, least = k, d
		}
	}
	return uint8(best)
}
