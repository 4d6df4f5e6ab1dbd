package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nqm/notebooks/internal/lesson"
)

// pair is a lesson in a folder of its own, of one cell that prints a word.
type pair struct {
	*testing.T
	lesson.Lesson
	worker *lesson.Worker
}

func newPair(t *testing.T, worker *lesson.Worker) pair {
	p := pair{t, lesson.Lesson{Dir: t.TempDir(), Name: "short"}, worker}
	p.put(filepath.Join(p.Dir, "jupytext.toml"), "formats = \"ipynb,md\"\n")
	p.put(p.Text(), "# Title\n\n```go\n%%\nfmt.Println(\"word\")\n```\n")
	p.run("")
	return p
}

func (p pair) put(path, text string) {
	p.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
}

func (p pair) read(path string) string {
	p.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		p.Fatal(err)
	}
	return string(data)
}

// edit puts another word into a file, which then has an old or a new time.
func (p pair) edit(path, from, to string, when time.Duration) {
	p.Helper()
	text := p.read(path)
	if !strings.Contains(text, from) {
		p.Fatalf("%s has no %q:\n%s", path, from, text)
	}
	p.put(path, strings.ReplaceAll(text, from, to))
	if err := os.Chtimes(path, time.Now().Add(when), time.Now().Add(when)); err != nil {
		p.Fatal(err)
	}
}

// run executes the pair, and wants the word in both files, or an error that says so.
func (p pair) run(want string) {
	p.Helper()
	err := p.worker.Execute(p.Lesson, func(int, int) {})
	if err != nil {
		p.Fatal(err)
	}
	for _, path := range []string{p.Notebook(), p.Text()} {
		if !strings.Contains(p.read(path), want) {
			p.Errorf("%s has no %q", filepath.Base(path), want)
		}
	}
}

// The twin that was edited counts, whatever the times of the files say; when both
// were, a person is asked, and nothing is lost.
func TestEditedTwinCounts(t *testing.T) {
	worker, _ := startWorker(t)
	p := newPair(t, worker)
	p.edit(p.Text(), "word", "older", -time.Hour)
	p.run("older")
	p.edit(p.Notebook(), "older", "newer", -2*time.Hour)
	p.run("newer")

	p.edit(p.Text(), "newer", "mine", -time.Hour)
	p.edit(p.Notebook(), "newer", "yours", time.Hour)
	text, notebook := p.read(p.Text()), p.read(p.Notebook())
	err := worker.Execute(p.Lesson, func(int, int) {})
	if err == nil || strings.ContainsAny(err.Error(), "\n") || !strings.Contains(err.Error(), "short.md and short.ipynb say different things") {
		t.Errorf("both were edited: error %v", err)
	}
	if p.read(p.Text()) != text || p.read(p.Notebook()) != notebook {
		t.Error("an edit is lost")
	}
	if err := os.Remove(p.Notebook()); err != nil {
		t.Fatal(err)
	}
	p.run("mine")
}

// What is saved to either file while the lesson is executed stays, and so do the
// outputs, elsewhere.
func TestSavedMeanwhileStays(t *testing.T) {
	worker, _ := startWorker(t)
	p := newPair(t, worker)
	for _, path := range []string{p.Notebook(), p.Text()} {
		before := p.read(path)
		err := worker.Execute(p.Lesson, func(int, int) { p.edit(path, "Title", "Saved", -time.Hour) })
		_, rescued, _ := strings.Cut(strings.TrimSpace(errorText(err)), "what was executed is in ")
		if !strings.Contains(p.read(path), "Saved") || !strings.HasSuffix(rescued, "short.ipynb") {
			t.Fatalf("%s: error %v", filepath.Base(path), err)
		}
		if got := p.read(rescued); !strings.Contains(got, "word") || !strings.Contains(got, "Title") {
			t.Errorf("rescued: %s", got)
		}
		p.put(path, before)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
