package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"nqm/notebooks/internal/setup"
)

// share sets up a folder that all users of a machine read.
func share(ctx context.Context, args []string) error {
	flags := newFlags("share")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return usageErrorf("share %q: want one folder, which every user can read", names)
	}
	dir, err := filepath.Abs(names[0])
	if err != nil {
		return err
	}
	root, err := setup.FindRoot(".")
	if err != nil {
		return err
	}
	if err := setup.Share(ctx, root, dir, os.Stdout); err != nil {
		return err
	}
	fmt.Printf("Every user opens the lessons with\n\n    %s lab -work lessons\n\nFor a Jupyter of their own: jupyter kernelspec install %s\n",
		filepath.Join(dir, "nqm"), filepath.Join(dir, "share", "jupyter", "kernels", setup.Kernel))
	return nil
}
