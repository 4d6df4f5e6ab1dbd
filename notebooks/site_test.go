package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nqm/plotting/browsertest"
	"nqm/theory/longtest"
)

// The site has every lesson and the gallery, every link leads somewhere, and
// each page shows its figures with no network, on a wide screen and on a phone,
// on light and on dark.
func TestSite(t *testing.T) {
	longtest.Only(t)
	worker, lessons := startWorker(t)
	dir := t.TempDir()
	if kept := os.Getenv("NQM_SITE"); kept != "" { // to look at it afterwards
		dir = kept
	}
	if err := buildSite(worker, lessons, dir); err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons[1:] {
		if !strings.Contains(string(index), `href="`+l.Name+`.html"`) {
			t.Errorf("the index has no link to %s", l.Name)
		}
	}
	for _, view := range []struct {
		name          string
		width, height int
		dark          bool
	}{{"wide", 1200, 900, false}, {"wide dark", 1200, 900, true}, {"phone", 390, 844, false}, {"phone dark", 390, 844, true}} {
		for _, page := range []string{"index", "gallery"} {
			t.Run(page+"/"+view.name, func(t *testing.T) {
				t.Parallel()
				browsertest.Browse(t, view.width, view.height, func(b *browsertest.Browser) {
					b.Dark(view.dark)
					b.Open(filepath.Join(dir, page+".html"))
					b.EveryFigure()
					b.Screenshot(view.name)
					b.Accessible()
					if over := b.TooWide(); over > 0 {
						t.Errorf("the page is %d pixels wider than the screen", over)
					}
					if n, want := browsertest.Value[int](b, `document.querySelectorAll(".nqm-pages a").length`), len(lessons)+1; n != want {
						t.Errorf("the row of all pages has %d links, want %d", n, want)
					}
					b.Quiet(browsertest.Files)
				})
			})
		}
	}
	t.Run("a picture to play with above the fold", func(t *testing.T) {
		t.Parallel()
		browsertest.Browse(t, 1280, 900, func(b *browsertest.Browser) {
			b.Open(filepath.Join(dir, "index.html"))
			b.Until("a drawn figure", browsertest.Drawn+" > 0")
			if end := browsertest.Value[float64](b, `document.querySelector(".nqm-figure .nqm-pane").getBoundingClientRect().bottom`); end > 900 {
				t.Errorf("the first picture ends at %v of 900", end)
			}
			if !browsertest.Value[bool](b, `document.querySelector(".nqm-figure").querySelector("input[type=range]") !== null`) {
				t.Error("the first picture has no slider")
			}
		})
	})
	t.Run("from page to page", func(t *testing.T) {
		t.Parallel()
		browsertest.Browse(t, 1200, 900, func(b *browsertest.Browser) {
			b.Open(filepath.Join(dir, "index.html"))
			for i := 1; i <= len(lessons); i++ {
				b.Open(browsertest.Value[string](b, `document.querySelector("a[rel=next]").href`))
				if !browsertest.Value[bool](b, fmt.Sprintf(`document.querySelectorAll(".nqm-pages a")[%d].hasAttribute("aria-current")`, i)) {
					t.Fatalf("page %d does not lead to page %d", i-1, i)
				}
			}
		})
	})
}
