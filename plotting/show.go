package plotting

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"nqm/theory"
)

// Show puts the picture of each value into the notebook's cell, or prints its
// numbers as text outside a notebook. It takes
//
//	theory.Problem                             spectrum and noise
//	theory.Curve, []theory.Curve               expected loss
//	theory.SampledCurve, []theory.SampledCurve sampled loss with its band
//	theory.Agreement, []theory.Agreement       theory against samples
//	theory.Paths, []theory.Paths               two coordinates on loss contours
//	Figure                                     itself
//
// It panics with one sentence on any other value, and on a figure that cannot
// be drawn truly.
func Show(values ...any) {
	for _, v := range values {
		if err := show(v); err != nil {
			panic(err)
		}
	}
	if gonbui.IsNotebook {
		gonbui.Sync()
	}
}

func show(value any) error {
	f, err := FigureOf(value)
	if err != nil {
		return err
	}
	if !gonbui.IsNotebook {
		_, err := fmt.Fprintln(os.Stdout, f.text())
		return err
	}
	b, err := f.bundle()
	if err != nil {
		return err
	}
	gonbui.SendData(&protocol.DisplayData{Data: b, Metadata: map[string]any{}})
	return nil
}

// FigureOf returns the obvious picture of a value; see Show for the values.
// The error says that the value has none, or cannot be drawn truly.
func FigureOf(value any) (Figure, error) {
	f, err := pictureOf(value)
	if err != nil {
		return Figure{}, err
	}
	return f, f.Validate()
}

func pictureOf(value any) (Figure, error) {
	switch v := value.(type) {
	case Figure:
		return v, nil
	case theory.Problem:
		return Spectrum(v), v.Validate()
	case theory.Curve:
		return LossCurves([]theory.Curve{v}), nil
	case []theory.Curve:
		return LossCurves(v), nil
	case theory.SampledCurve:
		return SampledCurves([]theory.SampledCurve{v}), nil
	case []theory.SampledCurve:
		return SampledCurves(v), nil
	case theory.Agreement:
		return Agreement([]theory.Agreement{v}), nil
	case []theory.Agreement:
		return Agreement(v), nil
	case theory.Paths:
		return Paths([]theory.Paths{v})
	case []theory.Paths:
		return Paths(v)
	}
	return Figure{}, fmt.Errorf("plotting: a %T has no picture: give a problem, a result of nqmkit or a Figure", value)
}

// text returns the figure as plain text: title, numbers, caption.
func (f Figure) text() string {
	return strings.TrimSpace(f.Title + "\n\n" + f.Table.String() + "\n" + f.Caption)
}

// bundle returns the figure in every form that a notebook's reader may need:
// text/html for a page, image/png for print, text/plain for the rest.
func (f Figure) bundle() (map[protocol.MIMEType]any, error) {
	var still bytes.Buffer
	if err := f.writePNG(&still); err != nil {
		return nil, err
	}
	option, err := f.option()
	if err != nil {
		return nil, fmt.Errorf("plotting: %q: %w", f.Title, err)
	}
	return map[protocol.MIMEType]any{
		protocol.MIMETextHTML:  f.markup(still.Bytes(), option),
		protocol.MIMEImagePNG:  still.Bytes(),
		protocol.MIMETextPlain: f.text(),
	}, nil
}

// markup returns the figure as HTML: the still image, the option of the
// interactive chart that takes its place, caption and numbers. Every text is
// escaped. Where scripts are stripped, the still image stays.
func (f Figure) markup(still, option []byte) string {
	return fmt.Sprintf(`<div class="nqm-figure" data-height="%d" style="max-width:860px">`+
		`<img alt="%s" src="data:image/png;base64,%s" style="width:100%%;max-width:780px">`+
		`<script type="application/json">%s</script></div>`+
		`<p style="max-width:780px;margin:0.3em 0">%s</p>`+
		`<details><summary>numbers</summary>%s</details>`+
		`<script>%s</script>`,
		f.height(), html.EscapeString(f.Title+". "+f.Caption), base64.StdEncoding.EncodeToString(still),
		option, html.EscapeString(f.Caption), f.Table.html(), wakeScript())
}

//go:embed wake.js
var wake string

// wakeScript returns the script that has the page draw its figures, with the
// library from the folder of this kernel's specification.
func wakeScript() string {
	kernel := os.Getenv("NQM_KERNEL")
	if kernel == "" {
		kernel = "nqm"
	}
	return strings.ReplaceAll(strings.TrimSpace(wake), "KERNEL", kernel)
}
