package plotting

import (
	"fmt"
	"html"
	"math"
	"strings"
	"text/tabwriter"
)

// Table is a small table of text, with a name for each column.
type Table struct {
	Columns []string   `json:"columns,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
}

// String returns the table with aligned columns, one row a line.
func (t Table) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// html returns the table as markup, every cell as text.
func (t Table) html() string {
	var b strings.Builder
	b.WriteString("<table>")
	tableRow(&b, "th", t.Columns)
	for _, row := range t.Rows {
		tableRow(&b, "td", row)
	}
	b.WriteString("</table>")
	return b.String()
}

func tableRow(b *strings.Builder, tag string, cells []string) {
	b.WriteString("<tr>")
	for _, c := range cells {
		fmt.Fprintf(b, "<%s>%s</%s>", tag, html.EscapeString(c), tag)
	}
	b.WriteString("</tr>")
}

// number writes v in at most five digits, and divergence as such.
func number(v float64) string {
	if math.IsInf(v, 1) {
		return "diverges"
	}
	return fmt.Sprintf("%.5g", v)
}
