package nqmkit

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// The oldest files go first, a file that is in use is not old, and what a
// killed process left goes too.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	for k, name := range []string{"a.json", "b.json", "c.json", ".nqm-1", ".nqm-2"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, make([]byte, 100), 0o644); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(time.Duration(k-4) * 45 * time.Minute) // .nqm-1 is 45 minutes old
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-2 * abandoned)
	if err := os.Chtimes(filepath.Join(dir, ".nqm-2"), old, old); err != nil {
		t.Fatal(err)
	}
	prune(dir, 200)
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range found {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != ".nqm-1 b.json c.json" {
		t.Errorf("left: %s", got)
	}
}

// cellSource is a program like that of a cell; the test changes words in it.
const cellSource = `package main

import (
	"fmt"

	"nqm/nqmkit"
)

type Settings struct{ Rate float64 }

func (s Settings) scaled() float64 { return s.Rate * factor }

const factor = 2

func unused() int { return 1 }

func p() float64 { return Settings{1}.scaled() }

func main() {
	v := nqmkit.Cached("inputs", func() float64 {
		fmt.Print("computed ")
		return p()
	})
	fmt.Println(v)
}
`

// A program computes anew after a change of anything that its function
// reaches, and only then.
func TestCodeOfACell(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	run := func(replace ...string) string {
		t.Helper()
		dir := t.TempDir() // a build of its own, in a folder of its own
		for name, text := range map[string]string{
			"main.go": strings.NewReplacer(replace...).Replace(cellSource),
			"go.mod":  "module cell\n\ngo 1.26\n",
			"go.work": fmt.Sprintf("go 1.26.0\n\nuse (\n\t.\n\t%q\n)\n", root),
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		build := exec.Command("go", "build", "-o", "cell", ".")
		build.Dir = dir
		build.Env = append(os.Environ(), "GOFLAGS=-ldflags=-s", "GOWORK="+filepath.Join(dir, "go.work"))
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		cell := exec.Command(filepath.Join(dir, "cell"))
		cell.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache)
		out, err := cell.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	for _, step := range []struct {
		what    string
		replace []string
		want    string
	}{
		{"first", nil, "computed 2"},
		{"nothing", nil, "2"},
		{"a declaration that is not used", []string{"return 1 }", "return 7 }"}, "2"},
		{"the code around", []string{"fmt.Println(v)", "fmt.Println(v, v)"}, "2 2"},
		{"the function", []string{"return p()", "return -p()"}, "computed -2"},
		{"a function that it calls", []string{"Settings{1}", "Settings{5}"}, "computed 10"},
		{"a method that this one calls", []string{"s.Rate * factor", "s.Rate + factor"}, "computed 3"},
		{"a constant", []string{"factor = 2", "factor = 8"}, "computed 8"},
		{"the first again", nil, "2"},
	} {
		if got := run(step.replace...); got != step.want {
			t.Errorf("after a change of %s: %q, want %q", step.what, got, step.want)
		}
	}
}

// What a digest costs.
func BenchmarkCode(b *testing.B) {
	f := func() {}
	for b.Loop() {
		newCode(reflect.ValueOf(f).Pointer())
	}
}
