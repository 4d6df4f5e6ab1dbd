package lesson

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nqm/notebooks/internal/setup"
	"nqm/theory/table"
)

// A CellError is the failure of one cell of a lesson.
type CellError struct {
	Lesson string
	Cell   int // counts code cells from 1
	Source string
	Text   string // what the cell said
}

func (e *CellError) Error() string {
	return fmt.Sprintf("code cell %d of %s failed:\n%s\n%s", e.Cell, e.Lesson, indent(visible(e.Source)), visible(strings.TrimSpace(e.Text)))
}

// visible returns lines in which nothing is meant for the terminal.
func visible(text string) string {
	var shown []string
	for line := range strings.Lines(text) {
		shown = append(shown, table.Visible(strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ")))
	}
	return strings.Join(shown, "\n")
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ")
}

// Execute executes l through the kernel and writes its outputs and its twin,
// each file as a whole or not at all. It calls progress at the start of every
// code cell. What another program saves to either file meanwhile stays, and the
// error names where the outputs are.
func (w *Worker) Execute(l Lesson, progress func(cell, cells int)) error {
	before := l.content()
	a, err := w.do(request{Do: "execute", Path: l.Notebook(), Kept: w.kept(l)}, func(a answer) { progress(a.Cell, a.Cells) })
	if err != nil {
		return fmt.Errorf("%s: %w", l.Name, err)
	}
	if a.Failed > 0 {
		return &CellError{Lesson: l.Name, Cell: a.Failed, Source: a.Source, Text: a.Text}
	}
	nb, err := ParseNotebook([]byte(a.Text))
	if err != nil {
		return fmt.Errorf("%s: %w", l.Name, err)
	}
	if err := nb.stderr(l.Name); err != nil {
		return err
	}
	if err := nb.ended(l.Name); err != nil {
		return err
	}
	nb.Normalize()
	data, err := nb.encode()
	if err != nil {
		return err
	}
	if l.content() != before {
		return w.rescue(l, data)
	}
	if err := setup.WriteFile(l.Notebook(), data); err != nil {
		return err
	}
	if err := w.remember(data); err != nil {
		return err
	}
	return w.writeTwin(l)
}

// content is what both files of the lesson hold.
func (l Lesson) content() (both [2]string) {
	for i, path := range []string{l.Notebook(), l.Text()} {
		if data, err := os.ReadFile(path); err == nil {
			both[i] = "is there:" + string(data)
		}
	}
	return both
}

// rescue puts what was executed beside the work that somebody saved meanwhile.
func (w *Worker) rescue(l Lesson, data []byte) error {
	path := filepath.Join(w.env.Dir, "rescued", l.Name+".ipynb")
	if err := setup.WriteFile(path, data); err != nil {
		return err
	}
	return fmt.Errorf("%s was saved by another program while it was executed: it stays as it was saved, and what was executed is in %s", l.Name, path)
}

// kept is the file with what both twins of l said when they last said the same.
func (w *Worker) kept(l Lesson) string {
	path, err := filepath.Abs(l.Text())
	if err != nil {
		path = l.Text()
	}
	sum := sha256.Sum256([]byte(path))
	return filepath.Join(w.env.Dir, "twins", hex.EncodeToString(sum[:8])+".md")
}

// writeTwin writes the text of the notebook, which was just written.
func (w *Worker) writeTwin(l Lesson) error {
	text, err := w.twin(l, w.kept(l))
	if err != nil {
		return err
	}
	return setup.WriteFile(l.Text(), []byte(text))
}

// Twin returns the text that l's twin should have.
func (w *Worker) Twin(l Lesson) (string, error) { return w.twin(l, "") }

func (w *Worker) twin(l Lesson, kept string) (string, error) {
	a, err := w.do(request{Do: "twin", Path: l.Notebook(), Kept: kept}, nil)
	return a.Text, err
}

// Export writes the HTML page of l to dir and returns the page's path.
func (w *Worker) Export(l Lesson, dir string) (string, error) {
	a, err := w.do(request{Do: "export", Path: l.Notebook()}, nil)
	if err != nil {
		return "", fmt.Errorf("%s: %w", l.Name, err)
	}
	page := filepath.Join(dir, l.Name+".html")
	return page, setup.WriteFile(page, []byte(a.Text))
}
