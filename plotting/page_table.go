package plotting

import (
	"fmt"
	"html"
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
