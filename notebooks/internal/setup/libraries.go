package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// cellPackages are what cells import of this module.
var cellPackages = []string{"./nqmkit", "./plotting"}

// prepareLibraries fetches and compiles what cells import, so that the first
// cell is quick and none needs the network. It fetches every go.mod file of the
// module graph, too, since the kernel's go command reads them all, and what the
// tests import, so that they need no network either.
func (e *Environment) prepareLibraries(ctx context.Context, b *builder) error {
	state, err := e.librariesState()
	if err != nil {
		return err
	}
	marker := filepath.Join(e.Dir, "libraries")
	if done, err := os.ReadFile(marker); err == nil && string(done) == state {
		return nil
	}
	held := *b
	held.step = b.board.start("Go libraries")
	err = e.buildLibraries(ctx, &held)
	held.step.end(err)
	var failed *toolError
	if errors.As(err, &failed) && failed.cause() == "" {
		fmt.Fprintf(b.board.w, "nqm's own packages do not build, and cells that import them will not either (log: %s)\n", b.log)
		return nil
	}
	if err != nil {
		return err
	}
	return WriteFile(marker, []byte(state))
}

func (e *Environment) buildLibraries(ctx context.Context, b *builder) error {
	for _, args := range [][]string{
		{"list", "-m", "all"},
		{"list", "-deps", "-test", "./...", goplsPackage},
	} {
		if err := b.run(e.goCommand(ctx, b, args...)); err != nil {
			return err
		}
	}
	return b.runCounting(e.goCommand(ctx, b, append([]string{"build", "-v"}, cellPackages...)...), "", 0)
}

func (e *Environment) goCommand(ctx context.Context, b *builder, args ...string) *exec.Cmd {
	cmd := b.command(ctx, "go", args...)
	cmd.Dir = e.Root
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS="+e.kernelGoFlags())
	return cmd
}

// librariesState changes when the modules that cells need do, and when the
// module cache has lost one of them.
func (e *Environment) librariesState() (string, error) {
	mod, err := readGoMod(e.Root)
	if err != nil {
		return "", err
	}
	missing := slices.ContainsFunc(mod.Require, func(r *modfile.Require) bool { return !e.cached(r.Mod) })
	var state []string
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(e.Root, name))
		if err != nil {
			return "", err
		}
		state = append(state, string(data))
	}
	return key(append(state, e.golang.GOVERSION, e.golang.GOMODCACHE, fmt.Sprint(missing))...), nil
}

// cached reports whether the module cache holds m's go.mod file.
func (e *Environment) cached(m module.Version) bool {
	path, err := module.EscapePath(m.Path)
	if err != nil {
		return false
	}
	return exists(filepath.Join(e.golang.GOMODCACHE, "cache", "download", path, "@v", m.Version+".mod"))
}

// Go returns a program of the Go installation or of the kernel's tools, run in dir:
// as in a cell, with this clone's packages if dir has a workspace, and without a
// network.
func (e *Environment) Go(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	path := filepath.Join(e.golang.bin(), program)
	if program != "go" {
		path = filepath.Join(e.Tools, program)
	}
	cmd := Stoppable(exec.CommandContext(ctx, path, args...))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"PATH="+before(e.golang.bin(), "PATH"), "PWD="+dir,
		"GOPROXY=off", "GOWORK=", "GO111MODULE=", "CGO_ENABLED=0", "GOFLAGS="+e.kernelGoFlags(),
	)
	return cmd
}
