package nqmkit

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

// A program that links a figure, or anything else, finds what another has kept;
// with another gonum, from elsewhere too, it does not.
func TestLinkingIsOfNoAccount(t *testing.T) {
	gonum := debug.Module{Path: "gonum.org/v1/gonum", Version: "v0.17.0", Sum: "h1:x"}
	alone := versions([]*debug.Module{&gonum})
	figure := &debug.Module{Path: "github.com/go-echarts/go-echarts/v2", Version: "v2.6.7", Sum: "h1:y"}
	plot := &debug.Module{Path: "gonum.org/v1/plot", Version: "v0.17.0", Sum: "h1:z"}
	if shown := versions([]*debug.Module{figure, &gonum, plot}); !slices.Equal(shown, alone) {
		t.Errorf("%q with a figure, %q without", shown, alone)
	}
	newer, local := gonum, gonum
	newer.Version, local.Replace = "v0.18.0", &debug.Module{Path: "../gonum"}
	for _, other := range []debug.Module{newer, local} {
		if slices.Equal(versions([]*debug.Module{&other}), alone) {
			t.Errorf("%+v is of no account", other)
		}
	}
}

// Any change of what nqm's numbers come from is another version of them; tests,
// documents and the age of files are of no account. Sources that are younger than the
// program are not what it was made of.
func TestNumbersAreOfTheirSources(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	hash := func() string {
		t.Helper()
		h, err := sourcesHash(root, time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	write("theory/a.go", "package theory")
	write("nqmkit/sub/b.go", "package sub")
	write("nqmkit/data.gz", "data")
	first := hash()
	write("theory/a_test.go", "test")
	write("theory/testdata/a.go", "test")
	write("nqmkit/README.md", "text")
	write("plotting/c.go", "package plotting")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(root, "theory/a.go"), old, old); err != nil {
		t.Fatal(err)
	}
	if hash() != first {
		t.Error("what gives no number is of account")
	}
	seen := map[string]bool{first: true}
	for _, change := range [][2]string{{"theory/a.go", "package theory // x"}, {"nqmkit/sub/b.go", "package sub2"}, {"nqmkit/data.gz", "other"}, {"nqmkit/sub/c.go", ""}} {
		write(change[0], change[1])
		if h := hash(); seen[h] {
			t.Errorf("%s is of no account", change[0])
		} else {
			seen[h] = true
		}
	}
	if h, err := sourcesHash(root, old); err == nil {
		t.Errorf("sources that are younger than the program are its own: %s", h)
	}
	if h, err := sourcesHash(t.TempDir(), old); err == nil {
		t.Errorf("no sources have the hash %s", h)
	}
	if numbers() == "" {
		t.Error("this program is not known")
	}
}
