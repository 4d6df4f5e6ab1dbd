package plotting

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
)

// pointAt moves the mouse to a point of the first panel.
func (b *browser) pointAt(x, y float64) {
	b.t.Helper()
	const chart = `nqmFigures.echarts.getInstanceByDom(document.querySelector(".nqm-pane"))`
	at := value[[]float64](b, fmt.Sprintf(`(p => { const box = document.querySelector(".nqm-pane").getBoundingClientRect();
		return [box.left + p[0], box.top + p[1]] })(%s.convertToPixel({gridIndex: 0}, [%v, %v]))`, chart, x, y))
	b.do(chromedp.MouseEvent("mouseMoved", at[0]+3, at[1]), chromedp.MouseEvent("mouseMoved", at[0], at[1]))
}

// tipOf returns the condition that a tooltip says a text.
func tipOf(pattern string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".nqm-pane div")].some(d => !d.querySelector("svg") && new RegExp(%q).test(d.textContent))`, pattern)
}

// A batch size has a tooltip with the steps of every method, and the bound.
func TestScalingTooltip(t *testing.T) {
	b := openBrowser(t, 900, 700)
	b.open(must(encodeFile(".html", scaling())))
	b.until("a drawn figure", drawn+" === 1")
	point := scaling().Curves[0].Points[3]
	b.pointAt(point.Optimizer.BatchSize, float64(point.Steps.Steps))
	b.until("a tooltip with the steps", tipOf(fmt.Sprintf("batch size B = 64.*SGD: %d.*heavy ball: %d.*steps to loss 0.02",
		point.Steps.Steps, scaling().Curves[1].Points[3].Steps.Steps)))
	b.quiet()
}

// A row has no number on its second axis, and its tooltip none either.
func TestRowTooltip(t *testing.T) {
	b := openBrowser(t, 390, 700)
	b.do(chromedp.EmulateViewport(390, 700))
	b.open(must(encodeFile(".html", steps3())))
	b.until("a drawn figure", drawn+" === 1")
	words := value[string](b, `[...document.querySelectorAll(".nqm-figure svg text")].map(t => t.textContent).join("|")`)
	for _, want := range labels(StepsToTarget(steps3()).Panels[0]) {
		if !regexp.MustCompile(`(^|\|)` + regexp.QuoteMeta(want) + `(\||$)`).MatchString(words) {
			t.Errorf("a phone does not show %q whole: %s", want, words)
		}
	}
	b.pointAt(810, 4.32)
	b.until("a tooltip with the step", tipOf(`steps to target T = 810first at or below the target$`))
	b.quiet()
}
