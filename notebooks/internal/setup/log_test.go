//go:build unix

package setup

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Whatever the umask is, and whatever an earlier version left, nobody else can look
// into the clone's folder or read a log.
func TestFolderIsPrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := filepath.Join(t.TempDir(), "clone")
	e := &Environment{Dir: dir}
	if err := os.MkdirAll(filepath.Join(dir, "log"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(e.LogFile("lab"), []byte("token=secret\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := e.makePrivate(); err != nil {
		t.Fatal(err)
	}
	if err := (&builder{log: e.LogFile("setup")}).run(exec.Command("true")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lab", "run"} {
		log, err := e.OpenLog(name)
		if err != nil {
			t.Fatal(err)
		}
		log.Close()
	}
	files := 0
	filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil {
			t.Fatal(err, statErr)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		files++
		return nil
	})
	if files < 8 {
		t.Errorf("%d files and folders", files)
	}
}

// A second program goes on with a log and takes nothing out of it; one that is long
// is put aside.
func TestLogIsKept(t *testing.T) {
	e := &Environment{Dir: t.TempDir()}
	if err := e.makePrivate(); err != nil {
		t.Fatal(err)
	}
	var both []*os.File
	for i := range 2 {
		log, err := e.OpenLog("lab")
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		both = append(both, log)
		fmt.Fprintln(log, "start", i)
	}
	fmt.Fprintln(both[0], "more")
	if got, err := os.ReadFile(e.LogFile("lab")); err != nil || string(got) != "start 0\nstart 1\nmore\n" {
		t.Errorf("the log says %q, %v", got, err)
	}
	if err := both[0].Truncate(longestLog + 1); err != nil {
		t.Fatal(err)
	}
	next, err := e.OpenLog("lab")
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if info, err := next.Stat(); err != nil || info.Size() != 0 {
		t.Errorf("the next log begins with %d bytes, %v", info.Size(), err)
	}
}

// What the user's Python is told to do otherwise is not told to ours.
func TestPythonEnviron(t *testing.T) {
	for _, name := range []string{"PYTHONIOENCODING", "PYTHONPATH", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONSTARTUP", "VIRTUAL_ENV"} {
		t.Setenv(name, "ascii")
	}
	t.Setenv("PIP_INDEX_URL", "kept")
	env := pythonEnviron()
	for _, kv := range env {
		if strings.HasSuffix(kv, "=ascii") {
			t.Errorf("it has %s", kv)
		}
	}
	for _, kv := range []string{"PIP_INDEX_URL=kept", "PYTHONUTF8=1", "PYTHONNOUSERSITE=1"} {
		if !slices.Contains(env, kv) {
			t.Errorf("it lacks %s", kv)
		}
	}
}
