package atlas

import (
	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
	text "nqm/theory/table"
)

var dashes = []plotting.Dash{plotting.Solid, plotting.Dashed, plotting.Dotted}

// must is for the questions that only theory answers.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// curves draws expected loss, with every point in the table.
func curves(caption string, c []theory.Curve) drawn {
	f := plotting.LossCurves(c)
	f.Caption = caption
	return drawn{f, nqmkit.TableOf(c)}
}

// line returns a line of a family of methods, labelled at its end.
func line(family, name string, x, y []float64) plotting.Series {
	return plotting.Series{Name: name, End: name, X: x, Y: y, Width: 2, Color: plotting.ColorOf(family)}
}

// ordered returns line k of n values of a parameter, labelled at its end.
func ordered(k, n int, name string, x, y []float64) plotting.Series {
	s := line("", name, x, y)
	s.Color, s.Dash = plotting.OrderedColors(n)[k], dashes[k%len(dashes)]
	return s
}

// inLegend moves the name of a line from its end to the legend.
func inLegend(s plotting.Series) plotting.Series {
	s.End = ""
	return s
}

// approximation returns what a rule of thumb says, in grey.
func approximation(name string, x, y []float64) plotting.Series {
	return plotting.Series{Name: name, X: x, Y: y, Width: 1.5, Color: plotting.NeutralColors()[2], Dash: plotting.Dashed}
}

// times writes a ratio with two digits.
func times(ratio float64) string {
	return text.TwoDigits(ratio) + " times"
}

// mapped returns f of each number.
func mapped(x []float64, f func(float64) float64) []float64 {
	y := make([]float64, len(x))
	for k, v := range x {
		y[k] = f(v)
	}
	return y
}

// table makes a table of columns of numbers.
func table(columns ...column) nqmkit.Table {
	var t nqmkit.Table
	for _, c := range columns {
		t.Columns = append(t.Columns, nqmkit.Column{Name: c.name, Unit: c.unit})
	}
	for i := range columns[0].values {
		row := make([]any, len(columns))
		for k, c := range columns {
			row[k] = c.values[i]
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

type column struct {
	name, unit string
	values     []float64
}
