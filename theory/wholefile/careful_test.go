//go:build unix

package wholefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := Write(path, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != text {
		t.Fatalf("wrote %q, read %q, error %v", text, got, err)
	}
}

// A new file has the mode that the umask leaves, one that was there keeps its own.
func TestMode(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o027, 0o077} {
		before := syscall.Umask(umask)
		path := filepath.Join(t.TempDir(), "a.csv")
		mode := func() os.FileMode {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			return info.Mode().Perm()
		}
		write(t, path, "one")
		if got, want := mode(), os.FileMode(0o666&^umask); got != want {
			t.Errorf("umask %o: a new file has mode %o, want %o", umask, got, want)
		}
		for _, own := range []os.FileMode{0o600, 0o640, 0o664, 0o666, 0o755, 0o777} {
			if err := os.Chmod(path, own); err != nil {
				t.Fatal(err)
			}
			write(t, path, fmt.Sprint(own))
			if got := mode(); got != own {
				t.Errorf("umask %o: a file of mode %o has mode %o then", umask, own, got)
			}
		}
		syscall.Umask(before)
	}
}

// A file that is there stays its owner's and its group's, also where root writes it.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("skipped: needs root")
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	for _, owner := range [][2]int{{1234, 5678}, {0, 5678}, {1234, 0}, {0, 0}} {
		write(t, path, "old")
		if err := os.Chown(path, owner[0], owner[1]); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o664); err != nil {
			t.Fatal(err)
		}
		write(t, path, "new")
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if now := info.Sys().(*syscall.Stat_t); int(now.Uid) != owner[0] || int(now.Gid) != owner[1] || info.Mode().Perm() != 0o664 {
			t.Errorf("a file of %v is of %d and %d then, its mode %o", owner, now.Uid, now.Gid, info.Mode().Perm())
		}
	}
}

// Links are followed, to files that are there and that are not yet, over folders
// that are links, and stay links.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"a/b", "c"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	links := map[string]string{"folder": "a/b", "c/here": "there", "c/up": "../a/x", "a/b/out": "../../c/y", "c/far": filepath.Join(dir, "a/z"), "c/twice": "far"}
	for from, to := range links {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ path, real string }{
		{"c/here", "c/there"}, {"c/up", "a/x"}, {"folder/out", "c/y"}, {"folder/new", "a/b/new"}, {"c/far", "a/z"}, {"c/twice", "a/z"},
	} {
		for _, text := range []string{"first", "second"} {
			write(t, filepath.Join(dir, test.path), text)
			if info, err := os.Lstat(filepath.Join(dir, test.real)); err != nil || !info.Mode().IsRegular() {
				t.Fatalf("%s: %s is %v, %v", test.path, test.real, info, err)
			}
		}
	}
	for from, to := range links {
		if got, err := os.Readlink(filepath.Join(dir, from)); got != to {
			t.Errorf("the link %s leads to %q, %v", from, got, err)
		}
	}
}

// What is in the place and is no file stays, and is named; so does a file that may
// not be written.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	circle, pipe, folder := at("circle"), at("pipe"), at("hessian.svg")
	for _, err := range []error{os.Symlink("circle", circle), syscall.Mkfifo(pipe, 0o644), os.Mkdir(folder, 0o755), os.Symlink("hessian.svg", at("link")), os.Symlink("gone/a.svg", at("dangling"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{
		folder:         "cannot write " + folder + ": hessian.svg is a folder, give the name of a file",
		at("link"):     "cannot write " + at("link") + ": link is a folder",
		at("dangling"): "cannot write " + at("dangling") + ": there is no folder " + at("gone"),
		pipe:           "cannot write " + pipe + ": pipe is not a regular file",
		"/dev/null":    "cannot write /dev/null: null is not a regular file",
		circle:         "cannot write " + circle + ": too many",
	}
	if os.Geteuid() != 0 {
		want[at("locked")] = "cannot write " + at("locked") + ": permission denied"
		if err := os.WriteFile(at("locked"), nil, 0o444); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := os.ReadDir(dir)
	for path, says := range want {
		if err := Write(path, []byte("new")); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if after, _ := os.ReadDir(dir); len(after) != len(before) {
		t.Errorf("%v lies there, was %v", after, before)
	}
}

// The data are on the disk before the file has its name, and the name is before
// Write returns; what fails before leaves the old file and nothing beside it.
func TestOrder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	write(t, path, "old")
	var log []string
	broken := ""
	note := func(what string) error {
		log = append(log, what)
		if what == broken {
			return syscall.EIO
		}
		return nil
	}
	oldSync, oldRename := syncFile, rename
	defer func() { syncFile, rename = oldSync, oldRename }()
	syncFile = func(f *os.File) error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if info.IsDir() {
			return note("folder")
		}
		if data, err := os.ReadFile(f.Name()); err != nil || string(data) != "new" {
			t.Errorf("synced with %q, %v", data, err)
		}
		return note("file")
	}
	rename = func(from, to string) error {
		if err := note("name"); err != nil {
			return err
		}
		return oldRename(from, to)
	}
	order := []string{"file", "name", "folder"}
	for i := range order[:2] {
		log, broken = nil, order[i]
		if err := Write(path, []byte("new")); !errors.Is(err, syscall.EIO) || !slices.Equal(log, order[:i+1]) {
			t.Errorf("%s fails: error %v after %q", broken, err, log)
		}
		if data, _ := os.ReadFile(path); string(data) != "old" {
			t.Errorf("%s fails: the old file is %q", broken, data)
		}
	}
	log, broken = nil, ""
	write(t, path, "new")
	if !slices.Equal(log, order) {
		t.Errorf("the order is %q", log)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%v lie there", entries)
	}
}
