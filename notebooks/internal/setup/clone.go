package setup

import (
	"bytes"
	"context"
	"embed"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"nqm/plotting/echarts"
	"nqm/theory/wholefile"
)

// files is what a clone's folder starts with: Jupyter's configuration, the
// template of exported pages and our Python modules.
//
//go:embed all:files
var files embed.FS

// prepareClone writes the clone's own folder, and only what has changed of it.
func (e *Environment) prepareClone() error {
	if err := e.copyFiles(); err != nil {
		return err
	}
	figures := filepath.Join(e.shareDir(), "nbconvert", "templates", "nqm", echarts.FileName)
	if err := WriteFile(figures, echarts.Bundle()); err != nil {
		return err
	}
	if err := e.writeGopls(); err != nil {
		return err
	}
	return e.WriteKernel(filepath.Join(e.shareDir(), "kernels", Kernel), Kernel)
}

func (e *Environment) copyFiles() error {
	return fs.WalkDir(files, "files", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		return WriteFile(filepath.Join(e.Dir, strings.TrimPrefix(path, "files")), data)
	})
}

func (e *Environment) binDir() string        { return filepath.Join(e.Dir, "bin") }
func (e *Environment) configDir() string     { return filepath.Join(e.Dir, "etc") }
func (e *Environment) shareDir() string      { return filepath.Join(e.Dir, "share", "jupyter") }
func (e *Environment) workspacesDir() string { return filepath.Join(e.Dir, "workspaces") }

// Worker is the Python program that executes and exports lessons.
func (e *Environment) Worker() string { return filepath.Join(e.Dir, "python", "nqm_worker.py") }

// Command returns a program of the Python environment that sees the clone's
// kernel and configuration before the user's own, which stay untouched.
func (e *Environment) Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := Stoppable(exec.CommandContext(ctx, e.pythonTool(program), args...))
	cmd.Env = append(pythonEnviron(),
		"JUPYTER_PATH="+before(e.shareDir(), "JUPYTER_PATH"),
		"JUPYTER_CONFIG_PATH="+before(e.configDir(), "JUPYTER_CONFIG_PATH"),
		"JUPYTER_RUNTIME_DIR="+e.RuntimeDir(),
		"JUPYTERLAB_WORKSPACES_DIR="+e.workspacesDir(),
		"PATH="+before(filepath.Join(e.Python, "bin"), "PATH"),
	)
	return cmd
}

// before returns the named search path of the environment with dir put first.
func before(dir, name string) string {
	if rest := os.Getenv(name); rest != "" {
		return dir + string(os.PathListSeparator) + rest
	}
	return dir
}

// WriteFile writes data to path, the whole of it or nothing, and leaves a file
// alone that has this content already.
func WriteFile(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return wholefile.Write(path, data)
}
