package plotting

import (
	"bytes"
	"fmt"
	"html"

	"nqm/plotting/echarts"
)

// page returns a page of HTML that holds the pictures and all that they need
// to move: no other file and no network. It follows the reader's choice of
// light or dark, and fits a phone.
func page(pictures []picture) ([]byte, error) {
	var b bytes.Buffer
	title := pictures[0].drawn().Title
	fmt.Fprintf(&b, pageHead, html.EscapeString(title))
	for _, p := range pictures {
		if p.tabular() {
			fmt.Fprintf(&b, "<section>%s</section>\n", p.tableMarkup())
			continue
		}
		var still bytes.Buffer
		if err := p.writePNG(&still); err != nil {
			return nil, err
		}
		chart, err := p.chart()
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "<section>%s</section>\n", p.markup(still.Bytes(), chart))
	}
	b.WriteString("</main>\n<script>")
	b.Write(echarts.Bundle())
	b.WriteString("</script>\n</body>\n</html>\n")
	return b.Bytes(), nil
}

const pageHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<title>%s</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.45 system-ui, sans-serif; max-width: 860px; margin: 1.5rem auto; padding: 0 1rem; color: #1a1a1a; background: #ffffff; }
section { margin-bottom: 2.5rem; }
table { border-collapse: collapse; font-size: 0.9em; }
th, td { padding: 0.15em 0.7em; text-align: left; border-bottom: 1px solid #8a8f9855; }
@media screen and (prefers-color-scheme: dark) { body { color: #e8eaed; background: #1e1f22; } .nqm-figure img { filter: invert(.9) hue-rotate(180deg); } }
@media print {
:root { color-scheme: light; }
details::details-content { content-visibility: visible; height: auto; }
summary { list-style-type: disclosure-open; }
.nqm-figure, summary { break-after: avoid; }
.nqm-figure, table { break-inside: avoid; }
.nqm-figure :is(img, svg) { max-height: 70vh; }
.nqm-figure:has(.nqm-controls) > img { display: block !important; }
.nqm-figure:has(.nqm-controls) > div { display: none !important; }
[role="region"] { overflow: visible !important; }
}
</style>
</head>
<body>
<main>
`
