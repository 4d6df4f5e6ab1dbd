package main

import (
	"context"
	"fmt"
	"os"

	"nqm/notebooks/internal/setup"
)

// manageKernel registers the kernel with the user's own Jupyter, or takes it
// out again.
func manageKernel(ctx context.Context, args []string) error {
	flags := newFlags("kernel")
	name := flags.String("name", setup.Kernel, "name of the kernel: each clone needs its own")
	remove := flags.Bool("remove", false, "take the kernel out again")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return usageErrorf("kernel takes no name of a lesson: %s", flagList(flags))
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := setup.FindRoot(dir)
	if err != nil {
		return err
	}
	env, err := setup.Prepare(ctx, root, os.Stdout)
	if err != nil {
		return err
	}
	change, done := env.Register, "registered the kernel: its folder is"
	if *remove {
		change, done = env.Unregister, "took the kernel out: gone is"
	}
	folder, err := change(ctx, *name)
	if err != nil {
		return err
	}
	fmt.Println(done, folder)
	if *remove {
		return nil
	}
	return env.AddCompletion(ctx, os.Stdout)
}
