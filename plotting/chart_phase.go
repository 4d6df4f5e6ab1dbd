package plotting

import (
	"fmt"
	"math"
	"slices"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(each("Momentum", func(m theory.PhaseMap) string { return m.Problem },
	func(theory.PhaseMap) string { return "" }, PhaseMap))

// PhaseMap returns the figure of momentum's convergence over learning rate and
// momentum: colours are the steps in which the mean falls to 1/e along the
// slowest direction, grey is unstable. The lines are the critical damping
// β = (1 - √(αh))² of the stiffest and the flattest direction, below which a
// direction is monotone, or flips its sign where αh > 1, and the edge of
// stability αh = 2(1+β).
func PhaseMap(m theory.PhaseMap) Figure {
	grid := Series{X: m.LearningRate, Y: m.Momentum, ZAxis: Axis{Label: "steps to 1/e", Scale: Log10}}
	for _, row := range m.Radius {
		for _, radius := range row {
			steps := math.Inf(1)
			if radius < 1 {
				steps = -1 / math.Log(radius)
			}
			grid.Z = append(grid.Z, steps)
		}
	}
	last := 4 / m.Stiffest
	contour := grid
	toTheBorder(&grid)
	critical := func(name string, h float64) Series {
		s := Series{Name: name}
		for k := range phaseNodes {
			x := last * h * math.Pow((float64(k)+0.5)/phaseNodes, 2) // the root is steep at 0
			if beta := math.Pow(1-math.Sqrt(x), 2); beta < 1 {
				s.X, s.Y = append(s.X, x/h), append(s.Y, beta)
			}
		}
		return s
	}
	boundaries := []Series{
		critical("critical, stiffest direction", m.Stiffest),
		critical("critical, flattest direction", m.Flattest),
		{Name: "edge of stability", X: Values{last / 2, last}, Y: Values{0, 1}},
	}
	f := HeatMap("Momentum: "+m.Problem,
		Axis{Label: "learning rate α", Max: last}, Axis{Label: "momentum β", Max: 1},
		grid, boundaries, &[2]float64{m.Best.Optimizer.LearningRate, m.Best.Optimizer.Momentum})
	contour.Kind, contour.Color, contour.Width, contour.Levels = KindContour, "#ffffff", 0.8, roundLevels(grid.zAxis())
	mask := Series{Kind: KindBand, X: Values{last / 2, last}, Y: Values{0, 0}, High: Values{0, 1}, Color: colors.NoPlace, Opacity: 1, End: "diverges"}
	f.Panels[0].Series = slices.Insert(f.Panels[0].Series, 1, contour, mask)
	f.Caption = "Colours: steps in which the mean falls to 1/e along the slowest direction, without noise, with white lines of equal numbers; grey is unstable. The diamond is the best pair."
	f.Table.Rows = append(f.Table.Rows, table.Texts("its spectral radius", number(m.Best.Radius)))
	if r := m.Best.Radius; 0 < r && r < 1 {
		o := rounded(m.Best.Optimizer)
		f = f.found(fmt.Sprintf("without noise momentum is fastest at α=%.3g, β=%.3g: 1/e in %.3g steps", o.LearningRate, o.Momentum, -1/math.Log(r)))
	}
	return f.linked()
}

// toTheBorder gives cells without a number beside one that has one its number: what
// lies beyond the border is masked, exactly.
func toTheBorder(grid *Series) {
	n, z := len(grid.X), slices.Clone(grid.Z)
	for i, v := range grid.Z {
		if !math.IsInf(v, 1) {
			continue
		}
		for _, d := range []int{-1, -2, n, n - 1, 2 * n} { // smaller rates, larger momenta
			if k := i + d; 0 <= k && k < len(z) && (d > 0 || k/n == i/n) && !math.IsInf(grid.Z[k], 1) {
				z[i] = grid.Z[k]
				break
			}
		}
	}
	grid.Z = z
}

// roundLevels returns 1, 2 and 5 times powers of ten within an axis, or powers
// alone where these are many.
func roundLevels(a Axis) Values {
	for _, multiples := range [][]float64{{1, 2, 5}, {1}} {
		var levels Values
		for e := math.Floor(math.Log10(a.Min)); e <= math.Log10(a.Max); e++ {
			for _, m := range multiples {
				if v := m * math.Pow(10, e); a.Min < v && v < a.Max {
					levels = append(levels, v)
				}
			}
		}
		if len(levels) <= mostLevels {
			return levels
		}
	}
	return nil
}

// mostLevels is how many lines of equal numbers a map has.
const mostLevels = 8

// phaseNodes is how many points a boundary has.
const phaseNodes = 200
