package site

import (
	"os"
	"path/filepath"
	"testing"

	"nqm/notebooks/internal/atlas"
	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/plotting/browsertest"
)

// The gallery around figures that are made at once: it has landmarks, colours that can be
// read, and keys for what moves, in light and dark; and it has the look of the site.
func TestGalleryIsAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: opens pages in a browser")
	}
	figure, err := plotting.FigureOf(nqmkit.Expect(nqmkit.TwoDirections(50, 1), 100, nqmkit.SGD(0.02)))
	if err != nil {
		t.Fatal(err)
	}
	var values []any
	for range atlas.All() {
		values = append(values, figure)
	}
	drawn, err := pageOf(values)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range atlas.All() {
		for _, form := range []string{"svg", "pdf", "png", "csv"} {
			path := filepath.Join(dir, figures, f.Name+"."+form)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	gallery := Page{Name: "gallery", Label: "gallery", HTML: []byte(label(drawn))}
	if err := Write(dir, []Page{page("00", `<main><h1>A lesson</h1></main>`), gallery}); err != nil {
		t.Fatal(err)
	}
	browsertest.Browse(t, 720, 960, func(b *browsertest.Browser) {
		b.Open(filepath.Join(dir, "gallery.html"))
		b.Printed()
	})
	for _, dark := range []bool{false, true} {
		browsertest.Browse(t, 1000, 900, func(b *browsertest.Browser) {
			b.Dark(dark)
			b.Open(filepath.Join(dir, "gallery.html"))
			b.Until("a drawn figure", browsertest.Drawn+" > 0")
			b.Screenshot("gallery")
			b.Accessible()
			look := browsertest.Value[string](b, `(s => s.font + s.color + s.backgroundColor)(getComputedStyle(document.body))`)
			b.Open(filepath.Join(dir, "index.html"))
			if other := browsertest.Value[string](b, `(s => s.font + s.color + s.backgroundColor)(getComputedStyle(document.body))`); other != look {
				t.Errorf("the gallery looks like %s, a lesson like %s", look, other)
			}
			b.Quiet(browsertest.Files)
		})
	}
}

// What a figure shows begins with a capital, and with a symbol that is one.
func TestCapital(t *testing.T) {
	for of, want := range map[string]string{"steps": "Steps", "α/(1-β) of SGD": "α/(1-β) of SGD", "écart": "Écart", "": ""} {
		if got := capital(of); got != want {
			t.Errorf("%q becomes %q", of, got)
		}
	}
}
