package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nqm/notebooks/internal/lab"
	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// openLab opens the lessons in JupyterLab until it is interrupted.
func openLab(ctx context.Context, args []string) error {
	flags := newFlags("lab")
	port := flags.Int("port", 0, "port of the server; without it the first free one from 8888 on")
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
	server := lab.Server{
		Env:     env,
		Dir:     filepath.Join(root, "notebooks"),
		Port:    *port,
		Browser: !*noBrowser && lab.HasDisplay(),
	}
	if len(chosen) > 0 {
		server.Open = chosen[0].File()
	}
	return server.Run(ctx, func(address string) {
		fmt.Printf("JupyterLab runs at\n\n    %s\n\nCtrl-C stops it.\n", address)
	})
}
