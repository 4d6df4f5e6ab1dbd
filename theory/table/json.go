package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// jsonColumn is a column in a JSON file.
type jsonColumn struct {
	Name string   `json:"name"`
	Unit string   `json:"unit,omitempty"`
	Type cellKind `json:"type"`
}

// MarshalJSON writes the table as Encode does.
func (t Table) MarshalJSON() ([]byte, error) {
	kinds, err := t.kinds()
	if err != nil {
		return nil, err
	}
	columns := make([]jsonColumn, len(t.Columns))
	for k, c := range t.Columns {
		columns[k] = jsonColumn{c.Name, c.Unit, kinds[k]}
	}
	head, err := json.Marshal(columns)
	if err != nil {
		return nil, err
	}
	rows := make([][]byte, len(t.Rows))
	for i, row := range t.Rows {
		cells := make([][]byte, len(row))
		for k, cell := range row {
			if cells[k], err = jsonCell(cell); err != nil {
				return nil, err
			}
		}
		rows[i] = slices.Concat([]byte("["), bytes.Join(cells, []byte(",")), []byte("]"))
	}
	return slices.Concat([]byte("{\"columns\":"), head, []byte(",\n\"rows\":[\n"),
		bytes.Join(rows, []byte(",\n")), []byte("\n]}\n")), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Table) UnmarshalJSON(data []byte) error {
	var read struct {
		Columns []jsonColumn        `json:"columns"`
		Rows    [][]json.RawMessage `json:"rows"`
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return errors.New("want {\"columns\": [{\"name\", \"unit\", \"type\"}, ...], \"rows\": [[...], ...]}")
	}
	*t = Table{Columns: make([]Column, len(read.Columns)), Rows: make([][]any, len(read.Rows))}
	for k, c := range read.Columns {
		t.Columns[k] = Column{Name: c.Name, Unit: c.Unit}
	}
	for i, row := range read.Rows {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("row %d has %d cells: want %d, one for each column", i, len(row), len(t.Columns))
		}
		t.Rows[i] = make([]any, len(row))
		for k, cell := range row {
			var err error
			if t.Rows[i][k], err = readJSONCell(read.Columns[k].Type, cell); err != nil {
				return fmt.Errorf("row %d of column %q: %w", i, t.Columns[k].Name, err)
			}
		}
	}
	_, err := t.kinds()
	return err
}

func readJSONCell(kind cellKind, data []byte) (any, error) {
	switch {
	case string(data) == "null":
		return nil, nil
	case kind == text:
		var s string
		err := json.Unmarshal(data, &s)
		return s, err
	case kind == whole:
		return wholeNumber(string(data))
	case kind == numbers:
		return readJSONNumber(data)
	}
	return nil, fmt.Errorf("%s in a column of the type %q: want number, integer, text, or none with null only", data, kind)
}

// jsonCell writes a cell; the numbers that JSON does not have are the strings
// "+Inf", "-Inf" and "NaN".
func jsonCell(cell any) ([]byte, error) {
	if v, ok := cell.(float64); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
		return strconv.AppendQuote(nil, strconv.FormatFloat(v, 'g', -1, 64)), nil
	}
	return json.Marshal(cell)
}

func readJSONNumber(data []byte) (v float64, err error) {
	switch string(data) {
	case `"NaN"`:
		return math.NaN(), nil
	case `"+Inf"`, `"Inf"`:
		return math.Inf(1), nil
	case `"-Inf"`:
		return math.Inf(-1), nil
	}
	if err = json.Unmarshal(data, &v); err != nil {
		err = fmt.Errorf("%s is not a number, \"+Inf\", \"-Inf\" or \"NaN\"", data)
	}
	return v, err
}
