package arrays

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Columns of text. Cells are apart by a tab, a semicolon, a comma or spaces,
// whichever the file has; a byte order mark, empty lines and lines that begin with #
// are passed over.
//
// A comma between digits may be a decimal comma. It is one beside another
// delimiter, and where a line that names one column stands above; it is a delimiter
// where there is a point as well, an exponent before it, or names. Pairs of whole numbers
// alone do not tell: that is an error, which asks. So is a comma inside a number in
// quotation marks, and commas in some numbers beside points in others.

// Rows is a text file in cells.
type Rows struct {
	Cells        [][]string
	Lines        []int    // of each row
	Comment      []string // the cells of the last comment before the first row, if it has as many
	Delimiter    rune     // ' ' stands for any spaces
	DecimalComma bool
}

// SplitText splits a text file into cells.
func SplitText(data []byte) (Rows, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return Rows{}, errors.New("UTF-16: save it as UTF-8")
	case bytes.IndexByte(data[:min(len(data), 1024)], 0) >= 0:
		return Rows{}, errors.New("no text: want .npy, .npz or .json by its name, or a text file")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	r := Rows{}
	var comment string
	r.Delimiter, r.DecimalComma, comment = separators(data)
	var err error
	if r.Delimiter == ' ' {
		r.fields(data)
	} else {
		err = r.csv(data)
	}
	if err != nil {
		return Rows{}, err
	}
	if len(r.Cells) == 0 {
		return Rows{}, errors.New("empty: want a column of curvatures")
	}
	if err := r.unclear(); err != nil {
		return Rows{}, err
	}
	if comment != "" {
		c := Rows{Delimiter: r.Delimiter}
		if c.Delimiter == ' ' {
			c.fields([]byte(comment))
		} else if c.csv([]byte(comment)) != nil {
			return r, nil
		}
		if len(c.Cells) == 1 && len(c.Cells[0]) == len(r.Cells[0]) {
			r.Comment = c.Cells[0]
		}
	}
	return r, nil
}

// looked is how many lines are looked at for the delimiter.
const looked = 100

// separators finds the delimiter, and returns the last comment before the rows.
func separators(data []byte) (delimiter rune, decimalComma bool, comment string) {
	var lines []string
	for line := range bytes.Lines(data) {
		text := strings.TrimSpace(string(line))
		switch {
		case text == "":
		case text[0] != '#':
			lines = append(lines, strings.TrimRight(string(line), "\r\n"))
		case len(lines) == 0:
			comment = strings.TrimSpace(strings.TrimLeft(text, "# "))
		}
		if len(lines) == looked {
			break
		}
	}
	everywhere := func(has func(line string) bool) bool {
		return len(lines) > 0 && !slices.ContainsFunc(lines, func(line string) bool { return !has(unquoted(line)) })
	}
	contains := func(s string) func(string) bool {
		return func(line string) bool { return strings.Contains(line, s) }
	}
	comma := func() bool { return slices.ContainsFunc(lines, contains(",")) }
	switch {
	case everywhere(contains("\t")):
		return '\t', comma(), comment
	case everywhere(contains(";")):
		return ';', comma(), comment
	case everywhere(func(line string) bool {
		return spaced(line) > 1 && !strings.Contains(line, ", ") && !strings.Contains(line, " ,")
	}):
		return ' ', comma(), comment
	}
	// One name over cells with a comma each: the cells are one number.
	if len(lines) > 1 && !strings.Contains(lines[0], ",") && comma() && !isNumber(lines[0], false) {
		return ';', true, comment
	}
	return ',', false, comment
}

// unquoted is the line without what is inside quotation marks.
func unquoted(line string) string {
	parts := strings.Split(line, `"`)
	for i := 1; i < len(parts); i += 2 {
		parts[i] = ""
	}
	return strings.Join(parts, `""`)
}

// spaced is the number of fields between spaces.
func spaced(line string) int { return len(strings.Fields(line)) }

// fields splits at spaces.
func (r *Rows) fields(data []byte) {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if text := strings.TrimSpace(string(line)); text != "" && text[0] != '#' {
			r.Cells, r.Lines = append(r.Cells, strings.FieldsFunc(text, unicode.IsSpace)), append(r.Lines, n)
		}
	}
}

func (r *Rows) csv(data []byte) error {
	c := csv.NewReader(bytes.NewReader(data))
	c.Comma, c.Comment, c.TrimLeadingSpace, c.FieldsPerRecord = r.Delimiter, '#', r.Delimiter != '\t', -1
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New(strings.TrimPrefix(err.Error(), "parse error on "))
		}
		line, _ := c.FieldPos(0)
		r.Cells, r.Lines = append(r.Cells, row), append(r.Lines, line)
	}
}

// decodeText reads columns, with or without names above.
func decodeText(data []byte) (File, error) {
	rows, err := SplitText(data)
	if err != nil {
		return File{}, err
	}
	f := File{Text: true, Comment: trimmed(rows.Comment)}
	names, first := rows.head()
	width := len(rows.Cells[0])
	body, lines := rows.Cells[first:], rows.Lines[first:]
	if names == nil && rows.asks(body) {
		return File{}, fmt.Errorf("line %d: %q may be two numbers, or one with a decimal comma: write a point, part columns by semicolons, or name the columns above, as in \"curvature,noise\"",
			lines[0], strings.Join(body[0], ","))
	}
	if names == nil && len(body) == 1 { // one row
		a := Array{Shape: []int{width}, Lines: slices.Repeat(lines[:1], width)}
		for _, cell := range body[0] {
			v, ok := textNumber(cell, rows.DecimalComma)
			if !ok {
				return File{}, fmt.Errorf("line %d: %.40q is not a number", lines[0], cell)
			}
			a.Values = append(a.Values, v)
		}
		f.Arrays = []Array{a}
		return f, nil
	}
	for k := range width {
		a := Array{Shape: []int{len(body)}, Lines: lines, Values: make([]float64, len(body))}
		if names != nil {
			a.Name = names[k]
		}
		f.Arrays = append(f.Arrays, a)
	}
	for i, row := range body {
		if len(row) != width {
			return File{}, fmt.Errorf("line %d has %d columns: want %d as in line %d", lines[i], len(row), width, rows.Lines[0])
		}
		for k, cell := range row {
			v, ok := textNumber(cell, rows.DecimalComma)
			if !ok {
				return File{}, fmt.Errorf("line %d: the %s %.40q is not a number", lines[i], column(names, k), cell)
			}
			f.Arrays[k].Values[i] = v
		}
	}
	if names != nil {
		f.dropNamedIndex()
	}
	return f, nil
}

func column(names []string, k int) string {
	if names != nil && names[k] != "" {
		return oneLine(names[k])
	}
	return fmt.Sprintf("number in column %d", k+1)
}

// head returns the names of the columns, if there are any, and the first row of
// numbers. A line that begins with an empty cell names an index; empty cells behind numbers
// are no names.
func (r Rows) head() (names []string, first int) {
	names = trimmed(r.Cells[0])
	named := func(cell string) bool { return cell != "" && !isNumber(cell, r.DecimalComma) }
	if names[0] == "" || slices.ContainsFunc(names, named) {
		return names, 1
	}
	return nil, 0
}

func trimmed(cells []string) []string {
	names := make([]string, len(cells))
	for k, cell := range cells {
		names[k] = strings.TrimSpace(cell)
	}
	return names
}

// pairs are whole numbers in a line, an even number of them, that may be numbers with a
// decimal comma: one pair, or more of which the first begins with 0.
var pairs = regexp.MustCompile(`^([+-]?[0-9]+,[0-9]*([eE][+-]?[0-9]+)?|[+-]?0,[0-9]+(,[+-]?[0-9]+,[0-9]+)+)$`)

// asks reports whether the rows may be numbers with decimal commas.
func (r Rows) asks(body [][]string) bool {
	return r.Delimiter == ',' && !slices.ContainsFunc(body, func(row []string) bool { return !pairs.MatchString(strings.Join(row, ",")) })
}

// unclear is an error where a comma inside a number may be one between thousands.
func (r Rows) unclear() error {
	comma, point := "", ""
	for i, row := range r.Cells {
		for _, cell := range row {
			switch {
			case strings.Contains(cell, ","):
				if isNumber(cell, r.DecimalComma) {
					comma = cell
				} else if isNumber(strings.NewReplacer(",", "", ".", "").Replace(cell), false) {
					return fmt.Errorf("line %d: %.40q is a number with a comma: write a point, and nothing between thousands", r.Lines[i], cell)
				}
			case r.DecimalComma && point == "" && strings.Contains(cell, ".") && isNumber(cell, true):
				point = cell
			}
			if comma != "" && point != "" {
				return fmt.Errorf("line %d: %.40q beside %.40q: write a point in both, and nothing between thousands", r.Lines[i], comma, point)
			}
		}
	}
	return nil
}

// dropNamedIndex leaves out a first column that counts the rows from 0 or 1 and has
// no name, or a name for that.
func (f *File) dropNamedIndex() {
	switch strings.ToLower(f.Arrays[0].Name) {
	case "", "index", "unnamed: 0", "rank", "i", "k", "n", "no", "no.", "id":
		f.dropCount(0, 1)
	}
}

// DropIndex leaves out a first column of text without names that counts the rows
// from 0, and notes it.
func (f *File) DropIndex() {
	if f.Text && f.Arrays[0].Name == "" && len(f.Arrays[0].Values) > 1 && f.dropCount(0, 0) {
		f.Notes = append(f.Notes, "the first column, which counts the rows, was left out")
	}
}

// dropCount leaves out a first column that counts from one of some numbers.
func (f *File) dropCount(least, most float64) bool {
	if len(f.Arrays) < 2 || len(f.Arrays[0].Values) == 0 {
		return false
	}
	values := f.Arrays[0].Values
	for i, v := range values {
		if v != values[0]+float64(i) || v < least || i == 0 && v > most {
			return false
		}
	}
	f.Arrays = f.Arrays[1:]
	return true
}

// isNumber reports whether a cell is a number, be it beyond those of float64.
func isNumber(cell string, decimalComma bool) bool {
	_, ok := textNumber(cell, decimalComma)
	_, err := strconv.ParseFloat(pointed(cell, decimalComma), 64)
	return ok || errors.Is(err, strconv.ErrRange)
}

// pointed is a cell with a point for its decimal comma.
func pointed(cell string, decimalComma bool) string {
	cell = strings.TrimSpace(cell)
	if decimalComma && strings.Count(cell, ",") == 1 && !strings.Contains(cell, ".") {
		cell = strings.Replace(cell, ",", ".", 1)
	}
	return cell
}

// textNumber reads a number of float64, or a truth value as 1 or 0.
func textNumber(cell string, decimalComma bool) (float64, bool) {
	cell = pointed(cell, decimalComma)
	v, err := strconv.ParseFloat(cell, 64)
	if err == nil {
		return v, true
	}
	switch strings.ToLower(cell) {
	case "true":
		return 1, true
	case "false":
		return 0, true
	}
	return 0, false
}
