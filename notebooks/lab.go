package main

import (
	"context"
	"fmt"
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
	var afterwards sync.WaitGroup
	defer afterwards.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	return server.Run(ctx, func(address string) {
		fmt.Printf("JupyterLab runs at\n\n    %s\n\nCtrl-C stops it.\n", address)
		afterwards.Go(func() { addCompletion(ctx, env) })
	})
}

// addCompletion builds what cells run without, and says why if it cannot.
func addCompletion(ctx context.Context, env *setup.Environment) {
	if err := env.AddCompletion(ctx, os.Stdout); err != nil && ctx.Err() == nil {
		fmt.Printf("Cells run, but without completion and documentation: %v\n", err)
	}
}
