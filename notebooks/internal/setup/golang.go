package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Programs, each a tool of go.mod: those that a kernel needs, and the one that
// offers names and documentation.
var (
	toolPackages = []string{"github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports"}
	goplsPackage = "golang.org/x/tools/gopls"
)

// golang is the Go installation that builds the tools and the cells.
type golang struct {
	GOVERSION string
	GOROOT    string
	GOFLAGS   string

	GOMODCACHE string
}

// bin is the folder of the go command.
func (g golang) bin() string { return filepath.Join(g.GOROOT, "bin") }

// findGolang finds the Go installation, and where the programs that it builds lie.
func (e *Environment) findGolang(ctx context.Context) error {
	var err error
	if e.golang, err = findGo(ctx, e.Root); err != nil {
		return err
	}
	kernel, err := toolVersions(e.Root, toolPackages...)
	if err != nil {
		return err
	}
	gopls, err := toolVersions(e.Root, goplsPackage)
	if err != nil {
		return err
	}
	e.Tools = e.folder("tools-" + key(append(kernel, e.golang.GOVERSION, gonbFile, fmt.Sprint(gonbPatches))...))
	e.gopls = e.folder("gopls-" + key(append(gopls, e.golang.GOVERSION)...))
	return nil
}

// prepareTools builds the kernel and goimports.
func (e *Environment) prepareTools(ctx context.Context, b *builder) error {
	return b.ensure(ctx, part{
		title: "Go kernel",
		dir:   e.Tools,
		needs: "gonb",
		build: func(ctx context.Context, b *builder) error {
			source := filepath.Join(e.Tools, "source")
			modfile, err := e.patchGonb(ctx, b, source)
			if err != nil {
				return err
			}
			defer os.RemoveAll(source)
			return e.goInstall(ctx, b, e.Tools, append([]string{"-modfile=" + modfile}, toolPackages...)...)
		},
	})
}

// AddCompletion builds gopls, which kernels wait for. The first cell does not need
// it, and it takes as long to build as all else.
func (e *Environment) AddCompletion(ctx context.Context, w io.Writer) error {
	return explain(e.builder(w).ensure(ctx, part{
		title: "gopls, for completion and documentation",
		dir:   e.gopls,
		needs: "gopls",
		build: func(ctx context.Context, b *builder) error { return e.goInstall(ctx, b, e.gopls, goplsPackage) },
	}))
}

// goInstall builds programs of go.mod into dir.
func (e *Environment) goInstall(ctx context.Context, b *builder, dir string, args ...string) error {
	cmd := b.command(ctx, "go", append([]string{"install", "-v"}, args...)...)
	cmd.Dir = e.Root
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOWORK=off")
	return b.runCounting(cmd, "", 0)
}

// findGo asks the go command on the PATH what it is, as seen from the clone:
// go.mod may have sent it to a newer toolchain.
func findGo(ctx context.Context, root string) (golang, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return golang{}, errors.New("there is no go command on the PATH: install Go, put it on the PATH and run the command again")
	}
	cmd := exec.CommandContext(ctx, "go", "env", "-json", "GOVERSION", "GOROOT", "GOFLAGS", "GOMODCACHE")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return golang{}, goEnvError(ctx, cmd, err)
	}
	var g golang
	if err := json.Unmarshal(out, &g); err != nil {
		return golang{}, err
	}
	return g, checkGo(root, g.GOVERSION)
}

func goEnvError(ctx context.Context, cmd *exec.Cmd, err error) error {
	var exit *exec.ExitError
	if ctx.Err() != nil || !errors.As(err, &exit) {
		return err
	}
	said := strings.TrimSpace(string(exit.Stderr))
	return fmt.Errorf("the go command cannot build this clone, %q fails with %q: install the Go version that go.mod names and run the command again", cmd, said)
}

// checkGo refuses a Go that is older than go.mod asks for.
func checkGo(root, have string) error {
	mod, err := readGoMod(root)
	if err != nil {
		return err
	}
	if version.Compare(have, "go"+mod.Go.Version) < 0 {
		return fmt.Errorf("%s is too old: install Go %s or newer and run the command again", have, mod.Go.Version)
	}
	return nil
}

// toolVersions returns the versions that go.mod gives to the modules of programs.
func toolVersions(root string, packages ...string) ([]string, error) {
	mod, err := readGoMod(root)
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, r := range mod.Require {
		if slices.ContainsFunc(packages, func(p string) bool { return within(p, r.Mod.Path) }) {
			versions = append(versions, r.Mod.String())
		}
	}
	return versions, nil
}

// within reports whether the package at path belongs to the named module, or
// to one nested in it.
func within(path, module string) bool {
	return path == module || strings.HasPrefix(path, module+"/")
}

func readGoMod(root string) (*modfile.File, error) {
	path := filepath.Join(root, "go.mod")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(path, data, nil)
}

// GoVersion is the version of Go that the clone asks for.
func (e *Environment) GoVersion() (string, error) {
	mod, err := readGoMod(e.Root)
	if err != nil {
		return "", err
	}
	return mod.Go.Version, nil
}

// kernelGoFlags are the user's flags for the go command, less those that a
// go.work file forbids, after ours: cells link faster without symbols, and git refuses
// to describe a clone that belongs to somebody else.
func (e *Environment) kernelGoFlags() string {
	flags := []string{"-ldflags=-s", "-buildvcs=false"}
	for _, f := range strings.Fields(e.golang.GOFLAGS) {
		if name := strings.TrimLeft(f, "-"); !strings.HasPrefix(name, "mod=") && !strings.HasPrefix(name, "modfile=") {
			flags = append(flags, f)
		}
	}
	return strings.Join(flags, " ")
}
