package plotting

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"nqm/plotting/internal/ticks"
)

// bundle returns the picture in every form that a notebook's reader may need:
// text/html for a page, image/png for print, text/plain for the rest.
func (p picture) bundle() (map[protocol.MIMEType]any, error) {
	if p.tabular() {
		return map[protocol.MIMEType]any{
			protocol.MIMETextHTML:  p.tableMarkup(),
			protocol.MIMETextPlain: p.plainText(),
		}, nil
	}
	var still bytes.Buffer
	if err := p.writePNG(&still); err != nil {
		return nil, err
	}
	chart, err := p.chart()
	if err != nil {
		return nil, fmt.Errorf("plotting: %q: %w", p.Title, err)
	}
	return map[protocol.MIMEType]any{
		protocol.MIMETextHTML:  p.markup(still.Bytes(), chart) + wakeScript(),
		protocol.MIMEImagePNG:  still.Bytes(),
		protocol.MIMETextPlain: p.plainText(),
	}, nil
}

// chart returns the data of the interactive chart as JSON: the option of a
// figure, or those of all frames.
func (p picture) chart() ([]byte, error) {
	if p.frames == nil {
		return p.option(screenColumns)
	}
	f := p.frames
	slider := sliderJSON{Parameter: printable(f.Parameter), Start: f.Start}
	for k, g := range f.Figures {
		option, err := g.option(frameColumns)
		if err != nil {
			return nil, err
		}
		slider.Frames = append(slider.Frames, option)
		slider.Labels = append(slider.Labels, ticks.Minus(number(f.Values[k])))
	}
	return json.Marshal(slider)
}

type sliderJSON struct {
	Parameter string            `json:"parameter"`
	Labels    []string          `json:"labels"`
	Start     int               `json:"start"`
	Frames    []json.RawMessage `json:"frames"`
}

// darkStills shows still images light on dark where JupyterLab and VS Code are dark:
// white becomes the grey of their pages, and hues stay. Pages of our own do so where the
// reader prefers it.
const darkStills = `<style>:is(body[data-jp-theme-light="false"],body[data-vscode-theme-kind*="dark"],` +
	`body[data-vscode-theme-kind="vscode-high-contrast"]) .nqm-figure img{filter:invert(.9) hue-rotate(180deg)}</style>`

// markup returns the picture as HTML: the still image, the data of the
// interactive chart that takes its place, caption and numbers. Every text is
// escaped. Where scripts are stripped, the still image stays.
func (p picture) markup(still, chart []byte) string {
	f := p.Figure.drawn()
	height := f.height()
	if p.frames != nil {
		height = p.frames.Figures[p.frames.Start].height()
	}
	var below strings.Builder
	for _, line := range append([]string{f.Caption}, f.notes()...) {
		if line != "" {
			fmt.Fprintf(&below, `<p style="max-width:780px;margin:0.3em 0">%s</p>`, html.EscapeString(line))
		}
	}
	return fmt.Sprintf(darkStills+`<div class="nqm-figure" data-height="%d" style="max-width:860px">`+
		`<img alt="%s" src="data:image/png;base64,%s" style="width:100%%;max-width:780px">`+
		`<script type="application/json">%s</script></div>`+
		`%s<details><summary>numbers</summary><div style="overflow-x:auto" tabindex="0" role="region" aria-label="numbers">%s</div></details>`,
		height, html.EscapeString(f.alt()), base64.StdEncoding.EncodeToString(still),
		chart, below.String(), tableHTML(f.Table.Lines()))
}

// tableMarkup returns a table that is shown by itself as HTML, as short as its text.
func (p picture) tableMarkup() string {
	return `<div style="overflow-x:auto">` + tableHTML(p.drawn().Table.Short()) + `</div>`
}
