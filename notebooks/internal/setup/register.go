package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// kernelName is what Jupyter accepts as the name of a kernel.
var kernelName = regexp.MustCompile(`^[a-z0-9._-]+$`)

// Register makes the kernel known to the user's own Jupyter under name, and
// returns the folder that says so.
func (e *Environment) Register(ctx context.Context, name string) (string, error) {
	dir, err := e.userKernelDir(ctx, name)
	if err != nil {
		return "", err
	}
	if err := mayChange(dir, e.Root); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	return dir, e.WriteKernel(dir, name)
}

// Unregister takes the kernel with the given name out again, and returns the
// folder that is gone.
func (e *Environment) Unregister(ctx context.Context, name string) (string, error) {
	dir, err := e.userKernelDir(ctx, name)
	if err != nil {
		return "", err
	}
	if err := mayChange(dir, e.Root); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("there is no kernel %q to take out: give the name that it was registered under with -name", name)
	} else if err != nil {
		return "", err
	}
	return dir, os.RemoveAll(dir)
}

// mayChange returns an error unless the kernel in dir is that of the clone at
// root, or of a clone that is no longer there.
func mayChange(dir, root string) error {
	path := filepath.Join(dir, "kernel.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var spec kernelSpec
	if err := json.Unmarshal(data, &spec); err != nil || spec.Metadata.Clone == "" {
		return fmt.Errorf("%s is not a kernel of nqm: choose another name with -name", path)
	}
	owner := spec.Metadata.Clone
	if owner != root && exists(filepath.Join(owner, "go.mod")) {
		return fmt.Errorf("the kernel %q belongs to the clone %s: choose another name with -name, or take it out there with -remove", filepath.Base(dir), owner)
	}
	return nil
}

// userKernelDir is where the user's own Jupyter looks for the named kernel.
func (e *Environment) userKernelDir(ctx context.Context, name string) (string, error) {
	if !kernelName.MatchString(name) {
		return "", fmt.Errorf("%q cannot name a kernel: use lower-case letters, digits, '.', '_' and '-'", name)
	}
	cmd := e.Command(ctx, "python", "-c", "from jupyter_core.paths import jupyter_data_dir; print(jupyter_data_dir())")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("the folder of your own Jupyter cannot be found: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "kernels", name), nil
}
