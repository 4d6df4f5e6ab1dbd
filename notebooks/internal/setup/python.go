package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// requirements is the file that names the Python packages, in the clone.
const requirements = "requirements-dev.txt"

// minPython is the oldest Python that those packages run on.
var minPython = [2]int{3, 11}

// preparePython builds the Python environment.
func (e *Environment) preparePython(ctx context.Context, b *builder) error {
	python, err := findPython(ctx)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(filepath.Join(e.Root, requirements))
	if err != nil {
		return err
	}
	e.base = python.path
	e.Python = e.folder("python-" + key(string(content), python.version))
	return b.ensure(ctx, part{
		title: "Python packages",
		dir:   e.Python,
		needs: "bin/python",
		build: func(ctx context.Context, b *builder) error { return e.install(ctx, b, lessonPackages) },
	})
}

// AddAssignments adds what only assignments need to the environment.
func (e *Environment) AddAssignments(ctx context.Context, w io.Writer) error {
	return explain(e.builder(w).ensure(ctx, part{
		title: "Python packages for assignments",
		dir:   filepath.Join(e.Python, "assignments"),
		build: func(ctx context.Context, b *builder) error { return e.install(ctx, b, assignmentPackages) },
	}))
}

// pythonTool returns the path of a program of the Python environment.
func (e *Environment) pythonTool(name string) string {
	return filepath.Join(e.Python, "bin", name)
}

// python is a Python interpreter of the user.
type python struct {
	path    string
	version string
}

// findPython returns the first interpreter on the PATH that is new enough.
func findPython(ctx context.Context) (python, error) {
	old := ""
	for _, name := range []string{"python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		p, err := inspectPython(ctx, path)
		if err != nil {
			if ctx.Err() != nil {
				return python{}, ctx.Err()
			}
			continue
		}
		if newEnough(p.version) {
			return p, nil
		}
		if old == "" {
			old = p.version
		}
	}
	need := fmt.Sprintf("Python %d.%d", minPython[0], minPython[1])
	if old != "" {
		return python{}, fmt.Errorf("the Python on the PATH, %s, is too old: install %s or newer, put it on the PATH as python3 and run the command again", old, need)
	}
	return python{}, errors.New("there is no python3 on the PATH: install " + need + " or newer and run the command again")
}

// inspectPython asks the interpreter at path what it is: path may be a shim.
func inspectPython(ctx context.Context, path string) (python, error) {
	cmd := exec.CommandContext(ctx, path, "-I", "-c", `import sys; print("%d.%d.%d" % sys.version_info[:3]); print(sys.executable)`)
	out, err := cmd.Output()
	if err != nil {
		return python{}, err
	}
	version, executable, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return python{path: executable, version: version}, nil
}

func newEnough(version string) bool {
	var major, minor int
	fmt.Sscanf(version, "%d.%d", &major, &minor)
	return major > minPython[0] || major == minPython[0] && minor >= minPython[1]
}

// pythonEnviron is the process's environment without what would lead an
// interpreter to another one's packages, change how it reads and writes text, or
// have it warn, trace or ask.
func pythonEnviron() []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "PYTHON") && name != "VIRTUAL_ENV" {
			env = append(env, kv)
		}
	}
	return append(env, "PYTHONNOUSERSITE=1", "PYTHONUTF8=1")
}
