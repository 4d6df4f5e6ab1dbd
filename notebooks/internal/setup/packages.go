package setup

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A packageList is a part of the file that names the Python packages.
type packageList struct {
	section string
	modules []string // what of them is imported, to see that it works
}

var (
	lessonPackages     = packageList{"lessons", []string{"jupyterlab.labapp", "nbclient", "nbconvert", "jupytext", "math_core", "ipykernel"}}
	assignmentPackages = packageList{"assignments", []string{"nbgrader.apps"}}
	installerPackages  = packageList{"installer", nil}
)

// lines returns the part of the file's content that l stands for.
func (l packageList) lines(content string) (string, error) {
	for _, part := range strings.Split("\n"+content, "\n## ")[1:] {
		title, lines, _ := strings.Cut(part, "\n")
		if name, _, _ := strings.Cut(title, ":"); name == l.section {
			return lines + "\n", nil
		}
	}
	return "", fmt.Errorf("%s has no part %q: take the file from a fresh clone", requirements, l.section)
}

// requirement is the beginning of the lines that name a package.
var requirement = regexp.MustCompile(`(?m)^\w[^ ]*==`)

// write writes the part to a file of its own in dir and returns its path and
// how many packages it names.
func (l packageList) write(root, dir string) (path string, n int, err error) {
	content, err := os.ReadFile(filepath.Join(root, requirements))
	if err != nil {
		return "", 0, err
	}
	lines, err := l.lines(string(content))
	if err != nil {
		return "", 0, err
	}
	path = filepath.Join(dir, l.section+".txt")
	return path, len(requirement.FindAllString(lines, -1)), WriteFile(path, []byte(lines))
}

//go:embed check.py
var checkPackages string

// install installs the packages of l into the environment, by uv where there is
// one for this machine and by pip elsewhere, and imports what is needed of them.
func (e *Environment) install(ctx context.Context, b *builder, l packageList) error {
	work := filepath.Join(e.Python, "installing")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(work)
	list, n, err := l.write(e.Root, work)
	if err != nil {
		return err
	}
	i := installer{b, e.Python, e.base, work, list, n, readAccess(ctx, b, e.base)}
	err = i.uv(ctx, e.Root)
	if err != nil && ctx.Err() == nil && !says(err, fullDisk) {
		err = i.pip(ctx)
	}
	if err != nil {
		return err
	}
	b.shows("(imported for the first time)")
	check := b.command(ctx, i.interpreter(), append([]string{"-I", "-c", checkPackages, list}, l.modules...)...)
	check.Env = pythonEnviron()
	return b.run(check)
}

// says reports whether a tool failed and what it said points to the given cause.
func says(err error, cause int) bool {
	var failed *toolError
	return errors.As(err, &failed) && containsAny(failed.output, causes[cause].signs)
}

// An installer installs a list of packages into a Python environment.
type installer struct {
	b      *builder
	env    string // the environment
	python string // the interpreter that it is made from
	work   string // a folder for what is needed meanwhile
	list   string // the file that names the packages
	n      int    // how many it names
	access access
}

// interpreter is that of the environment.
func (i installer) interpreter() string { return filepath.Join(i.env, "bin", "python") }

// uv lets pip fetch uv, and uv install the packages.
func (i installer) uv(ctx context.Context, root string) error {
	own, _, err := installerPackages.write(root, i.work)
	if err != nil {
		return err
	}
	tools, cache := filepath.Join(i.work, "uv"), filepath.Join(i.work, "cache")
	i.b.shows("(their installer)")
	fetch := i.b.command(ctx, i.python, "-I", "-m", "pip", "install", "--target="+tools, "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", own)
	fetch.Env = i.access.pip
	if err := i.b.run(fetch); err != nil {
		return err
	}
	uv := filepath.Join(tools, "bin", "uv")
	if !exists(i.interpreter()) {
		venv := i.b.command(ctx, uv, "venv", "--python="+i.python, "--cache-dir="+cache, "--allow-existing", i.env)
		venv.Env = i.access.uv
		if err := i.b.run(venv); err != nil {
			return err
		}
	}
	i.b.counts(func() int { return countFiles(filepath.Join(cache, "archive-v0")) }, i.n)
	install := i.b.command(ctx, uv, "pip", "install", "--cache-dir="+cache, "--python="+i.interpreter(), "--require-hashes", "-r", i.list)
	install.Env = i.access.uv
	return i.b.run(install)
}

// countFiles returns how many files and folders dir has.
func countFiles(dir string) int {
	entries, _ := os.ReadDir(dir)
	return len(entries)
}

// pip lets the environment's own pip install the packages.
func (i installer) pip(ctx context.Context) error {
	venv := i.b.command(ctx, i.python, "-m", "venv", i.env)
	venv.Env = pythonEnviron()
	if err := i.b.run(venv); err != nil {
		return err
	}
	install := i.b.command(ctx, i.interpreter(), "-I", "-m", "pip", "install", "--progress-bar=off", "--require-hashes", "-r", i.list)
	install.Env = i.access.pip
	return i.b.runCounting(install, "Collecting ", i.n)
}

// access is what pip and uv see of the user's environment: of their settings only
// those by which packages are reached, since the others (a root, a target, a dry
// run) are about environments of the user's own.
type access struct{ pip, uv []string }

// reaching are pip's settings by which packages are reached, in uv's words.
var reaching = map[string]struct{ uv, separator string }{
	"index-url":        {"UV_DEFAULT_INDEX", ""},
	"extra-index-url":  {"UV_INDEX", " "},
	"find-links":       {"UV_FIND_LINKS", ","},
	"trusted-host":     {"UV_INSECURE_HOST", " "},
	"cert":             {"SSL_CERT_FILE", ""},
	"client-cert":      {"SSL_CLIENT_CERT", ""},
	"proxy":            {"ALL_PROXY", ""},
	"default-timeout":  {"UV_HTTP_TIMEOUT", ""},
	"timeout":          {"UV_HTTP_TIMEOUT", ""},
	"retries":          {"UV_HTTP_RETRIES", ""},
	"keyring-provider": {"UV_KEYRING_PROVIDER", ""},
}

// readAccess asks the user's pip for its settings.
func readAccess(ctx context.Context, b *builder, python string) access {
	var bare []string
	for _, kv := range pythonEnviron() {
		if !strings.HasPrefix(kv, "PIP_") && !strings.HasPrefix(kv, "UV_") {
			bare = append(bare, kv)
		}
	}
	bare = slices.Clip(bare)
	a := access{
		pip: append(bare, "PIP_CONFIG_FILE="+os.DevNull, "PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_NO_INPUT=1"),
		uv:  append(bare, "UV_NO_CONFIG=1", "UV_SYSTEM_CERTS=1", "UV_PYTHON_DOWNLOADS=never"),
	}
	cmd := b.command(ctx, python, "-m", "pip", "config", "list")
	cmd.Env = pythonEnviron()
	settings, _ := cmd.Output() // without pip there are none
	for line := range strings.Lines(string(settings)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		name = name[strings.LastIndex(name, ".")+1:]
		to, known := reaching[name]
		if !known {
			continue
		}
		values := strings.Fields(strings.ReplaceAll(strings.Trim(value, `'"`), `\n`, " "))
		a.pip = append(a.pip, "PIP_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+strings.Join(values, " "))
		a.uv = append(a.uv, to.uv+"="+strings.Join(values, to.separator))
	}
	return a
}
