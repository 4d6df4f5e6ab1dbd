package nqmkit

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
)

// Table is a result as plain data: named columns, and rows of cells. A cell is
// a float64, an int (a uint64 where it exceeds that), a string, or nil where
// there is no value; the cells of a column are of one of these types.
//
// Tables go through CSV and JSON files and back without loss, see Save.
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
		panic(fmt.Errorf("nqmkit: the table has no column %q: its columns are %s", name, t.names()))
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
			panic(fmt.Errorf("nqmkit: row %d of column %q is %q: want numbers", i, name, v))
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

// textRows is how many rows the text of a table shows.
const textRows = 40

// String returns the table with aligned columns and numbers of five digits.
// Of a long one it shows the first and the last rows.
func (t Table) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	heads := make([]string, len(t.Columns))
	for k, c := range t.Columns {
		heads[k] = c.String()
	}
	fmt.Fprintln(w, strings.Join(heads, "\t"))
	for i, row := range t.Rows {
		if left := len(t.Rows) - textRows; left > 0 && i >= textRows/2 && i < textRows/2+left {
			if i == textRows/2 {
				fmt.Fprintf(w, "(%d more rows)\n", left)
			}
			continue
		}
		cells := make([]string, len(row))
		for k, v := range row {
			switch v := v.(type) {
			case nil:
			case float64:
				cells[k] = fmt.Sprintf("%.5g", v)
			default:
				cells[k] = fmt.Sprint(v)
			}
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	w.Flush()
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// cellKind is the type of a column's cells.
type cellKind string

const (
	noCells cellKind = "none" // nil only
	numbers cellKind = "number"
	whole   cellKind = "integer"
	text    cellKind = "text"
)

func kindOf(cell any) (cellKind, error) {
	switch cell.(type) {
	case nil:
		return noCells, nil
	case float64:
		return numbers, nil
	case int, uint64:
		return whole, nil
	case string:
		return text, nil
	}
	return "", fmt.Errorf("a %T: want float64, int, string or nil", cell)
}

// kinds returns the kind of each column, or says what is wrong with the table.
func (t Table) kinds() ([]cellKind, error) {
	if len(t.Columns) == 0 {
		return nil, fmt.Errorf("nqmkit: a table without columns: give at least one")
	}
	kinds := make([]cellKind, len(t.Columns))
	for k, c := range t.Columns {
		if c.Name != strings.TrimSpace(c.Name) || c.Name == "" || strings.ContainsAny(c.Name+c.Unit, "[]\r\n") || c.Unit == string(text) {
			return nil, fmt.Errorf("nqmkit: column %d is named %q with the unit %q: want a name, no brackets or line ends, and not the unit \"text\"", k, c.Name, c.Unit)
		}
		if t.place(c.Name) < k {
			return nil, fmt.Errorf("nqmkit: two columns are named %q: want different names", c.Name)
		}
	}
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return nil, fmt.Errorf("nqmkit: row %d has %d cells: want %d, one for each column", i, len(row), len(t.Columns))
		}
	}
	for k, c := range t.Columns {
		kind, err := t.kind(k)
		if err != nil {
			return nil, fmt.Errorf("nqmkit: column %q: %w", c.Name, err)
		}
		kinds[k] = kind
	}
	return kinds, nil
}

// kind returns the kind of column k.
func (t Table) kind(k int) (cellKind, error) {
	common, missing := noCells, -1
	for i, row := range t.Rows {
		kind, err := kindOf(row[k])
		switch {
		case err != nil:
			return "", fmt.Errorf("row %d is %w", i, err)
		case kind == noCells:
			missing = i
			continue
		case common == noCells:
			common = kind
		case common != kind:
			return "", fmt.Errorf("row %d is %v, of the type %s after cells of the type %s: want one type", i, row[k], kind, common)
		}
	}
	if common == text && missing >= 0 {
		return "", fmt.Errorf("row %d has no value in a column of text: want an empty string", missing)
	}
	return common, nil
}
