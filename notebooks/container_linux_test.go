package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nqm/notebooks/internal/setup"
	"nqm/theory/longtest"
)

// A container is a root folder in which the lines of a Dockerfile are run: the
// machine's own, with fresh folders where an image has its own.
type container struct {
	*testing.T
	root string // the clone, which COPY copies
	dir  string // holds the fresh folders
	env  []string
	work string
	user string
}

// fresh are the folders that are the container's own.
var fresh = []string{"/etc", "/home", "/opt", "/root", "/tmp"}

// person is the line of a user, or of a user's group.
var person = regexp.MustCompile(`(?m)^[^:]*:[^:]*:[1-5]\d{3}:.*\n`)

// value fills in variables that ENV has set.
func (c *container) value(text string) string {
	return os.Expand(text, func(name string) string {
		for i := len(c.env) - 1; i >= 0; i-- {
			if value, is := strings.CutPrefix(c.env[i], name+"="); is {
				return value
			}
		}
		return ""
	})
}

// command runs a program in the container.
func (c *container) command(ctx context.Context, args ...string) *exec.Cmd {
	in := []string{"--die-with-parent", "--unshare-pid", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"}
	for _, dir := range fresh {
		in = append(in, "--bind", filepath.Join(c.dir, dir), dir)
	}
	in = append(in, "--chdir", c.work, "--")
	if c.user != "" {
		in = append(in, "setpriv", "--reuid", c.user, "--regid", c.user, "--clear-groups", "--")
	}
	cmd := exec.CommandContext(ctx, "bwrap", append(in, args...)...)
	cmd.Env = c.env
	return cmd
}

// line runs one line of the Dockerfile.
func (c *container) line(line string) (started []string) {
	c.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch rest = strings.TrimSpace(rest); word {
	case "FROM", "EXPOSE":
	case "ENV":
		for _, kv := range strings.Fields(rest) {
			c.env = append(c.env, c.value(kv))
		}
	case "WORKDIR":
		c.work = rest
		if err := os.MkdirAll(filepath.Join(c.dir, rest), 0o755); err != nil {
			c.Fatal(err)
		}
	case "USER":
		c.user = rest
	case "COPY":
		to := filepath.Join(c.dir, strings.TrimPrefix(rest, ". "))
		copied := exec.Command("sh", "-c", `mkdir -p "$1" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$1"`, "sh", to)
		copied.Dir = c.root
		if out, err := copied.CombinedOutput(); err != nil {
			c.Fatalf("%v: %s", err, out)
		}
	case "RUN":
		if strings.HasPrefix(rest, "apt-get ") { // the machine has them, or not
			return nil
		}
		if out, err := c.command(c.Context(), "sh", "-c", rest).CombinedOutput(); err != nil {
			c.Fatalf("%s: %v: %s", line, err, out)
		}
	case "CMD":
		if err := json.Unmarshal([]byte(rest), &started); err != nil {
			c.Fatalf("%s: %v", line, err)
		}
	default:
		c.Fatalf("the test does not know %s", word)
	}
	return started
}

// The image's steps, run in a fresh root folder without a daemon, end in a JupyterLab
// that its user can save in, and in one that Binder starts with the kernel in it.
func TestContainer(t *testing.T) {
	longtest.Only(t)
	if _, err := exec.LookPath("bwrap"); err != nil || os.Geteuid() != 0 {
		t.Skip("skipped: needs bubblewrap, and to be root")
	}
	root, err := setup.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, ".binder", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	c := &container{T: t, root: root, dir: t.TempDir(), work: "/"}
	if err := os.Chmod(filepath.Dir(c.dir), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range fresh[1:] {
		if err := os.MkdirAll(filepath.Join(c.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(c.dir, "/tmp"), 0o777); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", "/etc", c.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"passwd", "group"} { // an image has no people
		path := filepath.Join(c.dir, "etc", name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, person.ReplaceAll(data, nil), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); {
		case strings.HasPrefix(name, "NQM_"), strings.HasPrefix(name, "JUPYTER"), name == "HOME", name == "PATH", name == "GOFLAGS", name == "XDG_CACHE_HOME":
		default:
			c.env = append(c.env, kv)
		}
	}
	c.env = append(c.env, "HOME=/root", "PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
	var start []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			start = c.line(line)
		}
	}
	out, err := c.command(t.Context(), "jupyter", "kernelspec", "list").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "/opt/nqm/share/jupyter/kernels/nqm") {
		t.Errorf("Binder's Jupyter has the kernels %s, %v", out, err)
	}
	c.serve(start)
	if _, err := os.Stat(filepath.Join(c.dir, "/home/jovyan/lessons/01_why_sgd_is_hard.ipynb")); err != nil {
		t.Error(err)
	}
	size, err := exec.Command("du", "-sm", filepath.Join(c.dir, "/home/jovyan")).Output()
	t.Logf("the home has %s MB, %v", size, err)
}

// serve starts the container's command until it says its address, and asks there.
func (c *container) serve(start []string) {
	c.Helper()
	ctx, stop := context.WithTimeout(c.Context(), 10*time.Minute)
	defer stop()
	cmd := c.command(ctx, start...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	defer func() {
		stop()
		_ = cmd.Wait()
	}()
	said, address := "", ""
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		said += lines.Text() + "\n"
		if line := strings.TrimSpace(lines.Text()); strings.HasPrefix(line, "http") {
			address = line
		}
	}
	answer, err := http.Get(address)
	if err != nil {
		c.Fatalf("%v: %s", err, said)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		c.Errorf("%s answers %s", address, answer.Status)
	}
}
