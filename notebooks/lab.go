package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"nqm/notebooks/internal/lab"
	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// openLab opens the lessons in JupyterLab until it is interrupted.
func openLab(ctx context.Context, args []string) error {
	flags := newFlags("lab")
	port := flags.Int("port", 0, "port of the server; without it the first free one from 8888 on")
	address := flags.String("address", "", "address that the server listens on, such as 0.0.0.0 in a container; without it this machine alone")
	base := flags.String("base-url", "", "path under which a proxy shows the server")
	work := flags.String("work", "", "folder of your own that the lessons are copied into, once, and opened in: what is there is never overwritten")
	noBrowser := flags.Bool("no-browser", false, "print the address and open no browser")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(names) > 1 {
		return usageErrorf("lab opens one lesson, not %s", strings.Join(names, ", "))
	}
	root, all, err := findLessons()
	if err != nil {
		return err
	}
	chosen, err := lesson.Select(all, names)
	if err != nil {
		return err
	}
	env, err := setup.Prepare(ctx, root, os.Stdout)
	if err != nil {
		return err
	}
	if err := lesson.Trust(ctx, env, all); err != nil {
		return err
	}
	dir, err := lessonFolder(filepath.Join(root, "notebooks"), *work)
	if err != nil {
		return err
	}
	server := lab.Server{
		Env:     env,
		Dir:     dir,
		Address: *address,
		Port:    *port,
		Base:    *base,
		Browser: !*noBrowser && lab.HasDisplay(),
	}
	if len(chosen) > 0 {
		server.Open = chosen[0].File()
	}
	var afterwards sync.WaitGroup
	defer afterwards.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	return server.Run(ctx, func(address string, warnings []string) {
		fmt.Printf("JupyterLab runs at\n\n    %s\n\nCtrl-C stops it.\n", address)
		for _, w := range warnings {
			fmt.Println(w)
		}
		afterwards.Go(func() { addCompletion(ctx, env) })
	})
}

// lessonFolder returns the folder in which lessons are opened: that of the clone, or
// work with what it lacks of the lessons.
func lessonFolder(clone, work string) (string, error) {
	if work == "" {
		if f, err := os.CreateTemp(clone, ".writable-*"); err != nil {
			fmt.Println("Nothing can be saved in this clone: lab -work DIR opens a copy of the lessons in a folder of yours.")
		} else {
			f.Close()
			os.Remove(f.Name())
		}
		return clone, nil
	}
	work, err := filepath.Abs(work)
	if err != nil {
		return "", err
	}
	for _, pattern := range []string{"*.ipynb", "*.md", "*.toml"} {
		names, err := fs.Glob(os.DirFS(clone), pattern)
		if err != nil {
			return "", err
		}
		for _, name := range names {
			if err := copyMissing(filepath.Join(work, name), filepath.Join(clone, name)); err != nil {
				return "", fmt.Errorf("the lessons cannot be copied to %s: %w", work, err)
			}
		}
	}
	return work, nil
}

// copyMissing copies a file to a place where nothing is yet.
func copyMissing(to, from string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return setup.WriteFile(to, data)
}

// addCompletion builds what cells run without, and says why if it cannot.
func addCompletion(ctx context.Context, env *setup.Environment) {
	if err := env.AddCompletion(ctx, os.Stdout); err != nil && ctx.Err() == nil {
		fmt.Printf("Cells run, but without completion and documentation: %v\n", err)
	}
}
