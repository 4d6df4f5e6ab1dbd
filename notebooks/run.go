package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// runLessons executes lessons and writes their pages.
func runLessons(ctx context.Context, args []string) error {
	flags := newFlags("run")
	out := flags.String("o", "out", "folder for the HTML pages")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	root, lessons, err := findLessons()
	if err != nil {
		return err
	}
	chosen, err := lesson.Select(lessons, names)
	if err != nil {
		return err
	}
	env, err := setup.Prepare(ctx, root, os.Stdout)
	if err != nil {
		return err
	}
	worker, err := lesson.Start(ctx, env)
	if err != nil {
		return err
	}
	defer worker.Close()
	for _, l := range chosen {
		if err := runLesson(worker, l, *out, os.Stdout); err != nil {
			return err
		}
	}
	return nil
}

// findLessons returns the clone around the working directory and its lessons.
func findLessons() (root string, lessons []lesson.Lesson, err error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", nil, err
	}
	if root, err = setup.FindRoot(dir); err != nil {
		return "", nil, err
	}
	lessons, err = lesson.All(filepath.Join(root, "notebooks"))
	return root, lessons, err
}

// runLesson executes one lesson and writes its page.
func runLesson(worker *lesson.Worker, l lesson.Lesson, out string, w io.Writer) error {
	p := newProgress(w, l.Name)
	err := worker.Execute(l, p.cell)
	p.end(err)
	if err != nil {
		return err
	}
	page, err := worker.Export(l, out)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  %s\n", page)
	return nil
}

// progress shows how far the execution of one lesson is.
type progress struct {
	w           io.Writer
	name        string
	start       time.Time
	cells       int
	interactive bool
}

func newProgress(w io.Writer, name string) *progress {
	fmt.Fprintf(w, "%s ", name)
	return &progress{w: w, name: name, start: time.Now(), interactive: setup.IsTerminal(w)}
}

// cell says that the given code cell begins.
func (p *progress) cell(n, of int) {
	p.cells = of
	if p.interactive {
		fmt.Fprintf(p.w, "\r%s  cell %d/%d  %s ", p.name, n, of, p.elapsed())
	}
}

func (p *progress) end(err error) {
	if p.interactive {
		fmt.Fprintf(p.w, "\r\x1b[K%s ", p.name)
	}
	if err != nil {
		fmt.Fprintf(p.w, " stopped after %s\n", p.elapsed())
		return
	}
	fmt.Fprintf(p.w, " %d cells  %s\n", p.cells, p.elapsed())
}

func (p *progress) elapsed() string {
	return fmt.Sprintf("%.1f s", time.Since(p.start).Seconds())
}
