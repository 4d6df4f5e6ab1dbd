package setup

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The lock file names each package once, in one version, with the hash of its
// files, and says nothing about where they come from.
func TestLockFile(t *testing.T) {
	root, err := FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, l := range []packageList{lessonPackages, assignmentPackages, installerPackages} {
		path, n, err := l.write(root, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		entries := regexp.MustCompile(`(?m)^\S.*(\n +.*)*`).FindAllString(string(data), -1)
		if len(entries) != n || n == 0 {
			t.Errorf("%s has %d entries, counts %d", l.section, len(entries), n)
		}
		for _, e := range entries {
			name, rest, exact := strings.Cut(e, "==")
			_, marker, _ := strings.Cut(strings.Split(rest, "\n")[0], ";")
			if !exact || seen[name+marker] || strings.Count(e, "--hash=sha256:") != strings.Count(e, "\n") || !strings.Contains(e, "\n") {
				t.Errorf("%s: exact %v, again %v, or without hashes: %.80s", l.section, exact, seen[name+marker], e)
			}
			seen[name+marker] = true
		}
	}
	if _, err := (packageList{section: "others"}).lines("## lessons\na==1\n"); err == nil {
		t.Error("a part that is not there is found")
	}
}

// fakePython is an interpreter with a pip that has the given settings and says that
// it has installed what it is asked for. Its environments are of its kind.
func fakePython(t *testing.T, settings string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	script(t, path, `
case "$*" in
*"pip config list"*) cat <<'END'
`+settings+`
END
;;
*"-m venv"*) for dir; do :; done; mkdir -p "$dir/bin"; cp "$0" "$dir/bin/python" ;;
*pip*install*) env | grep -E '^(PIP|UV)_' >>"`+path+`.env" ;;
*) exec python3 "$@" ;;
esac`)
	return path
}

// prepareWith builds the environment of this clone with another interpreter.
func prepareWith(t *testing.T, interpreter string) (part, error) {
	t.Helper()
	root, err := FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	e := &Environment{Root: root, Python: filepath.Join(dir, "python"), base: interpreter}
	p := part{title: "Python packages", dir: e.Python, needs: "bin/python", build: func(ctx context.Context, b *builder) error {
		return e.install(ctx, b, lessonPackages)
	}}
	b := &builder{board: newBoard(io.Discard), log: filepath.Join(dir, "log")}
	return p, b.ensure(t.Context(), p)
}

// Whatever made an installer do nothing or install elsewhere: an environment that
// lacks a package is not complete.
func TestIncompleteEnvironmentIsNotMarked(t *testing.T) {
	p, err := prepareWith(t, fakePython(t, ""))
	if err == nil || p.complete() {
		t.Errorf("without a package: error %v, complete %v", err, p.complete())
	}
}

// An installer sees how packages are reached, and nothing else that the user has
// set for environments of their own, in variables or in files.
func TestInstallersSeeOnlyTheWayToPackages(t *testing.T) {
	for _, name := range []string{"DRY_RUN", "ROOT", "TARGET", "PREFIX", "USER", "NO_DEPS", "REQUIREMENT", "CONSTRAINT", "REPORT", "IGNORE_INSTALLED", "ANYTHING"} {
		t.Setenv("PIP_"+name, "1")
		t.Setenv("UV_"+name, "1")
	}
	python := fakePython(t, `:env:.dry-run='1'
global.index-url='https://index.example/simple'
install.root='/elsewhere'
install.find-links='/a\n/b'
global.no-deps='true'`)
	if _, err := prepareWith(t, python); err == nil {
		t.Error("an installer that does nothing is believed")
	}
	seen, err := os.ReadFile(python + ".env")
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{"PIP_CONFIG_FILE", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INPUT", "PIP_INDEX_URL", "PIP_FIND_LINKS"}
	for line := range strings.Lines(string(seen)) {
		if name, _, _ := strings.Cut(line, "="); !slices.Contains(allowed, name) {
			t.Errorf("pip sees %s", strings.TrimSpace(line))
		}
	}
	a := readAccess(t.Context(), &builder{}, python)
	for _, want := range []string{"UV_DEFAULT_INDEX=https://index.example/simple", "UV_FIND_LINKS=/a,/b"} {
		if !slices.Contains(a.uv, want) {
			t.Errorf("uv does not see %s", want)
		}
	}
	for _, want := range []string{"PIP_INDEX_URL=https://index.example/simple", "PIP_FIND_LINKS=/a /b"} {
		if !slices.Contains(a.pip, want) {
			t.Errorf("pip does not see %s", want)
		}
	}
}

// The kernel's gopls waits until it is built, and ends with a kernel that does not.
func TestGoplsScriptWaits(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's here")
	body, err := (&Environment{gopls: dir}).script("gopls.sh", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script(t, filepath.Join(dir, "gopls"), `echo "$@"`)
	ctx := t.Context()
	b := &builder{}
	cmd := b.command(ctx, "sh", "-c", string(body), "gopls", "-listen=here")
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".complete"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || out.String() != "-listen.timeout=1m -listen=here\n" {
		t.Errorf("it says %q, error %v", out.String(), err)
	}
}
