package site

import (
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	reference = regexp.MustCompile(`(?is)<(a|img|script|link|iframe|source)\b[^>]*?\s(?:href|src)\s*=\s*"([^"]*)"`)
	anchor    = regexp.MustCompile(`(?is)<[a-z][^>]*?\s(?:id|name)\s*=\s*"([^"]*)"`)
	script    = regexp.MustCompile(`(?is)(<script\b[^>]*>).*?</script>`)
)

// Check returns an error that names every link of the pages in dir that leads
// nowhere, out of the site, or, other than a link to click on, to the network.
func Check(dir string) error {
	names, err := fs.Glob(os.DirFS(dir), "*.html")
	if err != nil {
		return err
	}
	pages := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		pages[name] = script.ReplaceAllString(string(data), "$1</script>")
	}
	var broken []error
	for _, name := range names {
		for _, m := range reference.FindAllStringSubmatch(pages[name], -1) {
			if why := follow(dir, pages, name, strings.ToLower(m[1]), html.UnescapeString(m[2])); why != "" {
				broken = append(broken, fmt.Errorf("%s links to %q: %s", name, m[2], why))
			}
		}
	}
	return errors.Join(broken...)
}

// follow says why a reference of a page leads nowhere; nothing if it does lead
// somewhere.
func follow(dir string, pages map[string]string, from, element, target string) string {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return "this is no address"
	case u.Scheme == "data":
		return ""
	case u.Scheme == "http" || u.Scheme == "https":
		if element != "a" {
			return "the page asks the network"
		}
		return ""
	case u.Scheme != "" || u.Host != "":
		return "the site has no such address"
	}
	file := from
	if u.Path != "" {
		file = filepath.Clean(filepath.FromSlash(u.Path))
		if !filepath.IsLocal(file) {
			return "this is outside of the site"
		}
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			return "there is no such file"
		}
	}
	// A browser looks for the fragment as it is written, and then decoded.
	_, fragment, _ := strings.Cut(target, "#")
	if places := anchors(pages[file]); fragment != "" && !slices.Contains(places, fragment) && !slices.Contains(places, u.Fragment) {
		return "there is no such place on the page"
	}
	return ""
}

// anchors returns the places of a page that a link can lead to.
func anchors(page string) []string {
	var names []string
	for _, m := range anchor.FindAllStringSubmatch(page, -1) {
		names = append(names, html.UnescapeString(m[1]))
	}
	return names
}
