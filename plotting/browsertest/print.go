package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Printed lays the page out on sheets of paper, for a reader whose screen is dark, and
// fails the test for each picture that is cut, empty or dark, heading that is apart from
// what follows, code that is apart from its picture, and text that cannot be read. The
// sheets are columns, which break where sheets do.
func (b *Browser) Printed() {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(720, 960))
	media := emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	b.answer("paper", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
		return err
	})
	b.Run(`Object.assign(document.body.style, {width: "720px", maxWidth: "none", margin: "0", height: "960px",
		columnWidth: "720px", columnGap: "0px", columnFill: "auto"})`)
	for _, fault := range Value[[]string](b, printFaults) {
		b.t.Error("printed, " + fault)
	}
}

// printFaults is what is wrong with the sheets.
const printFaults = `(() => {
	const faults = [], edge = document.body.getBoundingClientRect().left;
	const sheet = r => Math.floor((r.left - edge + 1) / 720);
	const seen = e => e.getClientRects().length > 0 && e.checkVisibility();
	const name = e => (e.textContent || e.alt || e.tagName).trim().slice(0, 40);
	const all = selector => [...document.querySelectorAll(selector)];
	for (const e of all("main *").filter(e => !e.closest(".nqm-figure, math")))
		if (seen(e) && getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
			faults.push("a part of " + name(e) + " is hidden");
	const whole = document.createElement("style"); // on paper, unlike in columns, what scrolls is no block
	whole.textContent = "main :not(.nqm-figure *) { overflow: visible !important }";
	document.head.append(whole);
	const pieces = all("h1, h2, h3, p, li, pre, table, img").filter(seen);
	pieces.forEach((e, i) => {
		if (/^H/.test(e.tagName) && i + 1 < pieces.length && sheet(e.getClientRects()[0]) !== sheet(pieces[i + 1].getClientRects()[0]))
			faults.push("the heading " + name(e) + " is apart from " + name(pieces[i + 1]));
	});
	for (const f of all(".nqm-figure")) {
		const shown = [...f.querySelectorAll(":scope > img, svg")].filter(seen), r = shown.length && shown[0].getBoundingClientRect();
		if (!shown.length || r.width < 100 || r.height < 50 || r.height > 960 || r.width > 720) {
			faults.push("a picture is empty or cut: " + f.querySelector("img").alt.slice(0, 60));
			continue;
		}
		if (getComputedStyle(shown[0]).filter !== "none") faults.push("a picture is dark");
		const code = pieces.slice(0, pieces.findIndex(e => f.contains(e))).filter(e => e.closest(".jp-InputArea-editor")).pop();
		const box = code && code.getBoundingClientRect();
		const first = code && (code.closest(".jp-CodeCell").querySelector(".nqm-figure") || code.closest(".jp-CodeCell").nextElementSibling?.querySelector(".nqm-figure"));
		if (first === f && box.height + r.height < 800 && sheet(box) !== sheet(r))
			faults.push("the code " + name(code) + " is apart from its picture");
		const heading = f.parentElement.querySelector(":scope > h2");
		if (heading && sheet(heading.getBoundingClientRect()) !== sheet(r)) faults.push("the heading " + name(heading) + " is apart from its picture");
	}
	for (const e of all("details")) {
		if (e.lastElementChild.checkVisibility() === false) faults.push(name(e) + " is folded");
		if (seen(e.firstElementChild) && getComputedStyle(e.firstElementChild).listStyleType === "disclosure-closed") faults.push(name(e) + " looks folded");
	}
	const dark = color => color.match(/[\d.]+/g).slice(0, 3).reduce((a, v) => a + +v, 0) < 382;
	const paper = getComputedStyle(document.body), clear = paper.backgroundColor === "rgba(0, 0, 0, 0)";
	if (!dark(paper.color) || !clear && dark(paper.backgroundColor)) faults.push("the ink is " + paper.color + " on " + paper.backgroundColor);
	return [...new Set(faults)];
})()`
