package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
	"nqm/theory/longtest"

	// The lessons import these packages in their cells, where the go command
	// does not see it: a change there must not leave a test result in the cache.
	_ "nqm/nqmkit"
	_ "nqm/plotting"
	_ "nqm/theory"
)

// maxSize is how large a lesson may be, in bytes.
const maxSize = 1 << 20

// prepare does the set-up of this clone once, the same as the command does.
var prepare = sync.OnceValues(func() (*setup.Environment, error) {
	root, err := setup.FindRoot(".")
	if err != nil {
		return nil, err
	}
	return setup.Prepare(context.Background(), root, os.Stdout)
})

// environment returns the set-up of this clone, or skips the test with -short.
func environment(t *testing.T) *setup.Environment {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped with -short: needs Python, and sets it up")
	}
	env, err := prepare()
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// freshWorker returns a worker that has the test's own environment.
func freshWorker(t *testing.T) *lesson.Worker {
	t.Helper()
	worker, err := lesson.Start(context.Background(), environment(t))
	if err != nil {
		t.Fatal(err)
	}
	return worker
}

// workers are those that no test has at the moment: to start one takes longer than what
// most are asked for.
var workers struct {
	sync.Mutex
	idle []*lesson.Worker
}

// startWorker returns a worker, which is the test's alone until its end, and the lessons
// of this clone.
func startWorker(t *testing.T) (*lesson.Worker, []lesson.Lesson) {
	t.Helper()
	lessons, err := lesson.All(filepath.Join(environment(t).Root, "notebooks"))
	if err != nil {
		t.Fatal(err)
	}
	workers.Lock()
	var worker *lesson.Worker
	if n := len(workers.idle); n > 0 {
		worker, workers.idle = workers.idle[n-1], workers.idle[:n-1]
	}
	workers.Unlock()
	if worker == nil {
		worker = freshWorker(t)
	}
	t.Cleanup(func() {
		if t.Failed() { // it may be the worker's fault
			worker.Close()
			return
		}
		workers.Lock()
		defer workers.Unlock()
		workers.idle = append(workers.idle, worker)
	})
	return worker, lessons
}

// Executing a lesson again, through the real kernel, gives the outputs that
// are committed: by itself for the index and the lessons 1 to 3, for all of them
// with NQM_LONG=1.
func TestLessonsReproduceTheirOutputs(t *testing.T) {
	t.Parallel()
	first, lessons := startWorker(t)
	if !longtest.Wanted() {
		lessons = lessons[:4]
	}
	second, _ := startWorker(t)
	free := make(chan *lesson.Worker, 2) // a worker executes one lesson at a time
	free <- first
	free <- second
	for _, l := range lessons {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			worker := <-free
			defer func() { free <- worker }()
			committed, err := lesson.ReadNotebook(l.Notebook())
			if err != nil {
				t.Fatal(err)
			}
			fresh := copyLesson(t, l)
			if err := worker.Execute(fresh, func(cell, cells int) {}); err != nil {
				t.Fatal(err)
			}
			executed, err := lesson.ReadNotebook(fresh.Notebook())
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range differences(committed, executed) {
				t.Errorf("%s: %s; 'go run ./notebooks run %s' writes it anew", l.Name, d, l.Name)
			}
		})
	}
}

// copyLesson copies a lesson to a folder of its own.
func copyLesson(t *testing.T, l lesson.Lesson) lesson.Lesson {
	t.Helper()
	dir := t.TempDir()
	for _, path := range []string{l.Notebook(), l.Text(), filepath.Join(l.Dir, "jupytext.toml")} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return lesson.Lesson{Dir: dir, Name: l.Name}
}

// differences says in which cells two runs of a notebook differ, and in what.
func differences(committed, executed lesson.Notebook) []string {
	a, b := committed.Cells(), executed.Cells()
	if len(a) != len(b) {
		return []string{fmt.Sprintf("%d cells are committed, %d were executed", len(a), len(b))}
	}
	var found []string
	for i := range a {
		for name := range a[i] {
			if !reflect.DeepEqual(a[i][name], b[i][name]) {
				found = append(found, fmt.Sprintf("cell %d differs in its %s (%s)", i+1, name, kinds(b[i])))
			}
		}
	}
	if len(found) == 0 && !reflect.DeepEqual(committed, executed) {
		found = append(found, "the notebooks' metadata differ")
	}
	return found
}

// kinds lists the kinds of a cell's outputs.
func kinds(c lesson.Cell) string {
	var list []string
	for _, o := range c.Outputs() {
		list = append(list, fmt.Sprint(o["output_type"]))
	}
	return strings.Join(list, ", ")
}

// The text that people review is the text of the notebook.
func TestTwinsAreInStep(t *testing.T) {
	worker, lessons := startWorker(t)
	for _, l := range lessons {
		want, err := worker.Twin(l)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(l.Text())
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s.md and %s.ipynb say different things: 'go run ./notebooks run %s' takes the one that was changed", l.Name, l.Name, l.Name)
		}
	}
}

// exported are the HTML pages of lessons as they are committed, in a folder that
// TestMain removes.
var exported struct {
	sync.Once
	dir   string
	pages []string
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, worker := range workers.idle {
		worker.Close()
	}
	if exported.dir != "" {
		os.RemoveAll(exported.dir)
	}
	os.Exit(code)
}

// exportedLessons are the paths of the pages, which are made once, in the lessons'
// order: of the first three, of all with NQM_LONG=1.
func exportedLessons(t *testing.T) []string {
	t.Helper()
	worker, lessons := startWorker(t)
	if !longtest.Wanted() {
		lessons = lessons[:3]
	}
	exported.Do(func() {
		dir, err := os.MkdirTemp("", "nqm-pages-")
		if err != nil {
			t.Fatal(err)
		}
		exported.dir = dir
		for _, l := range lessons {
			path, err := worker.Export(l, dir)
			if err != nil {
				t.Fatal(err)
			}
			exported.pages = append(exported.pages, path)
		}
	})
	if len(exported.pages) != len(lessons) {
		t.Fatalf("%d of %d lessons have a page", len(exported.pages), len(lessons))
	}
	return exported.pages
}

var remoteSource = regexp.MustCompile(`(?i)<(script|img|link|iframe)\b[^>]*\b(src|href)\s*=\s*["']?(https?:)?//`)

// An exported page asks nothing of the network, shows its title and has every
// formula set.
func TestPagesAreSelfContained(t *testing.T) {
	for _, path := range exportedLessons(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".html")
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if m := remoteSource.Find(page); m != nil {
			t.Errorf("the page of %s asks the network: %s", name, m)
		}
		if bytes.Contains(page, []byte("nqm-tex")) {
			t.Errorf("the page of %s has a formula that could not be set", name)
		}
		if bytes.Contains(page, []byte("<title>"+name+"</title>")) {
			t.Errorf("the page of %s has no title: begin the lesson with a heading", name)
		}
	}
}

// What is committed is small and names no machine.
func TestLessonsAreSmallAndPortable(t *testing.T) {
	lessons, err := lesson.All(".")
	if err != nil {
		t.Fatal(err)
	}
	root, err := setup.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	home, _ := os.UserHomeDir()
	for _, l := range lessons {
		for _, path := range []string{l.Notebook(), l.Text()} {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Errorf("a lesson is a notebook and its twin, and one is missing: %v", err)
				continue
			}
			if len(data) > maxSize {
				t.Errorf("%s has %d bytes, more than %d", path, len(data), maxSize)
			}
			for _, place := range []string{root, home, os.TempDir()} {
				if len(place) > 1 && bytes.Contains(data, []byte(place+"/")) {
					t.Errorf("%s names a folder of this machine, %s", path, place)
				}
			}
		}
	}
}

// A notebook in any folder can import the packages, and its author is offered
// names and documentation.
func TestKernelAssistsAnywhere(t *testing.T) {
	t.Parallel()
	env := environment(t)
	if err := env.AddCompletion(t.Context(), os.Stdout); err != nil {
		t.Fatal(err)
	}
	var offered struct {
		Members, Matches       []string
		Documentation, Nothing string
	}
	runScript(t, "assist.py", nil, &offered)
	if !slices.Contains(offered.Matches, "PowerLaw") {
		t.Errorf("no completion to PowerLaw among %q", offered.Matches)
	}
	if !slices.Contains(offered.Members, "Momentum") {
		t.Errorf("nothing behind a dot in a fresh kernel: %q", offered.Members)
	}
	if !strings.Contains(offered.Documentation, "PowerLaw") || strings.Contains(offered.Documentation, "](http") {
		t.Errorf("no documentation of PowerLaw, or a link to where nqm is not: %s", offered.Documentation)
	}
	if offered.Nothing != "{}" {
		t.Errorf("an empty line shows %s", offered.Nothing)
	}
}
