// Package contour finds the lines of equal height of a grid.
package contour

import (
	"math"
	"slices"
)

// Point is a place in the plane of the grid.
type Point = [2]float64

// Grid is the heights over columns at X and rows at Y, which increase: Z is row
// by row. Heights that are not finite have no lines around them.
type Grid struct{ X, Y, Z []float64 }

// Lines returns the connected lines on which a grid has a height: marching
// squares, with the height taken as linear between the grid's nodes, and a
// saddle decided by the mean of its corners.
func (g Grid) Lines(height float64) [][]Point { return join(g.crossings(height)) }

// node names an edge of the grid that a line crosses: from (i, j) to the right
// or upwards.
type node struct {
	i, j int
	up   bool
}

type crossing struct {
	from, to node
	a, b     Point
}

func (g Grid) crossings(level float64) []crossing {
	nx := len(g.X)
	above := func(i, j int) float64 { return g.Z[j*nx+i] - level }
	between := func(n node) Point {
		i, j := n.i, n.j
		h0 := above(i, j)
		if n.up {
			return Point{g.X[i], mix(g.Y[j], g.Y[j+1], h0/(h0-above(i, j+1)))}
		}
		return Point{mix(g.X[i], g.X[i+1], h0/(h0-above(i+1, j))), g.Y[j]}
	}
	var found []crossing
	for j := 0; j+1 < len(g.Y); j++ {
		for i := 0; i+1 < nx; i++ {
			h := [4]float64{above(i, j), above(i+1, j), above(i+1, j+1), above(i, j+1)}
			sides := [4]node{{i, j, false}, {i + 1, j, true}, {i, j + 1, false}, {i, j, true}}
			for _, pair := range cellLines(h) {
				a, b := sides[pair[0]], sides[pair[1]]
				found = append(found, crossing{a, b, between(a), between(b)})
			}
		}
	}
	return found
}

func mix(v, w, share float64) float64 { return (1-share)*v + share*w }

// cellLines returns which sides (below, right, above, left) of a cell each
// line through it joins, from the signs of its corners.
func cellLines(h [4]float64) [][2]int {
	code := 0
	for k, v := range h {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		if v > 0 {
			code |= 1 << k
		}
	}
	switch code {
	case 1, 14:
		return [][2]int{{3, 0}}
	case 2, 13:
		return [][2]int{{0, 1}}
	case 4, 11:
		return [][2]int{{1, 2}}
	case 8, 7:
		return [][2]int{{2, 3}}
	case 3, 12:
		return [][2]int{{3, 1}}
	case 6, 9:
		return [][2]int{{0, 2}}
	case 5, 10:
		if (h[0]+h[1]+h[2]+h[3] > 0) == (code == 5) {
			return [][2]int{{0, 1}, {2, 3}}
		}
		return [][2]int{{3, 0}, {1, 2}}
	}
	return nil
}

// join makes lines as long as they go out of pieces that share their ends.
func join(pieces []crossing) [][]Point {
	touching := map[node][]int{}
	for k, p := range pieces {
		touching[p.from], touching[p.to] = append(touching[p.from], k), append(touching[p.to], k)
	}
	used := make([]bool, len(pieces))
	follow := func(end node, line []Point) []Point {
		for {
			next := -1
			for _, k := range touching[end] {
				if !used[k] {
					next = k
				}
			}
			if next < 0 {
				return line
			}
			used[next] = true
			p := pieces[next]
			if p.from == end {
				line, end = append(line, p.b), p.to
			} else {
				line, end = append(line, p.a), p.from
			}
		}
	}
	var lines [][]Point
	for k, p := range pieces {
		if used[k] {
			continue
		}
		used[k] = true
		line := follow(p.to, []Point{p.a, p.b})
		back := follow(p.from, nil)
		slices.Reverse(back)
		lines = append(lines, append(back, line...))
	}
	return lines
}
