package browsertest

import (
	_ "embed"
	"strings"

	"github.com/chromedp/chromedp"
)

// axe is Deque's axe-core 4.14.1, which checks a page for what keeps readers out:
// dist/axe.min.js of the npm package axe-core, unchanged, for tests only. Its
// licence, MPL-2.0, is in LICENSE-axe.
//
//go:embed axe.min.js
var axe string

// faultsOfPage says which serious faults axe finds, each with the first elements
// that have it and what it says of one.
const faultsOfPage = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations
	.filter(v => v.impact === "serious" || v.impact === "critical" || v.id === "region" || v.id.startsWith("landmark"))
	.map(v => v.id + " at " + v.nodes.length + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join("; ") +
		" (" + v.nodes[0].failureSummary.replace(/\s+/g, " ") + ")").join("\n"))`

// Accessible fails the test for each fault of the page that keeps readers out: what
// axe calls serious or critical, and content outside of landmarks.
func (b *Browser) Accessible() {
	b.t.Helper()
	if !Value[bool](b, `"axe" in window`) {
		b.Run(axe)
	}
	faults := ask(b, "its faults", chromedp.Evaluate[string](faultsOfPage, chromedp.EvalAwaitPromise))
	for fault := range strings.Lines(faults) {
		b.t.Errorf("accessibility: %s", strings.TrimSpace(fault))
	}
}
