// Package site puts the pages of lessons and figures together to a static
// site: a folder that any web server hands out, or a browser opens from disk.
//
// Every page stands beside every other, there is one copy of the figures'
// library, and nothing is asked of the network.
package site

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html"
	"path/filepath"
	"regexp"
	"strings"

	"nqm/notebooks/internal/setup"
	"nqm/plotting/echarts"
)

// A Page is one page of the site, as an exporter of notebooks or figures wrote
// it. The first page of a site is its index.
type Page struct {
	Name  string // of its file, without extension
	Label string // in the row of links to all pages
	HTML  []byte
}

// file is the name of the page's file.
func (p Page) file(index bool) string {
	if index {
		return "index.html"
	}
	return p.Name + ".html"
}

// The files that all pages share: the figures' library, and how the site looks.
const (
	library    = "nqm-figures.js"
	stylesheet = "nqm-site.css"
)

//go:embed site.css
var style []byte

// Write writes the pages into dir, linked with one another, and checks every
// link; see Check.
func Write(dir string, pages []Page) error {
	if len(pages) == 0 {
		return errors.New("a site needs at least one page")
	}
	if err := setup.WriteFile(filepath.Join(dir, library), echarts.Bundle()); err != nil {
		return err
	}
	if err := setup.WriteFile(filepath.Join(dir, stylesheet), style); err != nil {
		return err
	}
	files := map[string]string{}
	for i, p := range pages {
		files[p.Name] = p.file(i == 0)
	}
	for i, p := range pages {
		text, err := dress(relink(string(p.HTML), files), pages, i)
		if err != nil {
			return fmt.Errorf("the page of %s: %w", p.Name, err)
		}
		if err := setup.WriteFile(filepath.Join(dir, files[p.Name]), []byte(text)); err != nil {
			return err
		}
	}
	return Check(dir)
}

// notebookLink is a link to a notebook or its twin in the same folder.
var notebookLink = regexp.MustCompile(`(<a\b[^>]*?\bhref=")([^":/#]+)\.(?:ipynb|md)([#"])`)

// relink leads links to notebooks to their pages.
func relink(page string, files map[string]string) string {
	return notebookLink.ReplaceAllStringFunc(page, func(link string) string {
		m := notebookLink.FindStringSubmatch(link)
		if file, ok := files[m[2]]; ok {
			return m[1] + file + m[3]
		}
		return link
	})
}

// dress gives page i what a page on a site has: the shared library instead of
// a copy, the way to the other pages, and a look for paper.
func dress(page string, pages []Page, i int) (string, error) {
	page = shareLibrary(page)
	body := strings.Index(page, "<body")
	end := strings.LastIndex(page, "</body>")
	if body < 0 || end < 0 {
		return "", errors.New("it has no body")
	}
	body += strings.IndexByte(page[body:], '>') + 1
	var b strings.Builder
	b.WriteString(strings.Replace(page[:body], "</head>", "<link rel=\"stylesheet\" href=\""+stylesheet+"\">\n</head>", 1))
	b.WriteString(allPages(pages, i))
	b.WriteString(page[body:end])
	b.WriteString(neighbours(pages, i))
	b.WriteString(page[end:])
	return b.String(), nil
}

// shareLibrary replaces the copy of the figures' library that a page has.
func shareLibrary(page string) string {
	at := strings.Index(page, string(bytes.TrimSpace(echarts.Bundle())))
	if at < 0 {
		return page
	}
	from := strings.LastIndex(page[:at], "<script")
	to := at + strings.Index(page[at:], "</script>") + len("</script>")
	return page[:from] + `<script src="` + library + `"></script>` + page[to:]
}

// allPages is the row of links above each page.
func allPages(pages []Page, current int) string {
	var b strings.Builder
	b.WriteString(`<nav class="nqm-pages" aria-label="all pages">`)
	for i, p := range pages {
		here := ""
		if i == current {
			here = ` aria-current="page"`
		}
		fmt.Fprintf(&b, `<a href="%s" title="%s"%s>%s</a> `, p.file(i == 0), html.EscapeString(p.Title()), here, html.EscapeString(p.Label))
	}
	b.WriteString("</nav>\n")
	return b.String()
}

// neighbours are the links below each page.
func neighbours(pages []Page, i int) string {
	var b strings.Builder
	b.WriteString(`<nav class="nqm-neighbours" aria-label="previous and next page">`)
	for _, n := range []struct {
		at          int
		rel, before string
		after       string
	}{{i - 1, "prev", "←\u00a0", ""}, {i + 1, "next", "", "\u00a0→"}} {
		if n.at < 0 || n.at >= len(pages) {
			b.WriteString("<span></span>")
			continue
		}
		p := pages[n.at]
		fmt.Fprintf(&b, `<a rel="%s" href="%s">%s%s%s</a>`, n.rel, p.file(n.at == 0), n.before, html.EscapeString(p.Title()), n.after)
	}
	b.WriteString("</nav>\n")
	return b.String()
}

var title = regexp.MustCompile(`(?s)<title>(.*?)</title>`)

// Title is the title of the page.
func (p Page) Title() string {
	m := title.FindSubmatch(p.HTML)
	if m == nil {
		return p.Name
	}
	return html.UnescapeString(strings.TrimSpace(string(m[1])))
}
