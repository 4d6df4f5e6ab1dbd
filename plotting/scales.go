package plotting

import (
	"fmt"

	"nqm/theory"
)

// NoiseScales returns the figure of the two gradient noise scales along the
// path of a method: as the gradient falls and the noise stays, they rise.
func NoiseScales(s theory.NoiseScales) Figure {
	x := stepAxis(lastOf(s.Steps))
	p := Panel{X: x, Y: Axis{Label: "noise scale B", Scale: Log10}}
	for _, line := range []Series{
		{Name: "B_noise = tr HC / E g′Hg", Y: s.Noise, Color: purple},
		{Name: "B_simple = tr C / E g′g", Y: s.Simple, Color: green, Dash: Dashed},
	} {
		line.X, line.Width = asFloats(s.Steps), 2
		p.Series = append(p.Series, x.from(line))
	}
	f := Figure{
		Title:   "Gradient noise scales along the path",
		Caption: "Exact. A batch of B makes the best single step of SGD gain 1/(1 + B_noise/B) of what the exact gradient would: larger batches pay while B is below the line.",
		Panels:  []Panel{p},
		Table:   Table{Columns: []string{"t", "B_noise", "B_simple"}},
	}
	for _, k := range few(len(s.Steps), 6) {
		f.Table.Rows = append(f.Table.Rows, []string{fmt.Sprint(s.Steps[k]), number(s.Noise[k]), number(s.Simple[k])})
	}
	return f
}
