package lesson

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nqm/notebooks/internal/setup"
)

// A CellError is the failure of one cell of a lesson.
type CellError struct {
	Lesson string
	Cell   int // counts code cells from 1
	Source string
	Text   string // what the cell said
}

func (e *CellError) Error() string {
	return fmt.Sprintf("code cell %d of %s failed:\n%s\n%s", e.Cell, e.Lesson, indent(e.Source), strings.TrimSpace(e.Text))
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ")
}

// Execute executes l through the kernel and writes its outputs and its twin,
// each file as a whole or not at all. It calls progress at the start of every
// code cell.
func (w *Worker) Execute(l Lesson, progress func(cell, cells int)) error {
	tmp, err := os.MkdirTemp("", "nqm-lesson-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	out := filepath.Join(tmp, l.Name+".ipynb")
	a, err := w.do(request{Do: "execute", Path: l.Notebook(), Out: out}, func(a answer) { progress(a.Cell, a.Cells) })
	if err != nil {
		return fmt.Errorf("%s: %w", l.Name, err)
	}
	if a.Failed > 0 {
		return &CellError{Lesson: l.Name, Cell: a.Failed, Source: a.Source, Text: a.Text}
	}
	nb, err := ReadNotebook(out)
	if err != nil {
		return err
	}
	if err := nb.stderr(l.Name); err != nil {
		return err
	}
	nb.Normalize()
	if err := nb.Write(l.Notebook()); err != nil {
		return err
	}
	return w.writeTwin(l)
}

func (w *Worker) writeTwin(l Lesson) error {
	text, err := w.Twin(l)
	if err != nil {
		return err
	}
	return setup.WriteFile(l.Text(), []byte(text))
}

// Twin returns the text that l's twin should have.
func (w *Worker) Twin(l Lesson) (string, error) {
	a, err := w.do(request{Do: "twin", Path: l.Notebook()}, nil)
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
