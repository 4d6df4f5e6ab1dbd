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
		grid.Z = append(grid.Z, mapped(row, memory)...)
	}
	x := rateAxis(m)
	contour := Series{Kind: KindContour, Color: "#ffffff", Width: 0.8}
	for _, steps := range roundLevels(grid.zAxis()) {
		contour.trace(m, x, steps)
	}
	toTheBorder(&grid)
	rates := phaseRates(m, x)
	boundary := func(name string, beta func(alpha float64) float64) Series {
		s := Series{Name: name}
		for _, alpha := range rates {
			if b := beta(alpha); 0 <= b && b <= 1 {
				s.X, s.Y = append(s.X, alpha), append(s.Y, b)
			}
		}
		return s
	}
	critical := func(h float64) func(float64) float64 {
		return func(alpha float64) float64 { return math.Pow(1-math.Sqrt(alpha*h), 2) }
	}
	border := func(alpha float64) float64 { return alpha*m.Stiffest/2 - 1 }
	f := HeatMap("Momentum: "+m.Problem, x, Axis{Label: "momentum β", Max: 1}, grid, []Series{
		boundary("critical, stiffest direction", critical(m.Stiffest)),
		boundary("critical, flattest direction", critical(m.Flattest)),
		boundary("edge of stability", border),
	}, &[2]float64{m.Best.Optimizer.LearningRate, m.Best.Optimizer.Momentum})
	mask := Series{Kind: KindBand, Color: colors.NoPlace, Opacity: 1, End: "diverges"}
	for _, alpha := range rates {
		if beta := border(alpha); beta >= 0 {
			mask.X, mask.Y, mask.High = append(mask.X, alpha), append(mask.Y, 0), append(mask.High, min(beta, 1))
		}
	}
	f.Panels[0].Series = slices.Insert(f.Panels[0].Series, 1, contour, mask)
	f.Caption = "Colours: steps in which the mean falls to 1/e along the slowest direction, without noise, with white lines of equal numbers; grey is unstable. The diamond is the best pair."
	f.Table.Rows = append(f.Table.Rows, table.Texts("its spectral radius", number(m.Best.Radius)))
	if r := m.Best.Radius; 0 < r && r < 1 {
		o := rounded(m.Best.Optimizer)
		f = f.found(fmt.Sprintf("without noise momentum is fastest at α=%.3g, β=%.3g: 1/e in %.3g steps", o.LearningRate, o.Momentum, -1/math.Log(r)))
	}
	return f.linked()
}

// trace appends the line on which the mean falls to 1/e in so many steps along the slower
// of the stiffest and the flattest direction. With the radius r = e^(-1/steps) both roots of
// z² - (1+β-αh) z + β lie within r where β <= r² and |1+β-αh| <= r + β/r (Jury), so that α
// goes from (1-r)(1-β/r)/h of the flattest to (1+r)(1+β/r)/h of the stiffest direction:
// straight on a linear axis x.
func (s *Series) trace(m theory.PhaseMap, x Axis, steps float64) {
	pieces := 30
	if x.Scale == Linear {
		pieces = 3
	}

	r, below := math.Exp(-1/steps), -math.Expm1(-1/steps)
	slow, fast := below*m.Stiffest, (1+r)*m.Flattest
	least, most := max(r*(slow-fast)/(slow+fast), 0), r*r // the two sides meet at the least β
	if least > most {
		return
	}
	add := func(alpha, beta float64) {
		s.X, s.Y, s.Z = append(s.X, alpha), append(s.Y, beta), append(s.Z, steps)
	}
	slowest := func(beta float64) float64 { return below * (1 - beta/r) / m.Flattest }
	fastest := func(beta float64) float64 { return (1 + r) * (1 + beta/r) / m.Stiffest }
	for k := range 3*pieces + 1 { // most of its points where its label stands
		beta := least + (most-least)*float64(k)/float64(3*pieces)
		add(slowest(beta), beta)
	}
	for k := range pieces {
		add(slowest(most)+(fastest(most)-slowest(most))*float64(k)/float64(pieces), most)
	}
	for k := range pieces + 1 {
		beta := most - (most-least)*float64(k)/float64(pieces)
		add(fastest(beta), beta)
	}
}

// rateAxis returns the axis of a map's learning rates: from edge to edge of its cells,
// logarithmic if the rates are so.
func rateAxis(m theory.PhaseMap) Axis {
	a, n := Axis{Label: "learning rate α"}, len(m.LearningRate)
	if n < 2 {
		return a
	}
	low, middle, high := m.LearningRate[0], m.LearningRate[n/2], m.LearningRate[n-1]
	if math.Abs(math.Log(middle*middle/low/high)) < math.Abs(math.Log(2*middle/(low+high))) {
		a.Scale = Log10
	}
	edges := cellEdges(a, m.LearningRate)
	a.Min, a.Max = edges[0], edges[n]
	if a.Scale == Linear && a.Min < 1e-9*a.Max {
		a.Min = 0
	}
	if last := 4 / m.Stiffest; math.Abs(a.Max/last-1) < 1e-9 {
		a.Max = last
	}
	return a
}

// phaseRates returns the learning rates at which a map's boundaries have points: on a
// linear axis denser at its foot, where a root is steep, and with the ends of the border.
func phaseRates(m theory.PhaseMap, x Axis) Values {
	var rates Values
	for k := range phaseNodes + 1 {
		share := float64(k) / phaseNodes
		if x.Scale == Linear {
			share *= share
		}
		rates = append(rates, x.inverse(x.forward(x.Min)+share*(x.forward(x.Max)-x.forward(x.Min))))
	}
	for _, end := range []float64{2 / m.Stiffest, 4 / m.Stiffest} {
		if x.Min < end && end < x.Max {
			rates = append(rates, end)
		}
	}
	slices.Sort(rates)
	return rates
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
