// Package browsertest opens pages with figures in a headless Chromium, for
// tests that look at what a reader would see.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A Browser is a headless Chromium that reaches nothing but this machine, and
// remembers what its pages asked for and complained about.
type Browser struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	requests []string
	errors   []string
}

// A wait ends as soon as there is what it waits for: only a failure takes as
// long as patience.
const (
	patience = 2 * time.Minute
	interval = 20 * time.Millisecond
	answerIn = time.Minute      // from a browser that lives, on a busy machine
	lookIn   = 10 * time.Second // after a wait so long, at whether the browser lives
	browsers = 3
)

// stopped says why a browser is given up.
type stopped string

// Browse starts Chromium with a window of the given size in pixels, and gives
// it to look; or it skips the test and says why: with -short, or if there is no
// Chromium or Chrome on the PATH.
//
// Chromium's compositor can stop for good, with all of its threads waiting: on
// two cores with eight browsers at once, one in 20 did on a page of 31 figures,
// and with few it is rare. Such a browser, which makes no frames or does not
// answer, says nothing about the page: look begins again in a new one, and
// fails the test if that is the third to stop.
func Browse(t *testing.T, width, height int, look func(b *Browser)) {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped with -short: opens pages in a browser")
	}
	path := chromium()
	if path == "" {
		t.Skip("skipped: no Chromium or Chrome on the PATH, so nobody looks at the pages")
	}
	for n := 1; ; n++ {
		why := browse(t, path, width, height, look)
		if why == "" {
			return
		}
		if n == browsers {
			t.Fatalf("the browser %s, like %d before it", why, n-1)
		}
		t.Logf("the browser %s: again in a new one", why)
	}
}

// browse is Browse in one browser; it returns why that stopped, or nothing.
func browse(t *testing.T, path string, width, height int, look func(b *Browser)) (why stopped) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.WindowSize(width, height),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.NoSandbox, chromedp.DisableGPU,
	)
	ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
	defer end()
	ctx, cancel := chromedp.NewContext(ctx)
	defer cancel()
	b := &Browser{t: t, ctx: ctx}
	start := time.AfterFunc(answerIn, cancel)
	err := chromedp.Listen(ctx, b.note)
	if !start.Stop() {
		return "does not start"
	}
	if err != nil {
		t.Fatalf("the browser did not start: %v", err)
	}
	defer func() {
		if p := recover(); p != nil {
			var ok bool
			if why, ok = p.(stopped); !ok {
				panic(p)
			}
		}
	}()
	b.answer("enabling of the network", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		return err
	})
	b.Do(chromedp.EmulateViewport(int64(width), int64(height))) // a window is never as narrow as a phone
	look(b)
	return ""
}

// answer asks the browser for something that what names. No answer gives the
// browser up, an error fails the test.
func (b *Browser) answer(what string, ask func(ctx context.Context) error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, answerIn)
	defer cancel()
	if err := ask(ctx); err != nil {
		if ctx.Err() != nil {
			panic(stopped("does not answer: " + what))
		}
		b.t.Fatalf("the browser fails at %s: %v", what, err)
	}
}

// ask is answer for a value.
func ask[T any](b *Browser, what string, action chromedp.Action[T]) (v T) {
	b.t.Helper()
	b.answer(what, func(ctx context.Context) (err error) {
		v, err = chromedp.Run(ctx, action)
		return err
	})
	return v
}

// chromium returns the path of a Chromium, if there is one. The headless shell
// comes first: it is a third of the work to start.
func chromium() string {
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func (b *Browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.errors = append(b.errors, describe(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			b.errors = append(b.errors, fmt.Sprint(e.Args))
		}
	}
}

func describe(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	return e.Text
}

// Do performs actions one after the other.
func (b *Browser) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.answer("an action", func(ctx context.Context) error { return chromedp.Do(ctx, actions...) })
}

// Open goes to an address, or to a file if it is an absolute path.
func (b *Browser) Open(address string) {
	b.t.Helper()
	if filepath.IsAbs(address) {
		address = "file://" + filepath.ToSlash(address)
	}
	b.Do(chromedp.Navigate(address))
}

// Show writes a page to a file and goes there.
func (b *Browser) Show(page []byte) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "page.html")
	if err := os.WriteFile(path, page, 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.Open(path)
}

// Value evaluates a JavaScript expression.
func Value[T any](b *Browser, expression string) T {
	b.t.Helper()
	return ask(b, expression, chromedp.Evaluate[T](expression))
}

// Run evaluates JavaScript statements for their effect.
func (b *Browser) Run(script string) {
	b.t.Helper()
	b.Do(chromedp.Evaluate[chromedp.Void]("(() => {" + script + "})()"))
}

// Until waits for a JavaScript expression to be true; what names it where it
// never is.
func (b *Browser) Until(what, expression string) {
	b.t.Helper()
	look := time.Now().Add(lookIn)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(interval) {
		if Value[bool](b, "!!("+expression+")") {
			return
		}
		if time.Now().After(look) {
			if !ask(b, "a frame", chromedp.Evaluate[bool](frames, chromedp.EvalAwaitPromise)) {
				panic(stopped("makes no frames"))
			}
			look = time.Now().Add(lookIn)
		}
	}
	page := Value[string](b, state)
	b.Screenshot("failed")
	b.mu.Lock()
	defer b.mu.Unlock()
	b.t.Fatalf("after %v there is no %s; the page is %s and complained: %v", patience, what, page, b.errors)
}

// frames promises to say whether the browser still makes frames. The second
// timer gives the frame its turn where a script kept both waiting.
const frames = `new Promise(done => {
	requestAnimationFrame(() => done(true));
	setTimeout(() => setTimeout(() => done(false), 1000), 4000);
})`

// Point moves the mouse to the element that a JavaScript expression gives, and
// clicks: a menu wants both.
func (b *Browser) Point(element string) {
	b.t.Helper()
	b.Until("element to click", element)
	at := Value[[2]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(`+element+`.getBoundingClientRect())`)
	b.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]), chromedp.MouseClickXY(at[0], at[1]))
}

// Dark says whether the reader prefers dark pages.
func (b *Browser) Dark(yes bool) {
	b.t.Helper()
	scheme := "light"
	if yes {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	b.answer("a "+scheme+" screen", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
		return err
	})
}

const (
	// Figures are the figures of the page, an array in JavaScript.
	Figures = `[...document.querySelectorAll(".nqm-figure")]`
	// isDrawn says of a figure that its chart has lines and texts, and that
	// the still image has gone. A lone "never" has a title and a label only.
	isDrawn = `(f => f.querySelectorAll("svg path").length > 5 && f.querySelectorAll("svg text").length > 1 &&
		f.querySelector("img").style.display === "none")`
	// Drawn counts the figures whose chart stands in place of the still image.
	Drawn = Figures + `.filter(` + isDrawn + `).length`
	// state says where the reader is, and what there is of figures near there
	// that are not drawn.
	state = `JSON.stringify({visibility: document.visibilityState, scrollY, innerHeight, drawn: ` + Drawn + `, undrawn: ` + Figures + `
		.map((f, i) => ({figure: i + 1, top: Math.round(f.getBoundingClientRect().top), begun: f.hasAttribute("data-drawn"), paths: f.querySelectorAll("svg path").length,
			texts: f.querySelectorAll("svg text").length, still: f.querySelector("img").style.display, drawn: ` + isDrawn + `(f)}))
		.filter(f => !f.drawn && Math.abs(f.top) < 4 * innerHeight)})`
)

// EveryFigure unfolds the page, scrolls to each figure, waits for its chart, returns to
// the top and says how many figures there are. A page without one is a failure.
func (b *Browser) EveryFigure() int {
	b.t.Helper()
	b.Run(`document.querySelectorAll(".nqm-predict, .nqm-answer").forEach(d => { d.open = true })`)
	n := Value[int](b, Figures+".length")
	if n == 0 {
		b.Screenshot("failed")
		b.t.Fatal("the page has no figure")
	}
	for i := range n {
		figure := fmt.Sprintf("%s[%d]", Figures, i)
		b.Run(figure + `.scrollIntoView()`)
		b.Until(fmt.Sprintf("drawing of figure %d of %d", i+1, n), isDrawn+"("+figure+")")
	}
	b.Run(`window.scrollTo(0, 0)`)
	return n
}

// TooWide returns by how many pixels the page is wider than the screen, <= 0
// where it fits.
func (b *Browser) TooWide() int {
	b.t.Helper()
	return Value[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
}

// Prefixes of addresses on this machine, for AsksOnly and Quiet.
var (
	Files  = []string{"file:", "data:", "blob:", "about:"}
	Server = slices.Concat(Files, []string{"http://localhost:", "http://127.0.0.1:", "ws://localhost:", "ws://127.0.0.1:"})
)

// Quiet fails the test if a script of a page threw or logged an error, or if
// AsksOnly does.
func (b *Browser) Quiet(prefixes []string) {
	b.t.Helper()
	b.AsksOnly(prefixes)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		b.t.Errorf("the page's scripts failed: %v", b.errors)
	}
}

// AsksOnly fails the test for each request whose address has none of the
// prefixes.
func (b *Browser) AsksOnly(prefixes []string) {
	b.t.Helper()
	for _, r := range b.Requests() {
		if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(r, p) }) {
			b.t.Errorf("the page asks for %s", r)
		}
	}
}

// Requests returns the addresses that pages asked for.
func (b *Browser) Requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// Screenshot keeps a picture of the whole page in the folder that the
// environment variable NQM_SCREENSHOTS names, if it does.
func (b *Browser) Screenshot(name string) {
	b.t.Helper()
	dir := os.Getenv("NQM_SCREENSHOTS")
	if dir == "" {
		return
	}
	png := ask(b, "a picture", chromedp.FullScreenshot(100))
	file := strings.NewReplacer("/", "_", " ", "_").Replace(b.t.Name()) + "_" + name + ".png"
	if err := os.WriteFile(filepath.Join(dir, file), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
