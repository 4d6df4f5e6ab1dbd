package plotting

import "math"

// contourLevels is how many levels are chosen where none are given.
const contourLevels = 8

// levels returns the levels of a contour: its own, or evenly chosen ones.
func (s Series) levels() Values {
	if s.Levels != nil {
		return s.Levels
	}
	a := s.zAxis()
	levels := make(Values, contourLevels)
	for k := range levels {
		at := (float64(k) + 0.5) / contourLevels
		levels[k] = a.inverse(a.forward(a.Min) + at*(a.forward(a.Max)-a.forward(a.Min)))
	}
	return levels
}

// isoline is one connected line of equal z.
type isoline struct {
	level float64
	at    [][2]float64
}

// isolines returns the lines of equal z of a grid: marching squares, with z
// taken as linear between the grid's nodes in the units of the axes, and a
// saddle decided by the mean of its corners. A cell with a corner that is not
// finite has no line.
func (s Series) isolines(x, y Axis) []isoline {
	var all []isoline
	z := s.ZAxis
	for _, level := range s.levels() {
		for _, line := range join(s.crossings(x, y, z, level)) {
			all = append(all, isoline{level, line})
		}
	}
	return all
}

// node names an edge of the grid that a line crosses: from (i, j) to the right
// or upwards.
type node struct {
	i, j int
	up   bool
}

type crossing struct {
	from, to node
	a, b     [2]float64
}

func (s Series) crossings(x, y, z Axis, level float64) []crossing {
	nx := len(s.X)
	height := func(i, j int) float64 { return z.forward(s.Z[j*nx+i]) - z.forward(level) }
	between := func(n node) [2]float64 {
		i, j := n.i, n.j
		h0 := height(i, j)
		if n.up {
			w := h0 / (h0 - height(i, j+1))
			return [2]float64{s.X[i], mix(y, s.Y[j], s.Y[j+1], w)}
		}
		w := h0 / (h0 - height(i+1, j))
		return [2]float64{mix(x, s.X[i], s.X[i+1], w), s.Y[j]}
	}
	var found []crossing
	for j := 0; j+1 < len(s.Y); j++ {
		for i := 0; i+1 < nx; i++ {
			h := [4]float64{height(i, j), height(i+1, j), height(i+1, j+1), height(i, j+1)}
			sides := [4]node{{i, j, false}, {i + 1, j, true}, {i, j + 1, false}, {i, j, true}}
			for _, pair := range cellLines(h) {
				a, b := sides[pair[0]], sides[pair[1]]
				found = append(found, crossing{a, b, between(a), between(b)})
			}
		}
	}
	return found
}

func mix(a Axis, v, w, share float64) float64 {
	return a.inverse((1-share)*a.forward(v) + share*a.forward(w))
}

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
func join(pieces []crossing) [][][2]float64 {
	touching := map[node][]int{}
	for k, p := range pieces {
		touching[p.from], touching[p.to] = append(touching[p.from], k), append(touching[p.to], k)
	}
	used := make([]bool, len(pieces))
	follow := func(end node, line [][2]float64) [][2]float64 {
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
	var lines [][][2]float64
	for k, p := range pieces {
		if used[k] {
			continue
		}
		used[k] = true
		line := follow(p.to, [][2]float64{p.a, p.b})
		back := follow(p.from, nil)
		for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
			back[i], back[j] = back[j], back[i]
		}
		lines = append(lines, append(back, line...))
	}
	return lines
}

// labelled returns for each level the middle of its longest line.
func labelled(lines []isoline) []isoline {
	var best []isoline
	for _, l := range lines {
		n := len(best)
		if n > 0 && best[n-1].level == l.level {
			if len(l.at) > len(best[n-1].at) {
				best[n-1] = l
			}
			continue
		}
		best = append(best, l)
	}
	return best
}

// middle returns the line's label place: a third of the way along, which
// keeps the labels of nested lines off their ends.
func (l isoline) middle() [2]float64 { return l.at[len(l.at)/3] }
