// Package indexed gives an image few enough colours for the palette of a PNG.
package indexed

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// few colours are enough for flat colours with smoothed edges, and make a file a
// quarter smaller than the 256 that a palette may have.
const few = 64

// Image returns the image with the exact colours, of which there are fewer than
// 256, and few others, or, if there are no exact ones, with few in all: that makes
// its file four times smaller. A figure of no more keeps them all. Of one with
// more, by its smoothed edges, each pixel has the nearest of the exact colours
// and others that cover the rest.
func Image(m *image.RGBA, exact [][3]uint8) image.Image {
	count := map[[3]uint8]int{}
	for from, to := 0, 0; from < len(m.Pix); from = to {
		to = run(m.Pix, from)
		count[[3]uint8(m.Pix[from:from+3])] += (to - from) / 4
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
	kept, most := colors, min(len(exact)+few, 256)
	if len(kept) > most {
		kept = covering(exact, colors, most)
	}
	p := image.NewPaletted(m.Rect, nil)
	for _, c := range kept {
		p.Palette = append(p.Palette, color.RGBA{c[0], c[1], c[2], 255})
	}
	index := make(map[[3]uint8]uint8, len(colors))
	for _, c := range colors {
		k, _ := nearest(kept, c)
		index[c] = uint8(k)
	}
	for from, to := 0, 0; from < len(m.Pix); from = to {
		to = run(m.Pix, from)
		at := index[[3]uint8(m.Pix[from:from+3])]
		for k := from / 4; k < to/4; k++ {
			p.Pix[k] = at
		}
	}
	return p
}

// run returns the end of the pixels of one colour that begin at a place.
func run(pix []uint8, from int) int {
	to := from + 4
	for to < len(pix) && pix[to] == pix[from] && pix[to+1] == pix[from+1] && pix[to+2] == pix[from+2] {
		to += 4
	}
	return to
}

// covering returns at most n colours, such that each of the given has one of
// them near: first the exact ones, fewer than n, then others in their order,
// each unless one is kept within a distance, for the smallest of a growing
// sequence of distances that suffices.
func covering(exact, colors [][3]uint8, n int) [][3]uint8 {
	for distance := 0; ; distance += distance/2 + 1 {
		kept := slices.Clone(exact)
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
