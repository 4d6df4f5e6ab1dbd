package plotting

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(Paths)

// Paths returns the figure of runs in two coordinates over the contours of the
// loss: thin lines are runs, the thick line is the expected path, or the mean of
// the runs where that has no closed form. Each problem has a panel.
// The error says that the problem does not have two coordinates.
func Paths(paths []theory.Paths) (Figure, error) {
	problems := unique(mapped(paths, func(p theory.Paths) string { return p.Problem }))
	if len(problems) < 2 {
		return pathsOver(paths)
	}
	figures := make([]Figure, len(problems))
	for i, problem := range problems {
		var err error
		figures[i], err = pathsOver(slices.DeleteFunc(slices.Clone(paths), func(p theory.Paths) bool { return p.Problem != problem }))
		if err != nil {
			return Figure{}, err
		}
	}
	f := multiples("Paths", problems, figures)
	f.Time = figures[0].Time
	return f.linked(), nil
}

// pathsOver draws paths on one problem.
func pathsOver(paths []theory.Paths) (Figure, error) {
	panel := Panel{Equal: true, X: Axis{Label: "coordinate θ₁"}, Y: Axis{Label: "coordinate θ₂"}}
	t := table.Text("method", "θ₁ at the end, mean", "θ₂ at the end, mean")
	palette := newPalette(mapped(paths, func(p theory.Paths) string { return p.Family }))
	var averaged, notes []string
	var means [][][]float64
	for i, p := range paths {
		if d := coordinates(p); d != 2 {
			return Figure{}, fmt.Errorf("plotting: paths of %d coordinates: want a problem of two", d)
		}
		if i == 0 {
			r0, r1 := 1.08*reach(paths, 0), 1.08*reach(paths, 1)
			panel.Series = contours(p, r0, r1)
			panel.X.Min, panel.X.Max, panel.Y.Min, panel.Y.Max = -r0, r0, -r1, r1
		}
		mean := p.Mean
		if mean == nil {
			mean, averaged = meanPath(p), append(averaged, p.Method)
		}
		l := palette.next(p.Family)
		panel.Series = append(panel.Series, Series{Name: p.Method, Kind: KindPath, X: mean[0], Y: mean[1], Time: asFloats(p.Steps), Color: l.color, Dash: l.dash, Width: 2.5})
		for _, run := range p.Theta {
			panel.Series = append(panel.Series, Series{Name: p.Method, X: run[0], Y: run[1], Time: asFloats(p.Steps), Color: colors.Shade(l.color, -0.5), Width: 0.8})
		}
		last := len(p.Steps) - 1
		t.Rows = append(t.Rows, table.Texts(p.Method, number(mean[0][last]), number(mean[1][last])))
		means = append(means, mean)
		notes = append(notes, partialRuns(p.Method, p.Partial, len(p.Theta))...)
	}
	if len(paths) == 0 {
		return Figure{}, errors.New("plotting: no paths to draw")
	}
	thick := "the expected path"
	if len(averaged) > 0 {
		thick += " (of " + strings.Join(averaged, " and ") + " the mean of the runs)"
	}
	return Figure{
		Title:   "Paths: " + common(mapped(paths, func(p theory.Paths) string { return p.Problem })),
		Caption: fmt.Sprintf("Thin: %s of %s (seed %d). Thick: %s. Grey: contours of the loss, each four times the next.", several(len(paths[0].Theta), "run"), several(lastOf(paths[0].Steps), "step"), paths[0].Seed, thick),
		Alt:     "Paths of " + strings.Join(mapped(paths, func(p theory.Paths) string { return p.Method }), " and ") + " from their start towards the minimum at (0, 0), over ellipses of equal loss.",
		Time:    "step t",
		Panels:  []Panel{panel},
		Notes:   notes,
		Table:   t,
	}.found(pathsFinding(paths, means)).linked(), nil
}

// coordinates returns how many coordinates the paths have.
func coordinates(p theory.Paths) int {
	if len(p.Theta) == 0 {
		return len(p.Mean)
	}
	return len(p.Theta[0])
}

// meanPath returns the mean of the runs.
func meanPath(p theory.Paths) [][]float64 {
	mean := make([][]float64, coordinates(p))
	for i := range mean {
		mean[i] = make([]float64, len(p.Steps))
		for _, run := range p.Theta {
			for k, v := range run[i] {
				mean[i][k] += v / float64(len(p.Theta))
			}
		}
	}
	return mean
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

// contours returns ellipses of equal loss, the outermost through the farthest
// corner of the reach, clipped to it.
func contours(p theory.Paths, reach0, reach1 float64) []Series {
	h, turn := p.Curvature, 0.0
	if p.Hessian != nil {
		h, turn = principal(p.Hessian)
	}
	if len(h) != 2 || h[0] <= 0 || h[1] <= 0 {
		return nil
	}
	sin, cos := math.Sincos(turn)
	lossAt := func(x, y float64) float64 {
		u, v := cos*x+sin*y, cos*y-sin*x
		return (h[0]*u*u + h[1]*v*v) / 2
	}
	loss := max(lossAt(reach0, reach1), lossAt(reach0, -reach1))
	if loss == 0 {
		return nil
	}
	var ellipses []Series
	for range contourCount {
		s := Series{Color: grey, Width: 0.6}
		for k := range contourNodes {
			phi := 2 * math.Pi * float64(k) / (contourNodes - 1)
			u, v := math.Sqrt(2*loss/h[0])*math.Cos(phi), math.Sqrt(2*loss/h[1])*math.Sin(phi)
			s.X, s.Y = append(s.X, cos*u-sin*v), append(s.Y, sin*u+cos*v)
		}
		ellipses = append(ellipses, s)
		loss /= contourRatio
	}
	return ellipses
}

// principal returns the eigenvalues of a symmetric matrix of two rows, and the
// angle of the first one's eigenvector.
func principal(h [][]float64) ([]float64, float64) {
	a, b, c := h[0][0], h[0][1], h[1][1]
	middle, half := (a+c)/2, math.Hypot((a-c)/2, b)
	return []float64{middle + half, middle - half}, math.Atan2(2*b, a-c) / 2
}
