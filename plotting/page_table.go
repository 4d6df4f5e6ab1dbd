package plotting

import (
	"fmt"
	"html"
	"strings"
)

// tableHTML returns the lines of a table as markup, every cell as text.
func tableHTML(lines [][]string) string {
	var b strings.Builder
	b.WriteString("<table>")
	tag := "th"
	for _, row := range lines {
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
