package plotting

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"nqm/theory"
)

// Paths returns the figure of runs in two coordinates over the contours of the
// loss: thin lines are runs, the thick line is the expected path.
// The error says that the problem does not have two coordinates.
func Paths(paths []theory.Paths) (Figure, error) {
	panel := Panel{X: Axis{Label: "coordinate θ₁"}, Y: Axis{Label: "coordinate θ₂"}}
	table := Table{Columns: []string{"method", "θ₁ at the end, mean", "θ₂ at the end, mean"}}
	colors := newPalette(families(paths, func(p theory.Paths) string { return p.Family }))
	for i, p := range paths {
		if len(p.Mean) != 2 {
			return Figure{}, fmt.Errorf("plotting: paths of %d coordinates: want a problem of two", len(p.Mean))
		}
		if i == 0 {
			r0, r1 := 1.08*reach(paths, 0), 1.08*reach(paths, 1)
			panel.Series = contours(p.Curvature, r0, r1)
			panel.X.Min, panel.X.Max, panel.Y.Min, panel.Y.Max = -r0, r0, -r1, r1
		}
		l := colors.next(p.Family)
		panel.Series = append(panel.Series, Series{Name: p.Method, Kind: Path, X: p.Mean[0], Y: p.Mean[1], Time: asFloats(p.Steps), Color: l.color, Dash: l.dash, Width: 2.5})
		for _, run := range p.Theta {
			panel.Series = append(panel.Series, Series{Name: p.Method, X: run[0], Y: run[1], Time: asFloats(p.Steps), Color: shade(l.color, -0.5), Width: 0.8})
		}
		last := len(p.Steps) - 1
		table.Rows = append(table.Rows, []string{p.Method, number(p.Mean[0][last]), number(p.Mean[1][last])})
	}
	if len(paths) == 0 {
		return Figure{}, errors.New("plotting: no paths to draw")
	}
	return Figure{
		Title:   "Paths: " + common(families(paths, func(p theory.Paths) string { return p.Problem })),
		Caption: fmt.Sprintf("Thin: %d runs of %d steps (seed %d). Thick: the expected path. Grey: contours of the loss, each four times the next.", len(paths[0].Theta), paths[0].Steps[len(paths[0].Steps)-1], paths[0].Seed),
		Alt:     "Paths of " + strings.Join(families(paths, func(p theory.Paths) string { return p.Method }), " and ") + " from their start towards the minimum at (0, 0), over ellipses of equal loss.",
		Time:    "step t",
		Panels:  []Panel{panel},
		Table:   table,
	}, nil
}

// reach returns the largest |θ_i| of all runs, the finite ones.
func reach(paths []theory.Paths, i int) float64 {
	top := 0.0
	for _, p := range paths {
		for _, run := range p.Theta {
			for _, v := range run[i] {
				if a := math.Abs(v); a > top && !math.IsInf(a, 1) {
					top = a
				}
			}
		}
	}
	return top
}

const (
	contourCount = 6
	contourRatio = 4 // of the losses of neighbouring contours
	contourNodes = 121
)

// contours returns ellipses of equal loss, the outermost through the corner
// of the reach, clipped to it.
func contours(h []float64, reach0, reach1 float64) []Series {
	loss := (h[0]*reach0*reach0 + h[1]*reach1*reach1) / 2
	if h[0] <= 0 || h[1] <= 0 || loss == 0 {
		return nil
	}
	var ellipses []Series
	for range contourCount {
		s := Series{Color: grey, Width: 0.6}
		for k := range contourNodes {
			phi := 2 * math.Pi * float64(k) / (contourNodes - 1)
			s.X = append(s.X, math.Sqrt(2*loss/h[0])*math.Cos(phi))
			s.Y = append(s.Y, math.Sqrt(2*loss/h[1])*math.Sin(phi))
		}
		ellipses = append(ellipses, s)
		loss /= contourRatio
	}
	return ellipses
}
