// Package atlas makes the figures of the paper and of the lecture, each with
// the table of its numbers. Every figure is one function; its name in the
// registry is the name of its files.
package atlas

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"nqm/nqmkit"
	"nqm/plotting"
)

// Figure is a figure that can be made.
type Figure struct {
	Name  string // of its files
	About string // what it shows, in one line, and where it comes from
	make  func() drawn
}

// drawn is a figure with its numbers.
type drawn struct {
	plotting.Figure
	Table nqmkit.Table
}

// All returns the figures in the order of the paper and the lecture.
func All() []Figure {
	return slices.Concat(dynamics, momentum, averages, preconditioning, tuned, schedules, comparisons, fits, networkFigures)
}

// Select returns the figures that names ask for, or all of them when there are
// no names.
func Select(names []string) ([]Figure, error) {
	all := All()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []Figure
	for _, name := range names {
		i := slices.IndexFunc(all, func(f Figure) bool { return f.Name == strings.TrimSuffix(name, filepath.Ext(name)) })
		if i < 0 {
			return nil, fmt.Errorf("there is no figure %q: 'go run ./notebooks figures -list' names them", name)
		}
		if !slices.ContainsFunc(chosen, func(f Figure) bool { return f.Name == all[i].Name }) {
			chosen = append(chosen, all[i])
		}
	}
	return chosen, nil
}

// Made is a figure whose numbers are there, to be written.
type Made struct {
	name string
	drawn
}

// Make computes a figure.
func (f Figure) Make() (m Made, err error) {
	err = sentence(func() { m = Made{f.Name, f.make()} })
	return m, err
}

// forms are the files of each figure.
var forms = []string{".svg", ".pdf", ".png", ".csv"}

// Write writes the files of a figure into a folder, each whole or not at all.
func (m Made) Write(dir string) error {
	for _, form := range forms {
		path := filepath.Join(dir, m.name+form)
		err := sentence(func() {
			if form == ".csv" {
				nqmkit.Save(path, m.Table)
			} else {
				plotting.Save(path, m.Figure)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sentence returns the error that f panics with, as nqmkit and plotting do.
func sentence(f func()) (err error) {
	defer func() {
		if e, ok := recover().(error); ok {
			err = e
		}
	}()
	f()
	return nil
}
