// Package table is results as plain data: named columns, rows of cells, and
// their forms as aligned text, CSV and JSON.
//
//	t := table.Stack([]table.Record{
//		table.Row("method", "SGD", "steps", 120),
//		table.Row("method", "momentum", "steps", 31),
//	})
//
// Of has the records of a value: of one that has a method Records, of lists
// of such, of numbers, and of plain structs. The results of package theory
// have that method, each beside its type, so that whoever takes a table takes
// all of them.
package table

import (
	"fmt"
	"math"
	"strings"
)

// Table is a result as plain data: named columns, and rows of cells. A cell is
// a float64, an int (a uint64 where it exceeds that), a string, or nil where
// there is no value; the cells of a column are of one of these types.
//
// Tables go through CSV and JSON and back without loss, see Encode.
type Table struct {
	Columns []Column
	Rows    [][]any
}

// Column is the head of a column.
type Column struct {
	Name string // as in "learning_rate"
	Unit string // as in "1/curvature"; empty for counts, pure numbers and losses
}

// String returns the column's head in a CSV file, as in
// "learning_rate [1/curvature]".
func (c Column) String() string {
	if c.Unit == "" {
		return c.Name
	}
	return fmt.Sprintf("%s [%s]", c.Name, c.Unit)
}

// Numbers returns the numbers of a column: its integers and floats, NaN where
// there is no value. It panics if no column has the name or it holds text.
func (t Table) Numbers(name string) []float64 {
	at := t.place(name)
	if at < 0 {
		panic(fmt.Errorf("table: no column %q: the columns are %s", name, t.names()))
	}
	values := make([]float64, len(t.Rows))
	for i, row := range t.Rows {
		switch v := row[at].(type) {
		case float64:
			values[i] = v
		case int:
			values[i] = float64(v)
		case uint64:
			values[i] = float64(v)
		case nil:
			values[i] = math.NaN()
		default:
			panic(fmt.Errorf("table: row %d of column %q is %q: want numbers", i, name, v))
		}
	}
	return values
}

func (t Table) place(name string) int {
	for k, c := range t.Columns {
		if c.Name == name {
			return k
		}
	}
	return -1
}

func (t Table) names() string {
	names := make([]string, len(t.Columns))
	for k, c := range t.Columns {
		names[k] = c.Name
	}
	return strings.Join(names, ", ")
}

// Text returns a table of texts without rows; see Texts.
func Text(columns ...string) Table {
	t := Table{Columns: make([]Column, len(columns))}
	for k, name := range columns {
		t.Columns[k].Name = name
	}
	return t
}

// Texts returns a row of texts.
func Texts(cells ...string) []any {
	row := make([]any, len(cells))
	for k, s := range cells {
		row[k] = s
	}
	return row
}
