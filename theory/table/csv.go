package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

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
			if kinds[k] == text {
				cells[i] = Inert(cells[i])
			}
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
		heads[k] = Inert(c.String())
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

// formula is what a spreadsheet takes for the beginning of a formula.
const formula = "=+-@\t"

// Inert returns a text of a CSV cell that no spreadsheet takes for a formula: one that
// begins like a formula gets an apostrophe before it, and so does one that begins with
// apostrophes before that, so that Decode finds the original.
func Inert(cell string) string {
	if begins := strings.TrimLeft(cell, "'"); begins != "" && strings.ContainsRune(formula, rune(begins[0])) {
		return "'" + cell
	}
	return cell
}

// original returns the text that Inert was given.
func original(cell string) string {
	if inner, quoted := strings.CutPrefix(cell, "'"); quoted && Inert(inner) == cell {
		return inner
	}
	return cell
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
		c, kind := columnOf(original(head)), guess(cells)
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
	return t, t.named()
}

// columnOf reads a column's head.
func columnOf(head string) Column {
	if name, unit, ok := strings.Cut(head, " ["); ok && strings.HasSuffix(unit, "]") {
		return Column{Name: name, Unit: strings.TrimSuffix(unit, "]")}
	}
	return Column{Name: head}
}

func readCell(kind cellKind, s string) (any, error) {
	switch {
	case kind == text:
		return original(s), nil
	case s == "":
		return nil, nil
	case kind == whole:
		return wholeNumber(s)
	}
	return strconv.ParseFloat(s, 64)
}
