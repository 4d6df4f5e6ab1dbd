package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
	"nqm/notebooks/internal/site"
)

// writeSite writes the lessons as they are committed, and the gallery, as a
// static site.
func writeSite(ctx context.Context, args []string) error {
	flags := newFlags("site")
	out := flags.String("o", "out/site", "folder of the site")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return usageErrorf("site takes no name of a lesson: it has all of them")
	}
	root, lessons, err := findLessons()
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
	if err := buildSite(worker, lessons, *out); err != nil {
		return err
	}
	fmt.Println(filepath.Join(*out, "index.html"))
	return nil
}

// buildSite exports the lessons, draws the gallery and writes the site into dir.
func buildSite(worker *lesson.Worker, lessons []lesson.Lesson, dir string) error {
	tmp, err := os.MkdirTemp("", "nqm-site-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	var pages []site.Page
	for _, l := range lessons {
		path, err := worker.Export(l, tmp)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pages = append(pages, site.Page{Name: l.Name, Label: pageLabel(l.Name), HTML: text})
	}
	gallery, err := site.Gallery(dir)
	if err != nil {
		return err
	}
	return site.Write(dir, append(pages, gallery))
}

// pageLabel is the short name of a lesson: its number, if it has one.
func pageLabel(name string) string {
	number, _, _ := strings.Cut(name, "_")
	if number == "00" {
		return "nqm"
	}
	return number
}
