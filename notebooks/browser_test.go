package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nqm/notebooks/internal/lab"
	"nqm/notebooks/internal/lesson"
	"nqm/plotting/browsertest"
	"nqm/theory/longtest"
)

// kernelState is what the notebook's toolbar says about its kernel.
const kernelState = `document.querySelector(".jp-Notebook-ExecutionIndicator")?.dataset.status`

// hasKernel says that the open notebook has a kernel, which is idle before a cell
// has run: what is run earlier is dropped without a word, even if the server has the
// kernel already. JupyterLab calls the state idle where there is none, too.
const hasKernel = kernelState + ` === "idle" && document.querySelector(".jp-KernelName").textContent !== "No Kernel"`

// waiting says that a cell waits for the kernel, or runs.
const waiting = `[...document.querySelectorAll(".jp-InputPrompt")].some(p => p.textContent.includes("*"))`

// idle says that the kernel has run every cell that it was given.
const idle = kernelState + ` === "idle" && !` + waiting

// Every exported page draws every chart and sets every formula, with no
// network, on a wide screen and on a phone, on light and on dark.
func TestExportedPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: opens pages in a browser")
	}
	views := []struct {
		name          string
		width, height int
		dark          bool
	}{{"wide", 1200, 900, false}, {"dark", 1200, 900, true}, {"phone", 390, 844, false}}
	pages := exportedLessons(t)
	if !longtest.Wanted() {
		views = views[:1]
	}
	for _, path := range pages {
		for _, view := range views {
			t.Run(filepath.Base(path)+"/"+view.name, func(t *testing.T) {
				t.Parallel()
				browsertest.Browse(t, view.width, view.height, func(b *browsertest.Browser) {
					b.Dark(view.dark)
					b.Open(path)
					b.EveryFigure()
					b.Screenshot(view.name)
					if n := browsertest.Value[int](b, `document.querySelectorAll("math").length`); n == 0 {
						t.Error("no formula is set")
					}
					if raw := browsertest.Value[string](b, `[...document.querySelectorAll(".jp-RenderedMarkdown")].map(e => e.textContent).filter(s => s.includes("$") || s.includes("\\frac")).join("|")`); raw != "" {
						t.Errorf("raw TeX is left: %.200s", raw)
					}
					b.Accessible()
					if tabs := browsertest.Value[int](b, `document.querySelectorAll(".jp-Cell-inputWrapper[tabindex]").length`); tabs > 0 {
						t.Errorf("%d cells are tab stops", tabs)
					}
					if over := b.TooWide(); over > 0 {
						t.Errorf("the page is %d pixels wider than the screen", over)
					}
					b.Quiet(browsertest.Files)
				})
			})
		}
		t.Run(filepath.Base(path)+"/print", func(t *testing.T) {
			t.Parallel()
			browsertest.Browse(t, 720, 960, func(b *browsertest.Browser) {
				b.Open(path)
				b.Printed()
			})
		})
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
	go func() { ended <- server.Run(ctx, func(a string, _ []string) { address <- a }) }()
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
	case <-time.After(3 * time.Minute):
		t.Fatal("JupyterLab did not start within three minutes")
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

// In JupyterLab a lesson runs from top to bottom, what is to be predicted is folded
// until its cell runs or is clicked, and every chart comes alive, follows the theme, and comes alive
// again when the lesson is run again.
func TestLessonInJupyterLab(t *testing.T) {
	longtest.Only(t)
	browsertest.Browse(t, 1300, 1000, func(b *browsertest.Browser) {
		dir, file := labCopy(t, lessonInLab, asRun)
		b.Open(startLab(t, dir, file))
		b.Until("notebook", `document.querySelector(".jp-Notebook .jp-CodeCell")`)
		b.Until("kernel", hasKernel)
		b.Until("outputs that are folded", `document.querySelectorAll(".jp-OutputPlaceholder").length > 1`)
		b.Screenshot("folded")
		for _, pass := range []string{"first", "again"} {
			runAll(b)
			b.Until("end of the run", idle)
			b.EveryFigure()
			b.Screenshot(pass)
		}
		const ink = `document.querySelector(".nqm-figure svg text").getAttribute("fill")`
		light := browsertest.Value[string](b, ink)
		b.Run(`document.body.setAttribute("data-jp-theme-light", "false")`)
		b.Until("other ink when the theme turns dark", fmt.Sprintf("%s !== %q", ink, light))
		b.AsksOnly(browsertest.Server)
	})
}

// asRun returns the notebook as a run writes it: with what is folded.
func asRun(text string) string {
	nb, err := lesson.ParseNotebook([]byte(text))
	if err != nil {
		return ""
	}
	nb.Normalize()
	data, err := json.Marshal(nb)
	if err != nil {
		return ""
	}
	return string(data)
}

// runAll runs every cell, by the menu as a person would.
func runAll(b *browsertest.Browser) {
	b.Point(`[...document.querySelectorAll("li.lm-MenuBar-item")].find(i => i.textContent === "Run")`)
	b.Point(`document.querySelector("li[data-command='runmenu:run-all']")`)
	b.Until("start of the run", waiting)
}

// A notebook that is not trusted runs no script, and still shows each figure.
func TestUntrustedNotebookShowsStillImages(t *testing.T) {
	longtest.Only(t)
	browsertest.Browse(t, 1300, 1000, func(b *browsertest.Browser) {
		dir, file := labCopy(t, lessonInLab, func(s string) string {
			return strings.Replace(s, "SGD in two directions", "Untrusted: SGD in two directions", 1)
		})
		b.Open(startLab(t, dir, file))
		b.Until("still image", `[...document.querySelectorAll(".jp-OutputArea-output img")].some(i => i.naturalWidth > 300)`)
		b.Screenshot("untrusted")
		if n := browsertest.Value[int](b, `document.querySelectorAll(".jp-OutputArea-output svg, .jp-OutputArea-output script").length`); n != 0 {
			t.Errorf("an untrusted notebook has %d charts or scripts", n)
		}
	})
}
