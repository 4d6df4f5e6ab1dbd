package plotting

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	"nqm/plotting/browsertest"
)

// pointAt moves the mouse to a point of the first panel.
func pointAt(b *browsertest.Browser, x, y float64) {
	const chart = `nqmFigures.echarts.getInstanceByDom(document.querySelector(".nqm-pane"))`
	at := browsertest.Value[[]float64](b, fmt.Sprintf(`(p => { const box = document.querySelector(".nqm-pane").getBoundingClientRect();
		return [box.left + p[0], box.top + p[1]] })(%s.convertToPixel({gridIndex: 0}, [%v, %v]))`, chart, x, y))
	b.Do(chromedp.MouseEvent("mouseMoved", at[0]+3, at[1]), chromedp.MouseEvent("mouseMoved", at[0], at[1]))
}

// tipOf returns the condition that a tooltip says a text.
func tipOf(pattern string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".nqm-pane div")].some(d => !d.querySelector("svg") && new RegExp(%q).test(d.textContent))`, pattern)
}

// A batch size has a tooltip with the steps of every method, and the bound.
func TestScalingTooltip(t *testing.T) {
	browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
		b.Show(must(encodeFile(".html", scaling())))
		b.Until("a drawn figure", browsertest.Drawn+" === 1")
		point := scaling().Curves[0].Points[3]
		pointAt(b, point.Optimizer.BatchSize, float64(point.Steps.Steps))
		b.Until("a tooltip with the steps", tipOf(fmt.Sprintf("batch size B = 64.*SGD: %d.*momentum: %d.*steps to loss 0.02",
			point.Steps.Steps, scaling().Curves[1].Points[3].Steps.Steps)))
		b.Quiet(browsertest.Files)
	})
}

// A row has no number on its second axis, and its tooltip none either: it names the
// method of the row.
func TestRowTooltip(t *testing.T) {
	browsertest.Browse(t, 390, 700, func(b *browsertest.Browser) {
		b.Show(must(encodeFile(".html", steps3())))
		b.Until("a drawn figure", browsertest.Drawn+" === 1")
		words := browsertest.Value[string](b, `[...document.querySelectorAll(".nqm-figure svg text")].map(t => t.textContent).join("|")`)
		for _, want := range labels(StepsToTarget(steps3()).Panels[0]) {
			if !regexp.MustCompile(`(^|\|)` + regexp.QuoteMeta(want) + `(\||$)`).MatchString(words) {
				t.Errorf("a phone does not show %q whole: %s", want, words)
			}
		}
		pointAt(b, 810, 4.32)
		b.Until("a tooltip with the step", tipOf(`^810 steps: SGD α=0.002, B=64steps to target T = 810first at or below the target$`))
		b.Quiet(browsertest.Files)
	})
}
