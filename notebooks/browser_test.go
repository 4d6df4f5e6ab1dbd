package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"nqm/notebooks/internal/lab"
)

// A browser is a headless Chromium that reaches nothing but this machine, and
// remembers what its pages asked for and complained about.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	errors   []string
}

// openBrowser starts Chromium, or skips the test and says why.
func openBrowser(t *testing.T, width, height int, dark bool) *browser {
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
		chromedp.NoSandbox,
	)
	if dark {
		options = append(options, chromedp.Flag("blink-settings", "preferredColorScheme=0"))
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatalf("the browser did not start: %v", err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(int64(width), int64(height))) // a window is never as narrow as a phone
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

// until waits for a JavaScript expression to be true.
func (b *browser) until(what, expression string, limit time.Duration) {
	b.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if value[bool](b, "!!("+expression+")") {
			return
		}
	}
	b.screenshot("failed")
	b.t.Fatalf("after %v there is no %s", limit, what)
}

// screenshot keeps a picture of the page in the folder that the environment
// variable NQM_SCREENSHOTS names, if it does.
func (b *browser) screenshot(name string) {
	dir := os.Getenv("NQM_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	file := strings.ReplaceAll(b.t.Name(), "/", "_") + "_" + name + ".png"
	if err := os.WriteFile(filepath.Join(dir, file), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// outside returns the requests that would have left this machine.
func (b *browser) outside() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var left []string
	for _, r := range b.requests {
		here := false
		for _, prefix := range []string{"file:", "data:", "blob:", "about:", "http://localhost:", "http://127.0.0.1:", "ws://localhost:", "ws://127.0.0.1:"} {
			here = here || strings.HasPrefix(r, prefix)
		}
		if !here {
			left = append(left, r)
		}
	}
	return left
}

const (
	figures = `document.querySelectorAll(".nqm-figure").length`
	// A figure is drawn if its chart has lines and texts, and the still image
	// has gone.
	drawn = `[...document.querySelectorAll(".nqm-figure")].filter(f =>
		f.querySelectorAll("svg path").length > 5 && f.querySelectorAll("svg text").length > 5 &&
		f.querySelector("img").style.display === "none").length`
)

// connected says that the page talks to a kernel; before, running a cell asks
// which kernel it should be.
const connected = `(x => { x.open("GET", "/api/kernels", false); x.send();
	return JSON.parse(x.responseText).some(k => k.connections > 0) })(new XMLHttpRequest())`

// idle says that the kernel has run every cell that it was given.
const idle = `document.querySelector("#jp-main-statusbar").textContent.includes("| Idle") &&
	![...document.querySelectorAll(".jp-InputPrompt")].some(p => p.textContent.includes("*"))`

// scrollThrough brings every figure near the view once.
func (b *browser) scrollThrough() {
	n := value[int](b, figures)
	for i := range n {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelectorAll(".nqm-figure")[%d].scrollIntoView()`, i)),
			chromedp.Sleep(150*time.Millisecond))
	}
}

// exportLessons writes the HTML page of every lesson as it is committed.
func exportLessons(t *testing.T) []string {
	t.Helper()
	worker, lessons := startWorker(t)
	var pages []string
	for _, l := range lessons {
		path, err := worker.Export(l, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, path)
	}
	return pages
}

// Every exported page draws every chart and sets every formula, with no
// network, on a wide screen and on a phone, on light and on dark.
func TestExportedPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: opens pages in a browser")
	}
	for _, path := range exportLessons(t) {
		for _, view := range []struct {
			name          string
			width, height int
			dark          bool
		}{{"wide", 1200, 900, false}, {"dark", 1200, 900, true}, {"phone", 390, 844, false}} {
			t.Run(filepath.Base(path)+"/"+view.name, func(t *testing.T) {
				t.Parallel()
				b := openBrowser(t, view.width, view.height, view.dark)
				b.do(chromedp.Navigate("file://" + path))
				b.scrollThrough()
				b.until("drawing of every figure", figures+" > 0 && "+drawn+" === "+figures, 20*time.Second)
				b.screenshot(view.name)
				if n := value[int](b, `document.querySelectorAll("math").length`); n == 0 {
					t.Error("no formula is set")
				}
				if raw := value[string](b, `[...document.querySelectorAll(".jp-RenderedMarkdown")].map(e => e.textContent).filter(s => s.includes("$") || s.includes("\\frac")).join("|")`); raw != "" {
					t.Errorf("raw TeX is left: %.200s", raw)
				}
				if over := value[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
					t.Errorf("the page is %d pixels wider than the screen", over)
				}
				if left := b.outside(); len(left) > 0 {
					t.Errorf("the page asks the network for %v", left)
				}
				if len(b.errors) > 0 {
					t.Errorf("the page's scripts failed: %v", b.errors)
				}
			})
		}
	}
}

// startLab starts JupyterLab on a copy of the lessons, so that what it saves
// by itself changes no lesson, and returns its address for one of them.
func startLab(t *testing.T, dir, open string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	address := make(chan string, 1)
	ended := make(chan error, 1)
	server := lab.Server{Env: environment(t), Dir: dir, Open: open}
	go func() { ended <- server.Run(ctx, func(a string) { address <- a }) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	select {
	case a := <-address:
		return a
	case err := <-ended:
		ended <- err
		t.Fatalf("JupyterLab did not start: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("JupyterLab did not start within a minute")
	}
	return ""
}

// labCopy copies a lesson into a folder of its own, changed by edit.
func labCopy(t *testing.T, name string, edit func(string) string) (dir, file string) {
	t.Helper()
	data, err := os.ReadFile(name + ".ipynb")
	if err != nil {
		t.Fatal(err)
	}
	dir, file = t.TempDir(), name+".ipynb"
	if err := os.WriteFile(filepath.Join(dir, file), []byte(edit(string(data))), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, file
}

const lessonInLab = "03_sgd_dynamics"

// In JupyterLab a lesson runs from top to bottom and every chart comes alive,
// follows the theme, and comes alive again when the lesson is run again.
func TestLessonInJupyterLab(t *testing.T) {
	b := openBrowser(t, 1300, 1000, false)
	dir, file := labCopy(t, lessonInLab, func(s string) string { return s })
	b.do(chromedp.Navigate(startLab(t, dir, file)))
	b.until("notebook", `document.querySelector(".jp-Notebook .jp-CodeCell")`, time.Minute)
	b.until("kernel", connected, time.Minute)
	for _, pass := range []string{"first", "again"} {
		b.runAll()
		b.until("end of the run", idle, 3*time.Minute)
		b.scrollThrough()
		b.until("drawing of every figure", figures+" > 0 && "+drawn+" === "+figures, time.Minute)
		b.screenshot(pass)
	}
	before := value[string](b, `document.querySelector(".nqm-figure svg text").getAttribute("fill")`)
	b.do(chromedp.Evaluate[chromedp.Void](`document.body.setAttribute("data-jp-theme-light", "false")`), chromedp.Sleep(300*time.Millisecond))
	if after := value[string](b, `document.querySelector(".nqm-figure svg text").getAttribute("fill")`); after == before {
		t.Errorf("the charts keep the ink %s when the theme turns dark", after)
	}
	if left := b.outside(); len(left) > 0 {
		t.Errorf("JupyterLab asks the network for %v", left)
	}
}

// runAll runs every cell, by the menu as a person would.
func (b *browser) runAll() {
	b.point(`[...document.querySelectorAll("li.lm-MenuBar-item")].find(i => i.textContent === "Run")`)
	b.point(`document.querySelector("li[data-command='runmenu:run-all']")`)
	b.do(chromedp.Sleep(2 * time.Second))
}

// point moves the mouse to an element and clicks: a menu wants both.
func (b *browser) point(element string) {
	b.until("element to click", element, 10*time.Second)
	at := value[[2]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(`+element+`.getBoundingClientRect())`)
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]), chromedp.MouseClickXY(at[0], at[1]))
}

// A notebook that is not trusted runs no script, and still shows each figure.
func TestUntrustedNotebookShowsStillImages(t *testing.T) {
	b := openBrowser(t, 1300, 1000, false)
	dir, file := labCopy(t, lessonInLab, func(s string) string {
		return strings.Replace(s, "SGD in two directions", "Untrusted: SGD in two directions", 1)
	})
	b.do(chromedp.Navigate(startLab(t, dir, file)))
	b.until("still image", `[...document.querySelectorAll(".jp-OutputArea-output img")].some(i => i.naturalWidth > 300)`, time.Minute)
	b.screenshot("untrusted")
	if n := value[int](b, `document.querySelectorAll(".jp-OutputArea-output svg, .jp-OutputArea-output script").length`); n != 0 {
		t.Errorf("an untrusted notebook has %d charts or scripts", n)
	}
}
