package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nqm/plotting/echarts"
)

func page(name, body string) Page {
	return Page{Name: name, Label: name, HTML: []byte("<html><head><title>On " + name + "</title></head><body class=\"x\">" + body + "</body></html>")}
}

func write(t *testing.T, pages ...Page) (dir string, err error) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "[a]*")
	return dir, Write(dir, pages)
}

func content(t *testing.T, dir, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Links to notebooks and to their twins lead to pages; everything else stays.
func TestLinksBecomePages(t *testing.T) {
	dir, err := write(t,
		page("00_index", `<a href="01_a.ipynb">one</a> <a class="c" href="01_a.md#here" title="t">place</a> <a href="https://x.org/y.md">y</a> <code>&lt;a href="01_a.md"&gt;</code>`),
		page("01_a", `<h2 id="here">H</h2> <a href="00_index.ipynb">back</a>`))
	if err != nil {
		t.Fatal(err)
	}
	index := content(t, dir, "index.html")
	for _, want := range []string{`<a href="01_a.html">one</a>`, `<a class="c" href="01_a.html#here" title="t">place</a>`, `<a href="https://x.org/y.md">y</a>`, `<code>&lt;a href="01_a.md"&gt;</code>`} {
		if !strings.Contains(index, want) {
			t.Errorf("the index has no %q: %s", want, index)
		}
	}
	if other := content(t, dir, "01_a.html"); !strings.Contains(other, `<a href="index.html">back</a>`) || !strings.Contains(other, "<a rel=\"prev\" href=\"index.html\">←\u00a0On 00_index</a><span></span>") {
		t.Errorf("the way back is missing: %s", other)
	}
	if strings.Count(index, `aria-current="page"`) != 1 || !strings.Contains(index, `<a href="01_a.html" title="On 01_a">01_a</a>`) {
		t.Errorf("the row of all pages is wrong: %s", index)
	}
}

func TestLibraryIsShared(t *testing.T) {
	dir, err := write(t, page("00", "before<script >\n"+string(echarts.Bundle())+"</script>after<script>own()</script>"))
	if err != nil {
		t.Fatal(err)
	}
	if text := content(t, dir, "index.html"); !strings.Contains(text, `before<script src="nqm-figures.js"></script>after<script>own()</script>`) || len(text) > 10_000 {
		t.Errorf("the page keeps the library: %d bytes", len(text))
	}
	if content(t, dir, "nqm-figures.js") != string(echarts.Bundle()) {
		t.Error("the library is not beside the pages")
	}
}

// Every kind of broken link is found, and nothing else.
func TestCheck(t *testing.T) {
	for _, test := range []struct{ body, says string }{
		{`<a href="https://arxiv.org/abs/1907.04164">paper</a>`, ""},
		{`<img src="data:image/png;base64,xx"> <a id="p"></a><a href="#p">p</a> <a href="index.html">i</a>`, ""},
		{`<h2 id="%CE%B1h">x</h2><a href="#%CE%B1h">as written</a> <h2 id="αβ">x</h2><a href="#%CE%B1%CE%B2">decoded</a>`, ""},
		{`<script>"<a href='nowhere.html'>" + '<img src="nowhere.png">'</script>`, ""},
		{`<a href="nowhere.html">x</a>`, `index.html links to "nowhere.html": there is no such file`},
		{`<a href="02_b.ipynb">a lesson that there is not</a>`, "no such file"},
		{`<a href="#nowhere">x</a>`, "no such place"},
		{`<a href="index.html#nowhere">x</a>`, "no such place"},
		{`<a href="../README.txt">x</a>`, "outside of the site"},
		{`<img alt="a" src="https://x.org/a.png">`, "asks the network"},
		{`<link rel="stylesheet" href="//x.org/a.css">`, "no such address"},
		{`<script src="missing.js"></script>`, "no such file"},
	} {
		_, err := write(t, page("00", test.body))
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want %q", test.body, err, test.says)
		}
	}
}
