package plotting

import (
	"fmt"
	"strings"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(NoiseScales)

// NoiseScales returns the figure of the two gradient noise scales along the
// path of a method: as the gradient falls and the noise stays, they rise. Those
// along several paths are numbered, and run from light to dark.
func NoiseScales(paths ...theory.NoiseScales) Figure {
	last := 0
	for _, s := range paths {
		last = max(last, lastOf(s.Steps))
	}
	x := stepAxis(last)
	f := Figure{
		Title:   "Gradient noise scales along the path",
		Caption: "Exact. A batch of B makes the best single step of SGD gain 1/(1 + B_noise/B) of what the exact gradient would: larger batches pay while B is below the line.",
		Panels:  []Panel{{X: x, Y: Axis{Label: "noise scale B", Scale: Log10}}},
		Table:   table.Text("t", "B_noise", "B_simple"),
	}
	if len(paths) > 1 {
		f.Title = fmt.Sprintf("Gradient noise scales along %d paths", len(paths))
		f.Table = table.Text("path", "t", "B_noise", "B_simple")
	}
	all := 0
	for i, s := range paths {
		all += len(s.Steps)
		name := nth("path", i, len(paths))
		for _, line := range []Series{
			{Name: "B_noise = tr HC / E g′Hg", Y: s.Noise, Color: black},
			{Name: "B_simple = tr C / E g′g", Y: s.Simple, Color: slate, Dash: Dashed},
		} {
			line.X, line.Width = asFloats(s.Steps), 2
			if len(paths) > 1 {
				short, _, _ := strings.Cut(line.Name, " ")
				line.Name, line.Color = short+", "+name, colors.Sequence(i, len(paths))
			}
			f.Panels[0].Series = append(f.Panels[0].Series, x.fromStart(line))
		}
		for _, k := range few(len(s.Steps), 6) {
			cells := []string{fmt.Sprint(s.Steps[k]), number(s.Noise[k]), number(s.Simple[k])}
			if len(paths) > 1 {
				cells = append([]string{name}, cells...)
			}
			f.Table.Rows = append(f.Table.Rows, table.Texts(cells...))
		}
	}
	f.Table = partOf(f.Table, all)
	if len(paths) > 1 {
		labelEnds(f.Panels[0].Series)
	}
	return f.found(scalesFinding(paths)).linked()
}
