package setup

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// A part is taken from the shared folder if it is complete there, and only then.
func TestSharedPart(t *testing.T) {
	shared, own := t.TempDir(), t.TempDir()
	e := &Environment{parts: own}
	t.Setenv(sharedFolder, shared)
	dir := filepath.Join(shared, "tools-1")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := e.folder("tools-1"); got != filepath.Join(own, "tools-1") {
		t.Errorf("an incomplete part is taken from %s", got)
	}
	if err := os.WriteFile(part{dir: dir}.marker(), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := e.folder("tools-1"); got != dir {
		t.Errorf("a shared part is taken from %s", got)
	}
	t.Setenv(sharedFolder, "")
	if got := e.folder("tools-1"); got != filepath.Join(own, "tools-1") {
		t.Errorf("without a shared folder a part is taken from %s", got)
	}
}

// The clone of a shared folder is found from anywhere, and a clone around comes first.
func TestSharedClone(t *testing.T) {
	root, err := FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(sharedClone, "/srv/clone")
	for dir, want := range map[string]string{t.TempDir(): "/srv/clone", ".": root} {
		if got, err := FindRoot(dir); err != nil || got != want {
			t.Errorf("from %s: %s, error %v, want %s", dir, got, err, want)
		}
	}
}

// What is shared can be read by everybody, whatever the umask was; what is no program
// stays none, and links are left alone.
func TestReadableByAll(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"program": 0o700, "data": 0o600, "module": 0o440} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := readableByAll(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"program": 0o755, "data": 0o644, "module": 0o444, ".": 0o755} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, error %v, want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

// What only its owner can read or run is not shared: for its own mode, for that of a
// folder on the way, or behind a link.
func TestOpenToOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: there are no such modes")
	}
	top := t.TempDir()
	if err := os.Chmod(filepath.Dir(top), 0o755); err != nil { // which is the owner's alone
		t.Fatal(err)
	}
	if err := openToOthers(filepath.Dir(top)); err != nil {
		t.Skip("skipped: temporary folders are private here: ", err)
	}
	for _, test := range []struct {
		folder, file os.FileMode
		open         bool
	}{
		{0o755, 0o644, true}, {0o755, 0o755, true}, {0o750, 0o640, true}, {0o711, 0o755, true}, {0o755, 0o444, true},
		{0o700, 0o755, false}, {0o755, 0o700, false}, {0o755, 0o600, false}, {0o755, 0o744, false}, {0o744, 0o644, false},
	} {
		dir := filepath.Join(top, fmt.Sprintf("%o-%o", test.folder, test.file))
		path, link := filepath.Join(dir, "bin", "python"), dir+"-link"
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{os.WriteFile(path, nil, 0o600), os.Chmod(path, test.file), os.Chmod(dir, test.folder), os.Symlink(path, link)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, from := range []string{path, link} {
			if err := openToOthers(from); (err == nil) != test.open {
				t.Errorf("folder %o, file %o, from %s: %v", test.folder, test.file, from, err)
			}
		}
	}
}

// A clone may belong to somebody else, in which git does nothing.
func TestCloneOfSomebodyElse(t *testing.T) {
	for name, value := range map[string]string{"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1", "GOENV": "off", "GOFLAGS": ""} {
		t.Setenv(name, value)
	}
	root := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module nqm\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() {}\n"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("git", "init", root).CombinedOutput(); err != nil {
		t.Skipf("skipped: git does not run here: %s", out)
	}
	var err error
	e := &Environment{Root: root}
	if e.golang, err = findGo(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	if out, err := e.goCommand(t.Context(), &builder{}, "list", "-deps", ".").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
