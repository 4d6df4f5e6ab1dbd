package plotting

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
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser is a headless Chromium without a network, which remembers what its
// pages asked for and complained about.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	errors   []string
}

// openBrowser starts Chromium, or skips the test and says why.
func openBrowser(t *testing.T, width, height int) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped with -short: opens pages in a browser")
	}
	path := findChromium()
	if path == "" {
		t.Skip("skipped: no Chromium or Chrome on the PATH, so nobody looks at the pages")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.WindowSize(width, height),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.NoSandbox, chromedp.DisableGPU,
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatalf("the browser did not start: %v", err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return b
}

func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func (b *browser) note(event any) {
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

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatalf("the browser stopped: %v", err)
	}
}

// value evaluates a JavaScript expression.
func value[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("the page cannot say %s: %v", expression, err)
	}
	return v
}

// run evaluates JavaScript for its effect.
func (b *browser) run(script string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void]("(() => {" + script + "})()"))
}

// until waits for a JavaScript expression to be true.
func (b *browser) until(what, expression string) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if value[bool](b, "!!("+expression+")") {
			return
		}
	}
	b.screenshot("failed")
	b.t.Fatalf("there is no %s; the page complained: %v", what, b.errors)
}

// dark chooses the reader's preference.
func (b *browser) dark(yes bool) {
	scheme := "light"
	if yes {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.t.Fatal(err)
	}
}

// open writes a page and opens it from its file.
func (b *browser) open(page []byte) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "page.html")
	if err := os.WriteFile(path, page, 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Navigate("file://" + filepath.ToSlash(path)))
}

// quiet fails the test if the page complained or asked for anything but itself.
func (b *browser) quiet() { b.t.Helper(); b.asksOnly("file:", "data:") }

// quietHere also allows what a server on this machine has.
func (b *browser) quietHere() { b.t.Helper(); b.asksOnly("http://127.0.0.1:", "data:") }

func (b *browser) asksOnly(allowed ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		b.t.Errorf("the page complained: %v", b.errors)
	}
	for _, r := range b.requests {
		if !slices.ContainsFunc(allowed, func(prefix string) bool { return strings.HasPrefix(r, prefix) }) {
			b.t.Errorf("the page asked for %s", r)
		}
	}
}

// screenshot keeps a picture of the whole page in the folder that the
// environment variable NQM_SCREENSHOTS names, if it does.
func (b *browser) screenshot(name string) {
	dir := os.Getenv("NQM_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// drawn counts the figures whose chart stands in place of the still image.
const drawn = `[...document.querySelectorAll(".nqm-figure")].filter(f => f.querySelector("svg path") && f.querySelector("svg text") && f.querySelector("img").style.display === "none").length`

// everyFigure scrolls through the page until every figure has been drawn once.
func (b *browser) everyFigure() {
	b.t.Helper()
	n := value[int](b, `document.querySelectorAll(".nqm-figure").length`)
	for i := range n {
		b.run(fmt.Sprintf(`document.querySelectorAll(".nqm-figure")[%d].scrollIntoView()`, i))
		b.until(fmt.Sprintf("figure %d", i), fmt.Sprintf(`document.querySelectorAll(".nqm-figure")[%d].querySelector("svg path")`, i))
	}
	b.run(`window.scrollTo(0, 0)`)
}
