package table

import (
	"errors"
	"fmt"
	"strings"
)

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

// named says what is wrong with the names of the columns, which a file could
// not hold.
func (t Table) named() error {
	if len(t.Columns) == 0 {
		return errors.New("a table without columns: give at least one")
	}
	for k, c := range t.Columns {
		if c.Name != strings.TrimSpace(c.Name) || c.Name == "" || strings.ContainsAny(c.Name+c.Unit, "[]\r\n") || c.Unit == string(text) {
			return fmt.Errorf("column %d is named %q with the unit %q: want a name, no brackets or line ends, and not the unit \"text\"", k, c.Name, c.Unit)
		}
		if t.place(c.Name) < k {
			return fmt.Errorf("two columns are named %q: want different names", c.Name)
		}
	}
	return nil
}

// kinds returns the kind of each column, or says what is wrong with the cells.
func (t Table) kinds() ([]cellKind, error) {
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return nil, fmt.Errorf("row %d has %d cells: want %d, one for each column", i, len(row), len(t.Columns))
		}
	}
	kinds := make([]cellKind, len(t.Columns))
	for k, c := range t.Columns {
		kind, err := t.kind(k)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", c.Name, err)
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
