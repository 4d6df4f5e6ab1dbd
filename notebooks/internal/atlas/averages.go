package atlas

import (
	"fmt"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
)

// averages are the figures of averaged iterates that need no tuning.
var averages = []Figure{
	{"ema-demo", "the lecture's example with and without a moving average", emaDemo},
	{"ema-floor", "what a moving average leaves of the noise, against its memory", emaFloor},
}

func emaDemo() drawn {
	m := nqmkit.SGD(0.02)
	c := nqmkit.Expect(nqmkit.TwoDirections(50, 1), 2000, m, m.EMA(0.9), m.EMA(0.99))
	return curves(fmt.Sprintf("The averages lower the floor from %.3g to %.3g and %.3g, and lag behind at first: they start from θ(0).", c[0].Floor, c[1].Floor, c[2].Floor), c)
}

// emaFloor follows the decay in directions of three curvatures.
func emaFloor() drawn {
	curvatures := []float64{0.001, 0.01, 0.1, 1} // αh
	memory := nqmkit.LogSpaced(1, 1e4, 201)      // 1/(1-γ)
	middle := len(memory) / 2
	f := plotting.Figure{
		Subtitle: "Moving average of SGD in one direction",
		Caption:  "Stationary variance of the average over that of the iterate, exact. An average helps only beyond the memory 1/(αh) that the direction has anyway.",
		Panels: []plotting.Panel{{X: plotting.Axis{Label: "1/(1-γ)", Scale: plotting.Log10},
			Y: plotting.Axis{Label: "variance, ratio", Scale: plotting.Log10}}},
	}
	var rows []nqmkit.Table
	var left []float64
	for k, x := range curvatures {
		plain := must(theory.SteadyVariance(nqmkit.SGD(x), 1, 1))
		ratio := mapped(memory, func(n float64) float64 {
			return must(theory.SteadyVariance(nqmkit.SGD(x).EMA(1-1/n), 1, 1)) / plain
		})
		left = append(left, ratio[middle])
		f.Panels[0].Series = append(f.Panels[0].Series, ordered(k, 4, fmt.Sprintf("αh = %g", x), memory, ratio))
		rows = append(rows, table(column{"alpha_h", "", mapped(memory, func(float64) float64 { return x })},
			column{"decay", "", mapped(memory, func(n float64) float64 { return 1 - 1/n })}, column{"variance_ratio", "", ratio}))
	}
	f.Title = fmt.Sprintf("An average over %.3g steps leaves %.2g of the noise where αh = %g, %.2g where αh = %g",
		memory[middle], left[len(left)-1], curvatures[len(left)-1], left[0], curvatures[0])
	return drawn{f, nqmkit.TableOf(rows)}
}
