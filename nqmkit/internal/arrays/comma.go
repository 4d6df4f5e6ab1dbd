package arrays

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
)

// CommaSeparated returns a text file of named columns as plain CSV: without the
// comments above the names, without a first column that has no name and counts the
// rows, with commas and no spaces between cells, and points in numbers. What is plain CSV already,
// and what cannot be read, is returned as it is.
func CommaSeparated(data []byte) []byte {
	plain := bytes.TrimPrefix(data, []byte("\ufeff"))
	for bytes.HasPrefix(plain, []byte("#")) {
		_, plain, _ = bytes.Cut(plain, []byte("\n"))
	}
	rows, err := SplitText(plain)
	if err != nil || len(rows.Cells) < 2 || slices.ContainsFunc(rows.Cells, func(row []string) bool { return len(row) != len(rows.Cells[0]) }) {
		return plain
	}
	body := rows.Cells[1:]
	isText := func(cell string) bool { return !isNumber(cell, rows.DecimalComma) }
	if rows.Delimiter == ' ' && slices.ContainsFunc(body, func(row []string) bool { return slices.ContainsFunc(row, isText) }) {
		return plain
	}
	index := len(rows.Cells[0]) > 1 && strings.TrimSpace(rows.Cells[0][0]) == ""
	for i, row := range body {
		index = index && row[0] == strconv.Itoa(i)
	}
	heads, _ := csv.NewReader(bytes.NewReader(plain)).Read()
	padded := slices.ContainsFunc(heads, func(head string) bool { return head != strings.TrimSpace(head) })
	if rows.Delimiter == ',' && !index && !padded {
		return plain
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for i, row := range rows.Cells {
		for k, cell := range row {
			if row[k] = strings.TrimSpace(cell); i > 0 && rows.DecimalComma && !isText(cell) {
				row[k] = strings.Replace(row[k], ",", ".", 1)
			}
		}
		if index {
			row = row[1:]
		}
		w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}
