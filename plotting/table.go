package plotting

import (
	"fmt"
	"html"
	"math"
	"strings"

	"nqm/theory/table"
)

// tableHTML returns a table as markup, every cell as text.
func tableHTML(t table.Table) string {
	var b strings.Builder
	b.WriteString("<table>")
	tag := "th"
	for _, row := range t.Lines() {
		b.WriteString("<tr>")
		for _, c := range row {
			fmt.Fprintf(&b, "<%s>%s</%s>", tag, html.EscapeString(c), tag)
		}
		b.WriteString("</tr>")
		tag = "td"
	}
	b.WriteString("</table>")
	return b.String()
}

// number writes v in at most five digits, and divergence as such.
func number(v float64) string {
	if math.IsInf(v, 1) {
		return "diverges"
	}
	return fmt.Sprintf("%.5g", v)
}
