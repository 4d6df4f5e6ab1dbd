package plotting

import (
	"image"
	"image/color"
	"image/png"
	"io"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// writePNG writes the still image of a valid figure.
func (f Figure) writePNG(w io.Writer) error {
	c := vgimg.NewWith(vgimg.UseWH(stillWidth, f.stillHeight()), vgimg.UseDPI(stillDPI))
	if err := f.draw(draw.New(c)); err != nil {
		return err
	}
	m, ok := c.Image().(*image.RGBA)
	if !ok {
		return png.Encode(w, c.Image())
	}
	return png.Encode(w, paletted(m))
}

// paletted returns the image with at most 256 colours, which makes its file
// three times smaller. A figure of flat colours keeps them all; one with more
// shades (smoothed edges) has them rounded until they fit.
func paletted(m *image.RGBA) image.Image {
	for bits := 8; bits >= 4; bits-- {
		if p := withBits(m, bits); p != nil {
			return p
		}
	}
	return m
}

// withBits returns the opaque image with channels of so many bits, or nil if
// it has more than 256 colours then.
func withBits(m *image.RGBA, bits int) image.Image {
	var coarse [256]uint8
	levels := 1<<bits - 1
	for v := range coarse {
		coarse[v] = uint8((((v*levels + 127) / 255 * 255) + levels/2) / levels)
	}
	p := image.NewPaletted(m.Rect, nil)
	index := map[[3]uint8]uint8{}
	last, at := [3]uint8{}, uint8(0)
	for k := range p.Pix {
		pixel := m.Pix[4*k : 4*k+3]
		c := [3]uint8{coarse[pixel[0]], coarse[pixel[1]], coarse[pixel[2]]}
		if c != last || k == 0 {
			i, ok := index[c]
			if !ok {
				if len(p.Palette) == 256 {
					return nil
				}
				i = uint8(len(p.Palette))
				index[c], p.Palette = i, append(p.Palette, color.RGBA{c[0], c[1], c[2], 255})
			}
			last, at = c, i
		}
		p.Pix[k] = at
	}
	return p
}
