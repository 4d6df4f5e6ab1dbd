// Package lesson finds the lessons of a clone, executes them through the real
// kernel and writes their pages.
//
// A lesson is a notebook and its text twin: NAME.ipynb holds the outputs,
// NAME.md is what people read and review.
package lesson

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Lesson is one notebook with its twin.
type Lesson struct {
	Dir  string
	Name string // without extension
}

// Notebook is the path of the lesson with outputs.
func (l Lesson) Notebook() string { return filepath.Join(l.Dir, l.Name+".ipynb") }

// Text is the path of the twin.
func (l Lesson) Text() string { return filepath.Join(l.Dir, l.Name+".md") }

// File is the name of the lesson's file to open: the notebook, or the twin
// when there is no notebook yet.
func (l Lesson) File() string {
	if _, err := os.Stat(l.Notebook()); err != nil {
		return filepath.Base(l.Text())
	}
	return filepath.Base(l.Notebook())
}

// All returns the lessons in dir, in the order of their names.
func All(dir string) ([]Lesson, error) {
	var lessons []Lesson
	for _, ext := range []string{".ipynb", ".md"} {
		names, err := fs.Glob(os.DirFS(dir), "*"+ext) // dir may have the signs of a pattern in its name
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			l := Lesson{Dir: dir, Name: strings.TrimSuffix(name, ext)}
			if isLesson(l.Name) && !slices.Contains(lessons, l) {
				lessons = append(lessons, l)
			}
		}
	}
	slices.SortFunc(lessons, func(a, b Lesson) int { return strings.Compare(a.Name, b.Name) })
	return lessons, nil
}

// isLesson tells lessons from a folder's other files: README.md is none.
func isLesson(name string) bool {
	return name != strings.ToUpper(name) || strings.ContainsAny(name, "0123456789")
}

// Select returns the lessons that names ask for, or all of them when there are
// no names. A name is a lesson's, with or without extension, or its number.
func Select(lessons []Lesson, names []string) ([]Lesson, error) {
	if len(names) == 0 {
		return lessons, nil
	}
	var selected []Lesson
	for _, name := range names {
		i := slices.IndexFunc(lessons, func(l Lesson) bool { return l.answersTo(name) })
		if i < 0 {
			return nil, unknown(name, lessons)
		}
		if !slices.Contains(selected, lessons[i]) {
			selected = append(selected, lessons[i])
		}
	}
	return selected, nil
}

func (l Lesson) answersTo(name string) bool {
	name = filepath.Base(name)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".ipynb"), ".md")
	number, _, numbered := strings.Cut(l.Name, "_")
	return name == l.Name || numbered && name != "" && strings.TrimLeft(name, "0") == strings.TrimLeft(number, "0")
}

func unknown(name string, lessons []Lesson) error {
	if len(lessons) == 0 {
		return fmt.Errorf("there is no lesson %q: the folder has no lessons yet", name)
	}
	var have []string
	for _, l := range lessons {
		have = append(have, l.Name)
	}
	return fmt.Errorf("there is no lesson %q: choose among %s", name, strings.Join(have, ", "))
}
