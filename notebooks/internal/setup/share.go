package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// By these variables the command of a shared folder says where that is and what clone
// it was made of.
const (
	sharedFolder = "NQM_SHARED"
	sharedClone  = "NQM_CLONE"
)

// folder returns where a part lies: in the shared folder if it is complete there, else
// where this user's parts are built.
func (e *Environment) folder(name string) string {
	if shared := os.Getenv(sharedFolder); shared != "" {
		if dir := filepath.Join(shared, name); exists(part{dir: dir}.marker()) {
			return dir
		}
	}
	return filepath.Join(e.parts, name)
}

// Share makes dir hold all that the users of one machine need of the clone at root and
// do not write to: the Python environment (environment), the kernel and gopls, Go's modules, this
// command as the program nqm, which finds them there, and in share/jupyter the kernel
// for a Jupyter of their own. Everybody can read it.
//
// What it builds on, the clone, Go and Python, must be where everybody can read it.
func Share(ctx context.Context, root, dir string, w io.Writer) error {
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	golang, err := findGo(ctx, root)
	if err != nil {
		return explain(err)
	}
	python, err := findPython(ctx)
	if err != nil {
		return explain(err)
	}
	for _, path := range []string{dir, filepath.Join(root, "go.mod"), filepath.Join(golang.bin(), "go"), python.path} {
		if err := openToOthers(path); err != nil {
			return err
		}
	}
	for name, value := range map[string]string{sharedFolder: "", sharedClone: "", "GOMODCACHE": filepath.Join(dir, "modules")} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	e, err := prepare(ctx, root, cache, dir, w)
	if err != nil {
		return err
	}
	if err := e.AddCompletion(ctx, w); err != nil {
		return err
	}
	if err := e.AddAssignments(ctx, w); err != nil {
		return err
	}
	b := e.builder(w)
	b.step = b.board.start("What is shared")
	err = e.finishShared(ctx, b, dir)
	b.step.end(err)
	return explain(err)
}

// finishShared adds to the shared folder what is made of its parts, and lets everybody
// read it.
func (e *Environment) finishShared(ctx context.Context, b *builder, dir string) error {
	// Nobody else can keep what Python compiles.
	compile := b.command(ctx, e.pythonTool("python"), "-m", "compileall", "-q", filepath.Join(e.Python, "lib"))
	compile.Env = pythonEnviron()
	var exit *exec.ExitError
	if err := compile.Run(); err != nil && !errors.As(err, &exit) { // some files are templates
		return err
	}
	all := *e
	all.Dir = dir
	program := filepath.Join(all.binDir(), "notebooks")
	if err := b.run(e.goCommand(ctx, b, "build", "-o", program, "./notebooks")); err != nil {
		return err
	}
	if err := all.writeGopls(); err != nil {
		return err
	}
	if err := all.WriteKernel(filepath.Join(all.shareDir(), "kernels", Kernel), Kernel); err != nil {
		return err
	}
	if err := linkTo(e.Python, filepath.Join(dir, "environment")); err != nil {
		return err
	}
	command := fmt.Sprintf("#!/bin/sh\n# The command of a shared set-up of nqm. Written by \"go run ./notebooks share\".\nexport %s=%s %s=%s GOMODCACHE=%s PATH=%s\":$PATH\"\nexec %s \"$@\"\n",
		sharedFolder, shellQuote(dir), sharedClone, shellQuote(e.Root), shellQuote(e.golang.GOMODCACHE), shellQuote(e.golang.bin()+":"+filepath.Dir(e.base)), shellQuote(program))
	path := filepath.Join(dir, "nqm")
	if err := WriteFile(path, []byte(command)); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o755); err != nil {
		return err
	}
	return readableByAll(dir)
}

// openToOthers returns an error for a file that no other user can read, or run if it is
// a program: because of its own mode, or of a folder on the way to it.
func openToOthers(path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	for _, way := range []string{path, real} {
		for part := way; ; part = filepath.Dir(part) {
			info, err := os.Stat(part)
			if err != nil {
				return err
			}
			mode := info.Mode().Perm()
			if mode&0o044 == 0 && part == way || mode&0o011 == 0 && mode&0o100 != 0 {
				return fmt.Errorf("other users cannot use %s: only the owner of %s may (mode %03o); have it where everybody can read it, and run share again", path, part, mode)
			}
			if part == filepath.Dir(part) {
				break
			}
		}
	}
	return nil
}

// linkTo makes path a link to target, in place of an earlier one.
func linkTo(target, path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Symlink(target, path)
}

// readableByAll lets everybody read what is in dir, and run what its owner may run.
func readableByAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if mode&0o100 != 0 {
			mode |= 0o111
		}
		if mode == info.Mode().Perm() {
			return nil
		}
		return os.Chmod(path, mode)
	})
}

// kernelLog takes what a kernel logs; one that many users run has no file for that.
func (e *Environment) kernelLog() string {
	if e.Dir == e.parts {
		return os.DevNull
	}
	return e.LogFile("kernel")
}
