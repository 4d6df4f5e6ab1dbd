package site

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"nqm/notebooks/internal/atlas"
	"nqm/plotting"
)

// figures is the folder of the gallery's files, in the site.
const figures = "figures"

// Gallery makes every figure of the atlas, writes its files into the site in
// dir, and returns the page that shows all of them, alive.
func Gallery(dir string) (Page, error) {
	folder := filepath.Join(dir, figures)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return Page{}, err
	}
	var values []any
	for _, f := range atlas.All() {
		made, err := f.Make()
		if err == nil {
			err = made.Write(folder)
		}
		if err != nil {
			return Page{}, fmt.Errorf("the figure %s: %w", f.Name, err)
		}
		values = append(values, made.Figure)
	}
	page, err := pageOf(values)
	if err != nil {
		return Page{}, err
	}
	return Page{Name: "gallery", Label: "gallery", HTML: []byte(label(page))}, nil
}

// pageOf returns the page that plotting writes of values.
func pageOf(values []any) (page string, err error) {
	tmp, err := os.MkdirTemp("", "nqm-gallery-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	defer func() {
		if e, ok := recover().(error); ok {
			err = e
		}
	}()
	path := filepath.Join(tmp, "gallery.html")
	plotting.Save(path, values)
	data, err := os.ReadFile(path)
	return string(data), err
}

// policy forbids a page on its own to load anything; on the site it may load
// the library beside it.
var policy = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>\n?`)

// label gives the page of all figures its title, and each figure its name, what
// it shows and its files.
func label(page string) string {
	page = policy.ReplaceAllString(page, "")
	page = title.ReplaceAllLiteralString(page, "<title>Gallery: the figures of the paper and the lecture</title>")
	parts := strings.Split(page, "<section>")
	var b strings.Builder
	b.WriteString(strings.Replace(parts[0], "<main>", "<main>\n<h1>Gallery</h1>\n<p>The figures of the paper and of the lecture, computed anew; <code>go run ./notebooks figures</code> writes their files.</p>", 1))
	for i, f := range atlas.All() {
		fmt.Fprintf(&b, "<section id=\"%s\">\n<h2>%s</h2>\n<p>%s</p>\n", f.Name, html.EscapeString(heading(f.Name)), html.EscapeString(capital(f.About)))
		drawn, rest, _ := strings.Cut(parts[i+1], "</section>")
		b.WriteString(drawn)
		b.WriteString("<p class=\"files\">")
		for _, form := range []string{"svg", "pdf", "png", "csv"} {
			fmt.Fprintf(&b, `<a href="%s/%s.%s">%s</a> `, figures, f.Name, form, strings.ToUpper(form))
		}
		b.WriteString("</p>\n</section>" + rest)
	}
	return b.String()
}

// heading makes words of a figure's name.
func heading(name string) string {
	return capital(strings.ReplaceAll(name, "-", " "))
}

// capital begins s with a capital, if it does not begin with a symbol, as α is.
func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 || unicode.Is(unicode.Greek, first) {
		return s
	}
	return string(unicode.ToUpper(first)) + s[n:]
}
