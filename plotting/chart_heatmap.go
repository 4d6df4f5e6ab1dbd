package plotting

import "nqm/theory/table"

// HeatMap returns the figure of a number over two hyperparameters, such as
// the rate of convergence over learning rate and momentum: a heat map, with
// boundaries as labelled lines, and the best pair as a marked point. Nothing
// is marked if the best pair is nil.
//
// The grid is a series of kind Heat, its colours' label and scale its ZAxis;
// cells without a finite number are grey. Boundaries are lines in black. Without a title it
// is where the least number of steps, loss or time is.
func HeatMap(title string, x, y Axis, grid Series, boundaries []Series, best *[2]float64) Figure {
	grid.Kind = KindHeat
	p := Panel{X: x, Y: y, Series: []Series{grid}}
	for i, b := range boundaries {
		b.Color = black
		if b.Dash == Solid {
			b.Dash = dashes[i%len(dashes)]
		}
		p.Series = append(p.Series, b)
	}
	f := Figure{Title: title, Table: table.Text("quantity", "value")}
	if best != nil {
		p.Series = append(p.Series, Series{Name: "best pair", Kind: KindPoints, Marker: Diamond, X: Values{best[0]}, Y: Values{best[1]}, Color: black})
		f.Table.Rows = [][]any{table.Texts("best "+x.Label, number(best[0])), table.Texts("best "+y.Label, number(best[1]))}
	}
	f.Panels = []Panel{p}
	f.Caption = "Colours: " + grid.ZAxis.Label + ". Lines: boundaries."
	if title == "" {
		f.Title = upper(grid.ZAxis.Label) + " over " + x.Label + " and " + y.Label
		f = f.found(sweepFinding(grid.ZAxis.Label, grid.Z, func(k int) string {
			return "at " + valueOf(x.Label, grid.X[k%len(grid.X)]) + ", " + valueOf(y.Label, grid.Y[k/len(grid.X)])
		}))
	}
	return f.linked()
}
