package plotting

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"nqm/plotting/browsertest"
	"nqm/plotting/echarts"
)

// outputOf returns what a cell that shows the value puts into the notebook.
func outputOf(t *testing.T, value any) string {
	t.Helper()
	p, err := onePicture(value)
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.bundle()
	if err != nil {
		t.Fatal(err)
	}
	return b["text/html"].(string)
}

// openNotebook opens a page like JupyterLab's: outputs in cells, a theme on
// the body, and the library in the folder of the kernel's specification.
func openNotebook(t *testing.T, b *browsertest.Browser, outputs ...string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/lab/base/kernelspecs/nqm/nqm-figures.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Write(echarts.Bundle())
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, `<!DOCTYPE html><script id="jupyter-config-data" type="application/json">{"baseUrl":"/lab/base/"}</script>`+
			`<body data-jp-theme-light="true"><div class="cell">`+strings.Join(outputs, `</div><div class="cell">`)+`</div>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Setenv("NQM_KERNEL", "nqm")
	b.Open(server.URL)
}

const (
	slider    = `document.querySelector(".nqm-controls input")`
	firstText = `document.querySelector(".nqm-figure svg text")`
)

// linesOf returns the paths of the chart, to see it change.
const linesOf = `[...document.querySelectorAll(".nqm-figure svg path")].map(p => p.getAttribute("d")).join()`

// A slider takes the keyboard in an exported page without kernel or network,
// says its value to those who do not see it, and keeps the axes.
func TestSliderByKeyboard(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		page, err := encodeFile(".html", ratesSlide(t))
		if err != nil {
			t.Fatal(err)
		}
		b.Show(page)
		b.Until("slider", slider)
		if got := browsertest.Value[string](b, slider+`.getAttribute("aria-valuetext")`); got != "learning rate α = 0.1" {
			t.Errorf("the slider starts at %q", got)
		}
		ticks := `[...document.querySelectorAll(".nqm-figure svg text")].map(t => t.textContent).filter(t => /^10|^1$/.test(t)).join()`
		before, axis := browsertest.Value[string](b, linesOf), browsertest.Value[string](b, ticks)
		b.Do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab))
		b.Until("focus on the slider", `document.activeElement === `+slider)
		b.Do(chromedp.KeyEvent(kb.ArrowRight))
		b.Until("next frame", slider+`.getAttribute("aria-valuetext") === "learning rate α = 1"`)
		if browsertest.Value[string](b, linesOf) == before {
			t.Error("the lines have not changed")
		}
		if keys := browsertest.Value[string](b, `[...document.querySelectorAll(".nqm-keys [aria-pressed]")].map(k => k.textContent).join("|")`); keys != "SGD α=1|SGD α=1, B=8" {
			t.Errorf("the keys of the legend are %s", keys)
		}
		if after := browsertest.Value[string](b, ticks); after != axis || axis == "" {
			t.Errorf("the axes changed from %q to %q", axis, after)
		}
		b.Do(chromedp.KeyEvent(kb.End))
		b.Until("last frame", `document.querySelector(".nqm-controls output").textContent === "2.05"`)
		b.Screenshot("slider")
		b.Do(chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
		b.Until("the frame of the start", slider+`.value === "1"`)
		if browsertest.Value[string](b, linesOf) != before {
			t.Error("the first frame came back changed")
		}
		b.Quiet(browsertest.Files)
	})
}

// The play button runs a trajectory from its start to its end.
func TestPlay(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		page, err := encodeFile(".html", contours3())
		if err != nil {
			t.Fatal(err)
		}
		b.Show(page)
		b.Until("play button", `document.querySelector(".nqm-controls button")`)
		whole := browsertest.Value[string](b, linesOf)
		b.Run(`document.querySelector(".nqm-controls button").click()`)
		b.Until("path under way", slider+`.value > 3 && `+slider+`.value < 39`)
		if browsertest.Value[string](b, linesOf) == whole {
			t.Error("the path is whole while it is played")
		}
		b.Until("end", slider+`.value === "39" && document.querySelector(".nqm-controls button").getAttribute("aria-label") === "play"`)
		if browsertest.Value[string](b, linesOf) != whole {
			t.Error("the path is not whole at the end")
		}
		b.Quiet(browsertest.Files)
	})
}

// In a notebook the library comes from the kernel's folder, once; the theme is
// followed live.
func TestNotebookPage(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		openNotebook(t, b, outputOf(t, tradeOff()), outputOf(t, rateMap()))
		b.Until("drawn figures", browsertest.Drawn+" === 2")
		light := browsertest.Value[string](b, firstText+`.getAttribute("fill")`)
		b.Run(`document.body.setAttribute("data-jp-theme-light", "false")`)
		b.Until("dark text", firstText+`.getAttribute("fill") !== `+fmt.Sprintf("%q", light))
		b.Run(`document.body.setAttribute("data-jp-theme-light", "true")`)
		b.Until("light text again", firstText+`.getAttribute("fill") === `+fmt.Sprintf("%q", light))
		fetched := 0
		for _, r := range b.Requests() {
			if strings.HasSuffix(r, "/nqm-figures.js") {
				fetched++
			}
		}
		if fetched != 1 {
			t.Errorf("the library was fetched %d times", fetched)
		}
		b.Quiet(browsertest.Server)
	})
}

// Re-running a cell puts a new chart in the place of the old one, which is
// disposed; a cell that the notebook detaches and attaches again is drawn
// again, with its slider where it was.
func TestCellsComeAndGo(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		output := outputOf(t, ratesSlide(t))
		openNotebook(t, b, output)
		b.Until("a drawn figure", browsertest.Drawn+" === 1")
		b.Run(slider + `.value = "3"; ` + slider + `.dispatchEvent(new Event("input"))`)
		b.Until("the last frame", `document.querySelector(".nqm-controls output").textContent === "2.05"`)
		b.Run(`window.old = document.querySelector(".nqm-pane"); window.cell = document.querySelector(".cell"); cell.remove()`)
		b.Until("a disposed chart", `!nqmFigures.echarts.getInstanceByDom(old)`)
		b.Run(`document.body.append(cell)`)
		b.Until("the figure drawn again", browsertest.Drawn+" === 1")
		if got := browsertest.Value[string](b, `document.querySelector(".nqm-controls output").textContent`); got != "2.05" {
			t.Errorf("the slider is at %s after its cell came back", got)
		}
		if n := browsertest.Value[int](b, `document.querySelectorAll(".nqm-pane").length + document.querySelectorAll(".nqm-controls").length`); n != 2 {
			t.Errorf("%d panes and sliders, want one of each", n)
		}
		b.Run(`cell.remove(); nqmFigures.draw(); document.body.append(cell)`)
		b.Until("the figure drawn again though no frame was without it", browsertest.Drawn+" === 1")
		b.Run(`window.old = document.querySelector(".nqm-pane");
			const fresh = document.createRange().createContextualFragment(` + fmt.Sprintf("%q", output) + `);
			cell.replaceChildren(fresh)`)
		b.Until("the new output drawn", browsertest.Drawn+` === 1 && document.querySelector(".nqm-pane") !== old`)
		b.Until("the old chart disposed", `!nqmFigures.echarts.getInstanceByDom(old)`)
		b.Quiet(browsertest.Server)
	})
}

// Two hundred charts on one page: only those near the reader are drawn, and
// never more than a few dozen stay so.
func TestTwoHundredCharts(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		output := outputOf(t, tradeOff())
		outputs := make([]string, 200)
		for k := range outputs {
			outputs[k] = output
		}
		openNotebook(t, b, outputs...)
		b.Until("the first charts", browsertest.Drawn+" >= 2")
		if n := browsertest.Value[int](b, browsertest.Drawn); n > 8 {
			t.Errorf("%d charts are drawn before anybody scrolls", n)
		}
		for at := range 200 {
			b.Run(fmt.Sprintf(`document.querySelectorAll(".nqm-figure")[%d].scrollIntoView()`, at))
			if at%20 == 19 {
				b.Until("the chart in sight", fmt.Sprintf(`document.querySelectorAll(".nqm-figure")[%d].querySelector("svg path")`, at))
			}
		}
		b.Until("charts at rest", browsertest.Drawn+" <= 60")
		b.Run(`window.scrollTo(0, 0)`)
		b.Until("the first chart again", `document.querySelector(".nqm-figure svg path")`)
		b.Quiet(browsertest.Server)
	})
}

// Where nobody serves the library (VS Code, a plain export), and where no
// script runs at all, the still image stays and nothing complains.
func TestStillImageStays(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		output := outputOf(t, batchScaling())
		stripped := output[:strings.Index(output, "<script")] + "</div>"
		for name, page := range map[string]string{"no library": output, "no script": stripped} {
			b.Show([]byte(`<!DOCTYPE html><meta charset="utf-8"><body>` + page))
			b.Until("a loaded image", `document.querySelector(".nqm-figure img").naturalWidth > 500`)
			if !browsertest.Value[bool](b, `document.querySelector(".nqm-figure img").getBoundingClientRect().height > 200 && !document.querySelector("svg")`) {
				t.Errorf("%s: the still image is gone", name)
			}
			if alt := browsertest.Value[string](b, `document.querySelector(".nqm-figure img").alt`); !strings.Contains(alt, "Steps to target against batch size") {
				t.Errorf("%s: the image is called %q", name, alt)
			}
		}
		b.Quiet(browsertest.Files)
	})
}

// A hostile label is seen as written, in the chart and around it.
func TestHostileLabelInABrowser(t *testing.T) {
	browsertest.Browse(t, 900, 900, func(b *browsertest.Browser) {
		f := hostileFigure()
		f.Panels[0].Series = f.Panels[0].Series[:1]
		page, err := encodeFile(".html", f)
		if err != nil {
			t.Fatal(err)
		}
		b.Show(append([]byte(`<script>window.alerted = 0; window.alert = () => alerted++</script>`), page...))
		b.Until("a drawn figure", browsertest.Drawn+" === 1")
		if !browsertest.Value[bool](b, `[...document.querySelectorAll(".nqm-figure svg text")].some(t => t.textContent.includes("<script>alert(1)"))`) {
			t.Error("the chart does not show the label as written")
		}
		if browsertest.Value[bool](b, `document.querySelector(".nqm-pane").textContent.includes("{b")`) {
			t.Error("a label was read as a template")
		}
		b.Screenshot("hostile")
		b.Run(`nqmFigures.echarts.getInstanceByDom(document.querySelector(".nqm-pane")).dispatchAction({type: "showTip", seriesIndex: 1, dataIndex: 1})`)
		b.Until("a tooltip with the label", `[...document.querySelectorAll(".nqm-pane div")].some(d => !d.querySelector("svg") && d.textContent.includes("<script>alert(1)"))`)
		if browsertest.Value[bool](b, `alerted > 0 || document.querySelectorAll(".nqm-pane script, .nqm-pane img, .nqm-controls img").length > 0`) {
			t.Error("a label became markup")
		}
		b.Quiet(browsertest.Files)
	})
}

// Tooltips have the numbers, the legend toggles, the button saves an SVG.
func TestReadingAChart(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		page, err := encodeFile(".html", symmetric())
		if err != nil {
			t.Fatal(err)
		}
		b.Show(page)
		b.Until("a drawn figure", browsertest.Drawn+" === 1")
		b.Do(chromedp.MouseEvent("mouseMoved", 90, 200))
		b.Until("a tooltip with the number", `[...document.querySelectorAll(".nqm-pane div")].some(d => /steps t = \d+momentum α=0.1, β=0.9: [−\d.]+coordinate θ/.test(d.textContent))`)
		n := browsertest.Value[int](b, `document.querySelectorAll(".nqm-figure svg path[stroke='#d55e00']").length`)
		chart := `nqmFigures.echarts.getInstanceByDom(document.querySelector(".nqm-pane"))`
		b.Run(chart + `.dispatchAction({type: "legendToggleSelect", name: "momentum α=0.1, β=0.9"})`)
		b.Until("a line less", fmt.Sprintf(`document.querySelectorAll(".nqm-figure svg path[stroke='#d55e00']").length < %d`, n))
		b.Dark(true)
		b.Until("dark text", firstText+`.getAttribute("fill") === "#e8eaed"`)
		if !browsertest.Value[bool](b, chart+`.getOption().legend[0].selected["momentum α=0.1, β=0.9"] === false`) {
			t.Error("the line came back with the theme")
		}
		if svg := browsertest.Value[string](b, `decodeURIComponent(`+chart+`.getDataURL({type: "svg"}))`); !strings.Contains(svg, "A ringing direction") || !strings.HasPrefix(svg, "data:image/svg+xml") {
			t.Errorf("saving gives %.80q", svg)
		}
		b.Quiet(browsertest.Files)
	})
}

// A reference lies where its number says, small as it may be.
func TestReferenceAtItsPlace(t *testing.T) {
	const at = 0.0053
	f := oneSeries(Axis{}, Axis{Scale: Log10, Min: 1e-3, Max: 1}, Series{X: Values{0, 1}, Y: Values{at, at}, Color: blue})
	f.Panels[0].References = []Reference{{At: at}}
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		page, err := encodeFile(".html", f)
		if err != nil {
			t.Fatal(err)
		}
		b.Show(page)
		b.Until("a drawn figure", browsertest.Drawn+" === 1")
		place := func(path string) float64 {
			return browsertest.Value[float64](b, `(r => (r.top + r.bottom) / 2)(document.querySelector(".nqm-figure svg path`+path+`").getBoundingClientRect())`)
		}
		if line, reference := place("[stroke='"+blue+"']"), place("[stroke-dasharray]"); math.Abs(line-reference) > 1 {
			t.Errorf("the line at %v lies at %.1f pixels, the reference at %.1f", at, line, reference)
		}
		b.Quiet(browsertest.Files)
	})
}

// The keyboard does what the mouse does: it takes a series of the legend away and
// brings it back, and zooms. All of it is one tab stop.
func TestLegendAndZoomByKeyboard(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		b.Show(must(encodeFile(".html", scaling())))
		b.Until("a drawn figure", browsertest.Drawn+" === 1")
		const focused = `document.activeElement`
		ticks := `[...document.querySelectorAll(".nqm-figure svg text")].map(t => t.textContent).join("|")`
		whole, lines := browsertest.Value[string](b, ticks), browsertest.Value[string](b, linesOf)
		b.Do(chromedp.KeyEvent(kb.Tab))
		b.Until("focus on the first of the legend", focused+`.getAttribute("aria-pressed") === "true" && `+focused+`.getBoundingClientRect().height > 10`)
		b.Do(chromedp.KeyEvent(" "))
		b.Until("a series less", focused+`.getAttribute("aria-pressed") === "false" && `+linesOf+fmt.Sprintf(" !== %q", lines))
		b.Do(chromedp.KeyEvent(" "))
		b.Until("the series again", focused+`.getAttribute("aria-pressed") === "true"`)
		b.Do(chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
		b.Until("focus on the zoom", focused+`.textContent === "zoom in"`)
		b.Do(chromedp.KeyEvent(" "))
		b.Until("other numbers at the axis", ticks+fmt.Sprintf(" !== %q", whole))
		b.Screenshot("zoomed")
		b.Do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(" "))
		b.Until("the whole again", ticks+fmt.Sprintf(" === %q", whole))
		b.Do(chromedp.KeyEvent(kb.Tab))
		b.Until("focus elsewhere", `!`+focused+`.closest(".nqm-keys")`)
		b.Accessible()
		b.Quiet(browsertest.Files)
	})
}
