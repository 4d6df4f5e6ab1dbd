package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"nqm/notebooks/internal/setup"
	"nqm/nqmkit/networks/experiments"
	"nqm/theory"
	"nqm/theory/wholefile"
)

// runExperiments trains the networks of the lesson on real networks anew, and writes what
// came out.
func runExperiments(ctx context.Context, args []string) error {
	flags := newFlags("experiments")
	out := flags.String("o", "", "folder for the files; without it, where the lesson reads them")
	list := flags.Bool("list", false, "name the experiments and make none")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	all := experiments.All()
	for _, name := range names {
		if !slices.ContainsFunc(all, func(q experiments.Question) bool { return q.Name == name }) {
			return usageErrorf("there is no experiment %q: 'go run ./notebooks experiments -list' names them", name)
		}
	}
	if *list {
		for _, q := range all {
			fmt.Printf("%-14s %s\n", q.Name, q.About)
		}
		return nil
	}
	if *out == "" {
		root, err := setup.FindRoot(".")
		if err != nil {
			return err
		}
		*out = filepath.Join(root, "nqmkit", "networks", "experiments", "results")
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return fmt.Errorf("the folder for the experiments cannot be made: %w", err)
	}
	fmt.Println("All experiments take up to half an hour on two quiet cores. What is finished is kept: an interrupted call goes on where it was.")
	for _, q := range all {
		if len(names) > 0 && !slices.Contains(names, q.Name) {
			continue
		}
		if err := runExperiment(ctx, q, *out); err != nil {
			return err
		}
	}
	if len(names) > 0 {
		return nil
	}
	if err := writeResult(*out, "scales", experiments.Scales()); err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(*out, "README.md"), []byte(experiments.Document()))
}

func runExperiment(ctx context.Context, q experiments.Question, dir string) error {
	start := time.Now()
	over := make(chan theory.TrainedScaling, 1)
	go func() { over <- q.Run() }()
	var s theory.TrainedScaling
	select {
	case s = <-over:
	case <-ctx.Done():
		select { // an interrupted experiment returns what it has, if it has begun
		case s = <-over:
		case <-time.After(5 * time.Second):
			return ctx.Err()
		}
	}
	if s.Partial || ctx.Err() != nil {
		if err := writeResult(dir, q.Name+"-partial", s); err != nil {
			return err
		}
		return fmt.Errorf("%s was interrupted after %d points, which are kept, and stand in %s-partial.json", q.Name, len(s.Points), q.Name)
	}
	fmt.Printf("%s: %d points in %v\n", q.Name, len(s.Points), time.Since(start).Round(time.Second))
	return writeResult(dir, q.Name, s)
}

func writeResult(dir, name string, result any) error {
	data, err := theory.EncodeJSON(result)
	if err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(dir, name+".json"), append(data, '\n'))
}
