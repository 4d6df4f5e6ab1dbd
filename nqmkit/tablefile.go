package nqmkit

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"nqm/theory"
)

// Save writes the table of a result, or of several, to a file; see TableOf. The
// extension says the form:
//
//	.csv   a line with the columns, as in "learning_rate [1/curvature]", then a line for each row
//	.json  {"columns": [{"name", "unit", "type"}, ...], "rows": [[...], ...]}
//
// Numbers have every digit, and +Inf, -Inf and NaN stand as such. In CSV a
// number that is not an integer has a point, an exponent or a name, a cell
// without a value is empty, and a column of texts that read as numbers has
// "text" in the place of the unit. In JSON a cell without a value is null.
//
// The file is written whole or not at all; the same result gives the same
// bytes. Save panics with one sentence on an unknown extension, a folder that
// does not exist or may not be written, and a value without a table.
func Save(path string, results ...any) {
	if err := save(path, results); err != nil {
		panic(err)
	}
}

func save(path string, results []any) error {
	t, err := tableOf(results)
	if err != nil {
		return err
	}
	data, err := t.encode(filepath.Ext(path))
	if err != nil {
		return fmt.Errorf("nqmkit: cannot write %s: %w", path, err)
	}
	return writeWhole(path, data)
}

// ReadTable reads a table that Save wrote, or any CSV file whose first line
// names the columns: a column of which every cell is an integer has ints,
// one of numbers has floats, any other has texts. It panics with one sentence
// on what cannot be read.
func ReadTable(path string) Table { return must(readTable(path)) }

func readTable(path string) (Table, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Table{}, fmt.Errorf("nqmkit: the table %s cannot be read: %w", path, cause(err))
	}
	t, err := decodeTable(filepath.Ext(path), data)
	if err != nil {
		return Table{}, fmt.Errorf("nqmkit: the table %s cannot be read: %w", path, err)
	}
	return t, nil
}

func (t Table) encode(extension string) ([]byte, error) {
	switch strings.ToLower(extension) {
	case ".csv":
		return t.encodeCSV()
	case ".json":
		return t.encodeJSON()
	}
	return nil, unknownExtension(extension)
}

func decodeTable(extension string, data []byte) (Table, error) {
	switch strings.ToLower(extension) {
	case ".csv":
		return decodeCSV(data)
	case ".json":
		var t Table
		err := json.Unmarshal(data, &t)
		return t, err
	}
	return Table{}, unknownExtension(extension)
}

func unknownExtension(extension string) error {
	return fmt.Errorf("unknown extension %q: want .csv or .json", extension)
}

func (t Table) encodeCSV() ([]byte, error) {
	kinds, err := t.kinds()
	if err != nil {
		return nil, err
	}
	heads := make([]string, len(t.Columns))
	lines := make([][]string, len(t.Rows))
	for i := range lines {
		lines[i] = make([]string, len(t.Columns))
	}
	for k, c := range t.Columns {
		cells := make([]string, len(t.Rows))
		for i, row := range t.Rows {
			cells[i] = cellText(row[k])
			lines[i][k] = cells[i]
			if strings.Contains(cells[i], "\r") {
				return nil, fmt.Errorf("row %d of column %q has a carriage return, which CSV does not keep: write .json", i, c.Name)
			}
		}
		if kinds[k] == text && guess(cells) != text {
			if c.Unit != "" {
				return nil, fmt.Errorf("column %q has a unit and texts that read as numbers: want numbers, or no unit", c.Name)
			}
			c.Unit = string(text)
		}
		heads[k] = c.String()
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(heads)
	for _, line := range lines {
		if len(line) == 1 && line[0] == "" { // a blank line is no row
			w.Flush()
			b.WriteString("\"\"\n")
			continue
		}
		w.Write(line)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// cellText writes a cell for CSV, so that guess finds its kind.
func cellText(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if isWhole(s) {
			s += ".0"
		}
		return s
	}
	return fmt.Sprint(cell)
}

func isWhole(s string) bool {
	_, err := wholeNumber(s)
	return err == nil
}

func isFloat(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// wholeNumber reads an int, or a uint64 where it exceeds that.
func wholeNumber(s string) (any, error) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, nil
	}
	return strconv.ParseUint(s, 10, 64)
}

// guess returns the kind of cells that were read from CSV.
func guess(cells []string) cellKind {
	kind := noCells
	for _, s := range cells {
		switch {
		case s == "":
		case isWhole(s):
			if kind == noCells {
				kind = whole
			}
		case isFloat(s):
			kind = numbers
		default:
			return text
		}
	}
	return kind
}

func decodeCSV(data []byte) (Table, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some spreadsheets begin with it
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return Table{}, err
	}
	if len(lines) == 0 {
		return Table{}, errors.New("it is empty: want a line that names the columns")
	}
	t := Table{Columns: make([]Column, len(lines[0])), Rows: make([][]any, len(lines)-1)}
	for i := range t.Rows {
		t.Rows[i] = make([]any, len(t.Columns))
	}
	for k, head := range lines[0] {
		cells := make([]string, len(t.Rows))
		for i, line := range lines[1:] {
			cells[i] = line[k]
		}
		c, kind := columnOf(head), guess(cells)
		if c.Unit == string(text) {
			c.Unit, kind = "", text
		}
		t.Columns[k] = c
		for i, s := range cells {
			if t.Rows[i][k], err = readCell(kind, s); err != nil {
				return Table{}, fmt.Errorf("line %d, column %q: %w", i+2, c.Name, err)
			}
		}
	}
	_, err = t.kinds()
	return t, err
}

// columnOf reads a column's head.
func columnOf(head string) Column {
	if name, unit, ok := strings.Cut(head, " ["); ok && strings.HasSuffix(unit, "]") {
		return Column{name, strings.TrimSuffix(unit, "]")}
	}
	return Column{Name: head}
}

func readCell(kind cellKind, s string) (any, error) {
	switch {
	case kind == text:
		return s, nil
	case s == "":
		return nil, nil
	case kind == whole:
		return wholeNumber(s)
	}
	return strconv.ParseFloat(s, 64)
}

// jsonColumn is a column in a JSON file.
type jsonColumn struct {
	Name string   `json:"name"`
	Unit string   `json:"unit,omitempty"`
	Type cellKind `json:"type"`
}

// MarshalJSON writes the table as Save does.
func (t Table) MarshalJSON() ([]byte, error) { return t.encodeJSON() }

func (t Table) encodeJSON() ([]byte, error) {
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
			if cells[k], err = theory.EncodeJSON(cell); err != nil {
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
		return err
	}
	*t = Table{Columns: make([]Column, len(read.Columns)), Rows: make([][]any, len(read.Rows))}
	for k, c := range read.Columns {
		t.Columns[k] = Column{c.Name, c.Unit}
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
		var v float64
		err := theory.DecodeJSON(data, &v)
		return v, err
	}
	return nil, fmt.Errorf("%s in a column of the type %q: want number, integer, text, or none with null only", data, kind)
}
