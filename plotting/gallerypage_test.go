package plotting

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nqm/plotting/browsertest"
	"nqm/theory/longtest"
)

// With -gallery=folder the test writes every chart in every output, and one
// page of all, for somebody to look at; -only=name,name chooses some, and with
// them the charts that a browser draws:
//
//	go test ./plotting -run WriteGallery -gallery FOLDER
//	NQM_SCREENSHOTS=FOLDER go test ./plotting -run GalleryInABrowser -only scaling,gaps
var (
	galleryFolder = flag.String("gallery", "", "write every chart in every output into this folder")
	galleryOnly   = flag.String("only", "", "the charts of the gallery to draw, separated by commas")
)

// chosen returns the charts of the gallery that -only names, or all.
func chosen() []sample {
	if *galleryOnly == "" {
		return gallery()
	}
	var some []sample
	for _, s := range gallery() {
		if slices.Contains(strings.Split(*galleryOnly, ","), s.name) {
			some = append(some, s)
		}
	}
	return some
}

func TestWriteGallery(t *testing.T) {
	dir, forms := *galleryFolder, extensions
	if dir == "" {
		if dir = t.TempDir(); !longtest.Wanted() {
			forms = []string{".svg", ".csv"} // TestSameBytesEachTime encodes the others
		}
	}
	var all []any
	for _, s := range chosen() {
		for _, e := range forms {
			if err := save(filepath.Join(dir, s.name+e), s.value, encoderOf(e)); err != nil {
				t.Errorf("%s%s: %v", s.name, e, err)
			}
		}
		all = append(all, s.value)
	}
	page := all
	if len(forms) < len(extensions) {
		page = all[:1]
	}
	if err := save(filepath.Join(dir, "index.html"), page, encodePicture); err != nil {
		t.Error(err)
	}
	written, err := os.ReadDir(dir)
	if want := len(all)*len(forms) + 1; err != nil || len(written) < want {
		t.Errorf("%d files of %d (%v)", len(written), want, err)
	}
}

// mostDrawn is how many figures of a page stay drawn at most.
const mostDrawn = 40

// Every chart is drawn on the gallery's page, wide and on a phone, light and
// dark, with no network and no complaint.
func TestGalleryInABrowser(t *testing.T) {
	var page []byte
	var all []any
	for _, screen := range []struct {
		name  string
		width int
	}{{"wide", 940}, {"phone", 390}} {
		browsertest.Browse(t, screen.width, 900, func(b *browsertest.Browser) {
			if page == nil {
				for _, s := range chosen() {
					all = append(all, s.value)
				}
				page = must(encodeFile(".html", all))
			}
			b.Show(page)
			b.EveryFigure()
			if got := browsertest.Value[int](b, browsertest.Drawn); got != min(len(all), mostDrawn) { // everyFigure has seen each
				t.Errorf("%s: %d of %d charts are drawn", screen.name, got, len(all))
			}
			if w := browsertest.Value[int](b, `document.documentElement.scrollWidth`); w > screen.width {
				t.Errorf("%s: the page is %d pixels wide on a screen of %d", screen.name, w, screen.width)
			}
			b.Screenshot("gallery-" + screen.name + "-light")
			before := browsertest.Value[string](b, `document.querySelector(".nqm-figure svg text").getAttribute("fill")`)
			b.Dark(true)
			b.Until("text in another colour", fmt.Sprintf(`document.querySelector(".nqm-figure svg text").getAttribute("fill") !== %q`, before))
			b.Screenshot("gallery-" + screen.name + "-dark")
			b.Quiet(browsertest.Files)
		})
	}
}
