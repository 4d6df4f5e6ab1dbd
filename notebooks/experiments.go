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
		if err := runExperiment(ctx, q.Name, q.Run, *out); err != nil {
			return err
		}
	}
	if len(names) > 0 {
		return nil
	}
	scales, err := answerOf(ctx, "scales", experiments.Scales)
	if err != nil {
		return err
	}
	if err := writeResult(*out, "scales", scales); err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(*out, "README.md"), []byte(experiments.Document()))
}

// runExperiment writes what came out of an experiment, an interrupted one under a name of
// its own.
func runExperiment(ctx context.Context, name string, run func() theory.TrainedScaling, dir string) error {
	start := time.Now()
	s, err := answerOf(ctx, name, run)
	if err != nil {
		return err
	}
	partial := name + "-partial"
	if s.Partial || ctx.Err() != nil {
		if err := writeResult(dir, partial, s); err != nil {
			return err
		}
		fmt.Printf("%s was interrupted after %d points, which are kept, and stand in %s.json\n", name, len(s.Points), partial)
		<-ctx.Done() // the signal that interrupted it
		return ctx.Err()
	}
	fmt.Printf("%s: %d points in %v\n", name, len(s.Points), time.Since(start).Round(time.Second))
	if err := os.Remove(filepath.Join(dir, partial+".json")); err != nil && !os.IsNotExist(err) {
		return err
	}
	return writeResult(dir, name, s)
}

// answerOf returns what run does, or the panic that it ends with as an error: work that is
// interrupted returns what it has, or panics where that is nothing.
func answerOf[T any](ctx context.Context, name string, run func() T) (T, error) {
	type outcome struct {
		answer T
		err    error
	}
	over := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o.err = fmt.Errorf("%s: %v", name, p)
			}
			over <- o
		}()
		o.answer = run()
	}()
	var late <-chan time.Time
	done := ctx.Done()
	for {
		select {
		case o := <-over:
			return o.answer, o.err
		case <-done:
			done, late = nil, time.After(5*time.Second)
		case <-late:
			return *new(T), ctx.Err()
		}
	}
}

func writeResult(dir, name string, result any) error {
	data, err := theory.EncodeJSON(result)
	if err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(dir, name+".json"), append(data, '\n'))
}
