package theory

import "nqm/theory/table"

// Every result has a method Records, beside its type: the rows of its table.
// Columns have the same name in every table. Here is what several share.

// column is a list of numbers along the steps of a result; nil is none.
type column struct {
	name   string
	values []float64
}

// along returns a row for each step, with the same head in each.
func along(head table.Record, steps []int, columns ...column) []table.Record {
	rows := make([]table.Record, len(steps))
	for k, t := range steps {
		rows[k] = head.With("steps", t)
	}
	return withColumns(rows, columns...)
}

func withColumns(rows []table.Record, columns ...column) []table.Record {
	for k := range rows {
		for _, c := range columns {
			if c.values != nil {
				rows[k] = rows[k].With(c.name, c.values[k])
			}
		}
	}
	return rows
}

// problemFields are what a row says of the problem that it is about, by its text.
func problemFields(text string) table.Record { return ParseDescription(text).Records()[0] }

// settingsRecord has the settings of an optimizer: first those of the gradient.
func settingsRecord(o Optimizer) table.Record {
	r := table.Row("method", o.Family())
	for _, ofGradient := range []bool{true, false} {
		for _, s := range settings {
			if s.Column != "" && s.OfGradient == ofGradient && !(s.rare && s.isNeutral(&o)) {
				r = append(r, table.Field{Name: s.Column, Unit: s.Unit, Cell: s.Of(o)})
			}
		}
	}
	return r
}

// ended marks a row of work that an interrupt ended.
func ended(r table.Record, partial bool) table.Record {
	if partial {
		return r.With("partial", "true")
	}
	return r
}
