package plotting

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"nqm/plotting/internal/colors"
)

// A heat map in a still image has as many shades as there are: no bands.
func TestAHeatMapKeepsItsShades(t *testing.T) {
	grid := Series{Kind: KindHeat, ZAxis: Axis{Label: "z"}, X: Values{0, 1}}
	for k := 0; k < colors.HeatShades; k += 2 { // a row is wide enough to be seen
		grid.Y = append(grid.Y, float64(k))
		grid.Z = append(grid.Z, float64(k), float64(k))
	}
	grid.ZAxis.Max = colors.HeatShades - 1
	f := Figure{Title: "Smoothed letters of a title", Panels: []Panel{{X: Axis{Label: "x"}, Y: Axis{Label: "y"}, Series: []Series{grid}}}}
	var b bytes.Buffer
	if err := f.writePNG(&b); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(m.(*image.Paletted).Palette); got > 256 {
		t.Errorf("%d colours", got)
	}
	seen := map[[3]uint32]bool{}
	middle := (m.Bounds().Min.X + m.Bounds().Max.X) / 2
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		r, g, b, _ := m.At(middle, y).RGBA()
		seen[[3]uint32{r, g, b}] = true
	}
	missing := 0
	for k := 0; k < colors.HeatShades; k += 2 {
		r, g, b, _ := colors.Heat(float64(k) / (colors.HeatShades - 1)).RGBA()
		if !seen[[3]uint32{r, g, b}] {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d of %d shades of the map are not in the image", missing, colors.HeatShades/2)
	}
}
