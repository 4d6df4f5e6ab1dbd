package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	code         = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)(?:\s+"[^"]*")?\)|<(?:a|img)\b[^>]*?\b(?:href|src)="([^"]*)"`)
	namedPlace   = regexp.MustCompile(`<a\b[^>]*?\b(?:id|name)="([^"]*)"`)
	heading      = regexp.MustCompile(`(?m)^#{1,6}\s+(.+)$`)
	lessonName   = regexp.MustCompile(`^\d\d_`)
	notInSlugs   = regexp.MustCompile(`[^\p{L}\p{N}\p{M} _-]+`)
)

// linksOf returns the targets of the links in a Markdown text.
func linksOf(text string) []string {
	var targets []string
	for _, m := range markdownLink.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
		targets = append(targets, m[1]+m[2])
	}
	return targets
}

// placesOf returns the anchors of a Markdown text. In a notebook only named
// ones count: the code-hosting page, JupyterLab and the site make different
// anchors of the same heading.
func placesOf(text string, notebook bool) []string {
	var places []string
	for _, m := range namedPlace.FindAllStringSubmatch(text, -1) {
		places = append(places, m[1])
	}
	if !notebook {
		for _, m := range heading.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			places = append(places, strings.ReplaceAll(notInSlugs.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
		}
	}
	return places
}

// wrongLink says why a link in the file at path leads nowhere, or not
// everywhere; nothing if it is right.
func wrongLink(path, target string) string {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return "is no address"
	case u.Scheme == "https":
		return ""
	case u.Scheme != "" || u.Host != "":
		return "is neither https nor a file of the project"
	}
	notebook := filepath.Base(filepath.Dir(path)) == "notebooks" && lessonName.MatchString(filepath.Base(path))
	to := path
	if u.Path != "" {
		to = filepath.Join(filepath.Dir(path), filepath.FromSlash(u.Path))
		if notebook && (filepath.Ext(to) != ".ipynb" || strings.Contains(u.Path, "/")) {
			return "does not work on the site: a lesson links to lessons, as NN_topic.ipynb"
		}
		if _, err := os.Stat(to); err != nil {
			return "leads to no file"
		}
	}
	if u.Fragment == "" {
		return ""
	}
	text, err := os.ReadFile(strings.TrimSuffix(to, ".ipynb") + map[bool]string{true: ".md"}[strings.HasSuffix(to, ".ipynb")])
	if err != nil || !slices.Contains(placesOf(string(text), notebook), u.Fragment) {
		return `leads to no place that has a name everywhere: put <a id="` + u.Fragment + `"></a> there`
	}
	return ""
}

// Links in the lessons, the assignments and the other texts lead somewhere: on
// the code-hosting page, in JupyterLab and on the site.
func TestLinks(t *testing.T) {
	links := 0
	for _, pattern := range []string{"*.md", "assignments/*.md", "../*.md"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if path, err = filepath.Abs(path); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, target := range linksOf(string(text)) {
				links++
				if why := wrongLink(path, target); why != "" {
					t.Errorf("%s: the link %q %s", filepath.Base(path), target, why)
				}
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links were found: are they all looked at?", links)
	}
}

func TestWrongLinksAreFound(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "notebooks")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"03_a.md":      "# A heading\n<a id=\"here\"></a>\n",
		"03_a.ipynb":   "{}",
		"../README.md": "# Read me, α & all\n```sh\n# no heading\n```\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ from, target, says string }{
		{"notebooks/03_a.md", "03_a.ipynb", ""},
		{"notebooks/03_a.md", "03_a.ipynb#here", ""},
		{"notebooks/03_a.md", "#here", ""},
		{"notebooks/03_a.md", "https://arxiv.org/abs/1907.04164", ""},
		{"notebooks/03_a.md", "04_b.ipynb", "no file"},
		{"notebooks/03_a.md", "03_a.md", "does not work on the site"},
		{"notebooks/03_a.md", "../README.md", "does not work on the site"},
		{"notebooks/03_a.md", "#a-heading", "no place that has a name everywhere"},
		{"notebooks/03_a.md", "03_a.ipynb#there", "no place"},
		{"notebooks/03_a.md", "http://x.org", "neither https"},
		{"README.md", "notebooks/03_a.ipynb", ""},
		{"README.md", "notebooks", ""},
		{"README.md", "#read-me-α--all", ""},
		{"README.md", "#no-heading", "no place"},
		{"README.md", "missing.svg", "no file"},
	} {
		if why := wrongLink(filepath.Join(root, test.from), test.target); (why == "") != (test.says == "") || !strings.Contains(why, test.says) {
			t.Errorf("%s in %s: %q, want %q", test.target, test.from, why, test.says)
		}
	}
	found := linksOf("[a](b.md) `[no](c)` ![i](d.png \"t\")\n```\n[no](e)\n```\n<a href=\"f\">x</a> <img alt=\"\" src=\"g\">")
	if want := []string{"b.md", "d.png", "f", "g"}; !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
}
