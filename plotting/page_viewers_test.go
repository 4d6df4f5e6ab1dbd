package plotting

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"nqm/plotting/browsertest"
	"nqm/plotting/echarts"
)

// A viewer is a program that shows notebooks without a server of Jupyter behind it: the
// policy that it sends, its page, where OUTPUT stands for the output of a cell, and how
// the scripts of that come to run.
type viewer struct {
	name, policy, page string
	offline            bool
	dark               bool
}

// evaluated puts the output into the page and runs its scripts, as VS Code does: each as
// a copy that is gone again.
const evaluated = `<div id="container"></div><template id="t">OUTPUT</template><script>
	const container = document.getElementById("container");
	container.innerHTML = document.getElementById("t").innerHTML;
	for (const s of [...container.getElementsByTagName("script")]) {
		const copy = document.createElement("script");
		copy.text = s.textContent;
		if (s.type) copy.type = s.type;
		container.appendChild(copy).remove();
	}
</script>`

// theirs are the viewers. VS Code's policy is that of its setting
// notebook.experimental.enableCsp; SERVER is what stands in for https, and shut is a
// policy that lets no library in.
func theirs() []viewer {
	const shut = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
	code := func(kind string) string { return `<body data-vscode-theme-kind="` + kind + `">` + evaluated }
	return []viewer{
		{name: "VS Code", page: code("vscode-light")},
		{name: "VS Code, dark, with its policy", dark: true, page: code("vscode-dark"),
			policy: "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' https: http: data:; connect-src SERVER"},
		{name: "nbviewer, with its policy and a loader of modules", policy: "connect-src 'none'",
			page: `<script>var define = function () { throw "an anonymous module" }; define.amd = {}</script><body>OUTPUT`},
		{name: "VS Code, dark, without a network", dark: true, offline: true, page: code("vscode-dark")},
		{name: "a policy that lets nothing in", policy: shut, offline: true, page: `<body>OUTPUT`},
	}
}

// Where no server of Jupyter is, a figure comes alive by what stands beside it and the
// library from the public network, whatever the viewer forbids of the ways to that; and
// keeps its still image, which is light on dark there, if there is none.
func TestViewersWakeFigures(t *testing.T) {
	library, err := os.ReadFile("echarts/echarts.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range theirs() {
		t.Run(v.name, func(t *testing.T) {
			browsertest.Browse(t, 900, 700, func(b *browsertest.Browser) {
				afar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if v.offline || r.URL.Path != "/echarts@"+version+"/dist/echarts.min.js" {
						http.NotFound(w, r)
						return
					}
					w.Header().Set("Content-Type", "text/javascript")
					w.Header().Set("Access-Control-Allow-Origin", "*")
					w.Write(library)
				}))
				defer afar.Close()
				output := strings.ReplaceAll(runtimeScript()+outputOf(t, scaling())+outputOf(t, contours3()), network, afar.URL)
				viewer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
					if v.policy != "" {
						w.Header().Set("Content-Security-Policy", strings.ReplaceAll(v.policy, "SERVER", afar.URL))
					}
					fmt.Fprint(w, "<!DOCTYPE html>"+strings.ReplaceAll(v.page, "OUTPUT", output))
				}))
				defer viewer.Close()
				b.Open(viewer.URL)
				if v.offline {
					b.Until("end of the attempt", `!nqmFigures.asked`)
				} else {
					b.EveryFigure()
				}
				b.Screenshot("viewer")
				drawn, want := browsertest.Value[int](b, browsertest.Drawn), 2
				if v.offline {
					want = 0
				}
				if drawn != want {
					t.Errorf("%d figures are drawn, want %d", drawn, want)
				}
				if filtered := browsertest.Value[bool](b, `getComputedStyle(document.querySelector(".nqm-figure img")).filter !== "none"`); filtered != v.dark {
					t.Errorf("the still image is turned: %v, on a dark page: %v", filtered, v.dark)
				}
				if left := browsertest.Value[bool](b, `"exports" in window || "module" in window`); left {
					t.Error("a name of the module loader is left")
				}
				b.Quiet(browsertest.Server)
			})
		})
	}
}

// The version and the hash are those of the library that stands here.
func TestLibraryOfTheNetworkIsOurs(t *testing.T) {
	library, err := os.ReadFile("echarts/echarts.min.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum384(library)
	if got := "sha384-" + base64.StdEncoding.EncodeToString(sum[:]); got != libraryHash || echarts.Version != version {
		t.Errorf("the library is %s with the hash %s", echarts.Version, got)
	}
}
