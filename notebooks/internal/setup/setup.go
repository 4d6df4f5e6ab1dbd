// Package setup prepares what the lessons need and nothing else does: a Python
// environment with Jupyter, the Go kernel with its helpers, and one folder for
// each clone with its kernel specification and Jupyter configuration.
//
// Everything lies in the user's cache folder, under names that follow from the
// content (the requirements, the tools' versions, the clone's path), so it is
// built once, two clones do not mix, and deleting it costs no more than time.
//
//	python-<key>/   the Python environment of one requirements-dev.txt
//	tools-<key>/    gonb and goimports
//	gopls-<key>/    gopls
//	clones/<key>/   the kernel, configuration, state and logs of one clone
//
// All but the last may also lie in a folder that many users share (Share).
package setup

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// Kernel is the name of the kernel that the lessons use.
const Kernel = "nqm"

// An Environment is a complete set-up.
type Environment struct {
	Root   string // the clone
	Dir    string // the clone's own folder in the cache
	Python string // the Python environment's folder
	Tools  string // the folder of gonb and goimports

	parts  string // the folder in which parts are built
	base   string // the Python interpreter that the environment is made from
	golang golang
	gopls  string // the folder of gopls
}

// Prepare returns the environment of the clone at root. It builds what is
// missing, and shows each step on w while it runs.
func Prepare(ctx context.Context, root string, w io.Writer) (*Environment, error) {
	if err := supported(); err != nil {
		return nil, err
	}
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	return prepare(ctx, root, cache, cache, w)
}

// prepare is Prepare with the clone's folder below cache, and the parts in another one.
func prepare(ctx context.Context, root, cache, parts string, w io.Writer) (*Environment, error) {
	e := &Environment{Root: root, Dir: filepath.Join(cache, "clones", key(root)), parts: parts}
	if err := e.makePrivate(); err != nil {
		return nil, err
	}
	b := e.builder(w)
	if err := e.findGolang(ctx); err != nil {
		return nil, explain(err)
	}
	if err := together(ctx, b, e.preparePython, e.prepareTools, e.prepareLibraries); err != nil {
		return nil, explain(err)
	}
	return e, explain(e.prepareClone())
}

func (e *Environment) builder(w io.Writer) *builder {
	return &builder{board: newBoard(w), log: e.LogFile("setup")}
}

// together takes steps side by side. The first that fails stops the others.
func together(ctx context.Context, b *builder, steps ...func(context.Context, *builder) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, step := range steps {
		group.Go(func() error { return step(ctx, b) })
	}
	return group.Wait()
}

// RuntimeDir is where a running Jupyter server leaves its address.
func (e *Environment) RuntimeDir() string { return filepath.Join(e.Dir, "runtime") }

func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "nqm"), nil
}
