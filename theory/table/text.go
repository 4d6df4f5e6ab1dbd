package table

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// shortRows is how many rows String shows.
const shortRows = 40

// String returns the table with aligned columns and numbers of five digits.
// Of a long one it shows the first and the last rows.
func (t Table) String() string {
	first, last := t.Rows, t.Rows[:0]
	lines := [][]string{t.heads()}
	left := len(t.Rows) - shortRows
	if left > 0 {
		first, last = t.Rows[:shortRows/2], t.Rows[shortRows/2+left:]
	}
	lines = append(lines, shortTexts(first)...)
	if left > 0 {
		lines = append(lines, []string{fmt.Sprintf("(%d more rows)", left)})
	}
	return strings.TrimSuffix(aligned(append(lines, shortTexts(last)...)), "\n")
}

// Full returns what String does, with every row, and a line end after the last.
func (t Table) Full() string { return aligned(t.Lines()) }

// Lines returns the texts that Full aligns: the columns, then each row.
func (t Table) Lines() [][]string {
	return append([][]string{t.heads()}, shortTexts(t.Rows)...)
}

func (t Table) heads() []string {
	heads := make([]string, len(t.Columns))
	for k, c := range t.Columns {
		heads[k] = c.String()
	}
	return heads
}

func shortTexts(rows [][]any) [][]string {
	lines := make([][]string, len(rows))
	for i, row := range rows {
		lines[i] = make([]string, len(row))
		for k, v := range row {
			lines[i][k] = shortText(v)
		}
	}
	return lines
}

func shortText(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case float64:
		return fmt.Sprintf("%.5g", v)
	}
	return fmt.Sprint(cell)
}

// aligned writes rows of cells with two spaces between the columns and none at
// the end of a line.
func aligned(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
