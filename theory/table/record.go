package table

import (
	"slices"
	"strings"
	"unicode"
)

// Record is one row with the names of its cells.
type Record []Field

// Field is a cell with the name of its column. Where the unit is empty it is the
// one that Stack knows by the name.
type Field struct {
	Name, Unit string
	Cell       any
}

// Row returns a record of names and cells in turn: "method", "SGD", "steps", 3.
func Row(pairs ...any) Record { return Record(nil).With(pairs...) }

// With returns a copy of r with further cells, given as to Row. It panics where
// a name is not a string.
func (r Record) With(pairs ...any) Record {
	r = slices.Grow(slices.Clip(r), len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		r = append(r, Field{Name: pairs[i].(string), Cell: pairs[i+1]})
	}
	return r
}

// Join returns a copy of r with the fields of more after its own.
func (r Record) Join(more Record) Record { return append(slices.Clip(r), more...) }

// units are the units of columns by their name. Losses are in units of the
// loss; counts and pure numbers have none.
var units = map[string]string{
	"learning_rate":                   "1/curvature",
	"lowest_learning_rate":            "1/curvature",
	"highest_learning_rate":           "1/curvature",
	"effective_learning_rate":         "1/curvature",
	"batch_size":                      "examples",
	"samples":                         "examples",
	"b_simple":                        "examples",
	"b_noise":                         "examples",
	"bound":                           "steps",
	"critical_batch_size_20_overhead": "examples",
	"critical_batch_size_hyperbola":   "examples",
	"critical_batch_size_b_noise_at_the_target": "examples",
	"perfect_scaling": "steps",
	"stability_limit": "1/curvature",
	"time":            "steps",
	"angle":           "radians",
}

// Stack makes a table of records, whose columns come in the order in which they
// are first met. What a record does not have is left empty.
func Stack(rows []Record) Table {
	t := Table{}
	place := map[string]int{}
	textual, fractional := map[int]bool{}, map[int]bool{}
	for _, r := range rows {
		for _, f := range r {
			k, ok := place[f.Name]
			if !ok {
				k = len(t.Columns)
				place[f.Name] = k
				t.Columns = append(t.Columns, f.column())
			}
			switch f.Cell.(type) {
			case string:
				textual[k] = true
			case float64:
				fractional[k] = true
			}
		}
	}
	for _, r := range rows {
		row := make([]any, len(t.Columns))
		for k := range row {
			if textual[k] {
				row[k] = ""
			}
		}
		for i := len(r) - 1; i >= 0; i-- { // of two fields of one name the first counts
			if k := place[r[i].Name]; r[i].Cell != nil {
				row[k] = r[i].Cell
				if n, ok := r[i].Cell.(int); ok && fractional[k] {
					row[k] = float64(n)
				}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (f Field) column() Column {
	if f.Unit == "" {
		f.Unit = units[f.Name]
	}
	return Column{Name: f.Name, Unit: f.Unit}
}

// Records returns the rows of a table, to be stacked on others.
func (t Table) Records() []Record {
	rows := make([]Record, len(t.Rows))
	for i, row := range t.Rows {
		for k, c := range t.Columns {
			rows[i] = append(rows[i], Field{Name: c.Name, Unit: c.Unit, Cell: row[k]})
		}
	}
	return rows
}

// NameOf writes a name as columns have it: "learning rate" and "LearningRate"
// are learning_rate.
func NameOf(name string) string {
	var b strings.Builder
	before := '_'
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
			if before == '_' {
				continue
			}
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteRune('_')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.Trim(b.String(), "_")
}
