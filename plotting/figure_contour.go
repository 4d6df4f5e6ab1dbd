package plotting

import "nqm/plotting/internal/contour"

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

// isolines returns the lines of equal z: the given ones, or of a grid, with z taken as
// linear between the grid's nodes in the units of the axes.
func (s Series) isolines(x, y Axis) []isoline {
	if s.traced() {
		return s.tracedLines()
	}
	z := s.ZAxis
	grid := contour.Grid{X: mapped(s.X, x.forward), Y: mapped(s.Y, y.forward), Z: mapped(s.Z, z.forward)}
	var all []isoline
	for _, level := range s.levels() {
		for _, line := range grid.Lines(z.forward(level)) {
			at := mapped(line, func(p contour.Point) [2]float64 { return [2]float64{x.inverse(p[0]), y.inverse(p[1])} })
			all = append(all, isoline{level, at})
		}
	}
	return all
}

// tracedLines returns the lines that a contour is given by.
func (s Series) tracedLines() []isoline {
	var all []isoline
	for k, z := range s.Z {
		if k == 0 || s.Z[k-1] != z {
			all = append(all, isoline{level: z})
		}
		last := &all[len(all)-1]
		last.at = append(last.at, [2]float64{s.X[k], s.Y[k]})
	}
	return all
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
