package lesson

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"nqm/notebooks/internal/setup"
)

// Ours are notebooks whose content the history holds, now or earlier, and those that
// a run wrote: not what a stranger saved, also under a name and with the times of one
// of ours, and not what lies in the repository's store alone.
func TestOnlyOursIsTrusted(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	root := t.TempDir()
	env := &setup.Environment{Root: root, Dir: t.TempDir()}
	l := Lesson{Dir: filepath.Join(root, "notebooks"), Name: "lesson"}
	if err := os.Mkdir(l.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(l.Notebook(), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", root, "-c", "user.name=x", "-c", "user.email=x@x", "-c", "commit.gpgsign=false"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	trusted := func() bool {
		t.Helper()
		texts, err := ours(context.Background(), env, []Lesson{l, {Dir: l.Dir, Name: "missing"}})
		if err != nil {
			t.Fatal(err)
		}
		data, _ := os.ReadFile(l.Notebook())
		return slices.Contains(texts, string(data))
	}
	write("no history")
	if trusted() {
		t.Error("trusted without a history")
	}
	git("init", "-q")
	for _, text := range []string{"first", "second\r\n"} {
		write(text)
		git("add", ".")
		git("commit", "-qm", text)
	}
	write("on another branch")
	git("checkout", "-qb", "stranger")
	git("commit", "-qam", "theirs")
	git("checkout", "-q", "-")
	write("staged only")
	git("add", ".")
	git("rm", "-q", "--cached", l.Notebook())
	for text, want := range map[string]bool{"first": true, "second\r\n": true, "third": false, "on another branch": false, "staged only": false, "": false} {
		if write(text); trusted() != want {
			t.Errorf("%q: trusted %v, want %v", text, !want, want)
		}
	}
	write("executed here")
	if err := (&Worker{env: env}).remember([]byte("executed here")); err != nil {
		t.Fatal(err)
	}
	if !trusted() {
		t.Error("what a run wrote is not trusted")
	}
	if write("executed here, and changed"); trusted() {
		t.Error("trusted after a change")
	}
	if _, err := os.Stat(filepath.Join(env.Dir, "executed")); err != nil {
		t.Error(fmt.Errorf("%w", err))
	}
}
