package plotting

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// With -gallery=folder the test writes every chart in every output, and one
// page of all, for somebody to look at:
//
//	go test ./plotting -run WriteGallery -gallery /tmp/gallery
var galleryFolder = flag.String("gallery", "", "write every chart in every output into this folder")

func TestWriteGallery(t *testing.T) {
	dir := *galleryFolder
	if dir == "" {
		dir = t.TempDir()
	}
	var all []any
	for _, s := range gallery() {
		for _, e := range extensions {
			if err := save(filepath.Join(dir, s.name+e), s.value); err != nil {
				t.Errorf("%s%s: %v", s.name, e, err)
			}
		}
		all = append(all, s.value)
	}
	if err := save(filepath.Join(dir, "index.html"), all); err != nil {
		t.Error(err)
	}
	written, err := os.ReadDir(dir)
	if want := len(all)*len(extensions) + 1; err != nil || len(written) < want {
		t.Errorf("%d files of %d (%v)", len(written), want, err)
	}
}

// Every chart is drawn on the gallery's page, wide and on a phone, light and
// dark, with no network and no complaint.
func TestGalleryInABrowser(t *testing.T) {
	var all []any
	for _, s := range gallery() {
		all = append(all, s.value)
	}
	page, err := encodeFile(".html", all)
	if err != nil {
		t.Fatal(err)
	}
	for _, screen := range []struct {
		name  string
		width int
	}{{"wide", 940}, {"phone", 390}} {
		b := openBrowser(t, screen.width, 900)
		b.do(chromedp.EmulateViewport(int64(screen.width), 900))
		b.open(page)
		b.everyFigure()
		if got := value[int](b, drawn); got != len(all) {
			t.Errorf("%s: %d of %d charts are drawn", screen.name, got, len(all))
		}
		if w := value[int](b, `document.documentElement.scrollWidth`); w > screen.width {
			t.Errorf("%s: the page is %d pixels wide on a screen of %d", screen.name, w, screen.width)
		}
		b.screenshot("gallery-" + screen.name + "-light")
		before := value[string](b, `document.querySelector(".nqm-figure svg text").getAttribute("fill")`)
		b.dark(true)
		b.until("text in another colour", fmt.Sprintf(`document.querySelector(".nqm-figure svg text").getAttribute("fill") !== %q`, before))
		b.screenshot("gallery-" + screen.name + "-dark")
		b.quiet()
	}
}
