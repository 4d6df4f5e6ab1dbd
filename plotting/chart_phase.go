package plotting

import (
	"math"

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
	f.Caption = "Colours: steps in which the mean falls to 1/e along the slowest direction, without noise; grey is unstable. The diamond is the best pair."
	f.Table.Rows = append(f.Table.Rows, table.Texts("its spectral radius", number(m.Best.Radius)))
	return f
}

// phaseNodes is how many points a boundary has.
const phaseNodes = 200
