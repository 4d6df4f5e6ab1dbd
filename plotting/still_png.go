package plotting

import (
	"image"
	"image/png"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"nqm/plotting/internal/colors"
	"nqm/plotting/internal/indexed"
)

// writePNG writes the still image of a valid figure.
func (f Figure) writePNG(w io.Writer) error { return sheet{f.still()}.writePNG(w, 1) }

// writePNG writes the image of the figures.
func (s sheet) writePNG(w io.Writer, scale float64) error {
	c := vgimg.NewWith(vgimg.UseWH(s.width()*vg.Length(scale), s.height()*vg.Length(scale)), vgimg.UseDPI(int(math.Round(stillDPI/scale))))
	c.Scale(scale, scale)
	s.draw(draw.NewCanvas(c, s.width(), s.height()))
	smallest := png.Encoder{CompressionLevel: png.BestCompression}
	m, ok := c.Image().(*image.RGBA)
	if !ok {
		return smallest.Encode(w, c.Image())
	}
	return smallest.Encode(w, indexed.Image(m, s.shades()))
}

// shades returns the shades of the heat maps, if there is one.
func (s sheet) shades() [][3]uint8 {
	if !slices.ContainsFunc(s, func(f still) bool {
		return slices.ContainsFunc(f.Panels, func(p Panel) bool {
			return slices.ContainsFunc(p.Series, func(s Series) bool { return s.Kind == KindHeat })
		})
	}) {
		return nil
	}
	var shades [][3]uint8
	for k := range colors.HeatShades {
		c := colors.Heat(float64(k) / (colors.HeatShades - 1))
		shades = append(shades, [3]uint8{c.R, c.G, c.B})
	}
	return shades
}
