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
// more shades (smoothed edges, heat maps) each pixel has the nearest of 256
// that cover them all.
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
	kept := covering(colors, 256)
	p := image.NewPaletted(m.Rect, nil)
	for _, c := range kept {
		p.Palette = append(p.Palette, color.RGBA{c[0], c[1], c[2], 255})
	}
	index := make(map[[3]uint8]uint8, len(colors))
	for _, c := range colors {
		k, _ := nearest(kept, c)
		index[c] = uint8(k)
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

// covering returns at most n of the colours, such that each has one of them
// near. It takes them in their order, each unless one is kept within a
// distance, for the smallest of a growing sequence of distances that suffices.
func covering(colors [][3]uint8, n int) [][3]uint8 {
	for distance := 0; ; distance += distance/2 + 1 {
		var kept [][3]uint8
		for _, c := range colors {
			if _, d := nearest(kept, c); d > distance {
				kept = append(kept, c)
			}
			if len(kept) > n {
				break
			}
		}
		if len(kept) <= n {
			return kept
		}
	}
}

// nearest returns the place of the colour that is nearest to c, and the square
// of its distance.
func nearest(colors [][3]uint8, c [3]uint8) (place, distance int) {
	distance = math.MaxInt
	for k, o := range colors {
		r, g, b := int(o[0])-int(c[0]), int(o[1])-int(c[1]), int(o[2])-int(c[2])
		if d := r*r + g*g + b*b; d < distance {
			place, distance = k, d
		}
	}
	return place, distance
}
