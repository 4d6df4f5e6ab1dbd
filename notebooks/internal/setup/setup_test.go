package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// script writes an executable shell script.
func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestFindRoot(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	inner := filepath.Join(dir, "clone", "notebooks")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "clone", "go.mod"), []byte("module nqm\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if root, err := FindRoot(inner); err != nil || root != filepath.Dir(inner) {
		t.Errorf("root %q, error %v", root, err)
	}
	if _, err := FindRoot(dir); err == nil || !strings.Contains(err.Error(), "not a clone of nqm") {
		t.Errorf("outside a clone: error %v", err)
	}
	for _, sign := range []string{"\n", "\r", "\\"} {
		moved := filepath.Join(dir, "of two"+sign+"parts")
		if err := os.Rename(filepath.Join(dir, "clone"), moved); err != nil {
			t.Skip(err) // Windows
		}
		if _, err := FindRoot(moved); err == nil || !strings.Contains(err.Error(), "has a line break or a backslash, with which the go command does not build it") || strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%q: error %v", moved, err)
		}
		if err := os.Rename(moved, filepath.Join(dir, "clone")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKey(t *testing.T) {
	for _, parts := range [][]string{{"ab"}, {"a", "c"}, {"a", "b", ""}} {
		if key(parts...) == key("a", "b") {
			t.Errorf("%q have the key of a and b", parts)
		}
	}
}

func TestFindPython(t *testing.T) {
	for _, test := range []struct {
		name    string
		scripts map[string]string
		path    string
		says    string
	}{
		{"none", nil, "", "no python3 on the PATH"},
		{"too old", map[string]string{"python3": "echo 3.9.2; echo /old"}, "", "3.9.2, is too old"},
		{"broken", map[string]string{"python3": "exit 1"}, "", "no python3 on the PATH"},
		{"good", map[string]string{"python3": "echo 3.11.0; echo /good"}, "/good", ""},
		{"a newer one beside", map[string]string{"python3": "echo 3.9.2; echo /old", "python3.12": "echo 3.12.1; echo /new"}, "/new", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, body := range test.scripts {
				script(t, filepath.Join(dir, name), body)
			}
			t.Setenv("PATH", dir)
			p, err := findPython(context.Background())
			if p.path != test.path || fmt.Sprint(err) != "<nil>" && (test.says == "" || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("found %+v, error %v", p, err)
			}
		})
	}
}

func TestFindGo(t *testing.T) {
	root, err := FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, body, says string }{
		{"none", "", "no go command on the PATH"},
		{"too old", `echo '{"GOVERSION": "go1.20"}'`, "go1.20 is too old: install Go 1."},
		{"refuses", "echo 'go.mod requires go >= 1.26' >&2; exit 1", "install the Go version that go.mod names"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.body != "" {
				script(t, filepath.Join(dir, "go"), test.body)
			}
			t.Setenv("PATH", dir)
			if _, err := findGo(context.Background(), root); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
}

func TestToolVersionsComeFromGoMod(t *testing.T) {
	root, err := FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	versions, err := toolVersions(root, append(toolPackages, goplsPackage)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"github.com/janpfeifer/gonb@v", "golang.org/x/tools@v", "golang.org/x/tools/gopls@v"} {
		if !strings.Contains(strings.Join(versions, " "), module) {
			t.Errorf("no version of %s in %q", module, versions)
		}
	}
}

func TestKernelGoFlags(t *testing.T) {
	e := &Environment{golang: golang{GOFLAGS: "-mod=mod -trimpath -modfile=x"}}
	if got, want := e.kernelGoFlags(), "-ldflags=-s -buildvcs=false -trimpath"; got != want {
		t.Errorf("flags %q, want %q", got, want)
	}
}

func TestExplain(t *testing.T) {
	said := func(output string) error {
		return &toolError{cmd: "pip", output: output, log: "/log", err: errors.New("exit 1")}
	}
	for _, test := range []struct {
		err  error
		says string
	}{
		{said("OSError: [Errno 28] No space left on device"), "the disk is full"},
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "the disk is full"},
		{said("The virtual environment was not created: ensurepip is not available."), "apt-get install python3-venv"},
		{said("Failed to establish a new connection: [Errno -3] Temporary failure in name resolution"), "the network could not be reached"},
		{said("dial tcp: lookup example.org: no such host"), "the network could not be reached"},
		{said("something new"), "its log is /log"},
		{context.Canceled, "canceled"},
	} {
		if got := explain(test.err).Error(); !strings.Contains(got, test.says) || strings.Contains(got, "\n") {
			t.Errorf("%v: explained as %q, want %q", test.err, got, test.says)
		}
	}
}

// The script that starts a kernel says what is wrong when its clone has moved
// or its program is gone, whatever characters their paths have.
func TestStartScript(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's here")
	clone, tools := filepath.Join(dir, "clone"), filepath.Join(dir, "tools")
	e := &Environment{Root: clone, Tools: tools, Dir: dir, golang: golang{GOROOT: "/goroot", GOFLAGS: "-v"}}
	body, err := e.script("start.sh", "other")
	if err != nil {
		t.Fatal(err)
	}
	start := func() string {
		out, _ := exec.Command("sh", "-c", string(body), "start.sh", "connection").CombinedOutput()
		return string(out)
	}
	if said := start(); !strings.Contains(said, "the clone "+clone+" is gone") {
		t.Errorf("without the clone it says %q", said)
	}
	for _, d := range []string{clone, tools, filepath.Join(dir, "log")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(clone, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if said := start(); !strings.Contains(said, "program is gone") {
		t.Errorf("without gonb it says %q", said)
	}
	script(t, filepath.Join(tools, "gonb"), `echo "$@" "$GOPROXY" "$GOFLAGS" "$NQM_KERNEL" "$PATH"; echo noise >&2`)
	want := "--kernel connection -go_work=" + clone + " off -ldflags=-s -buildvcs=false -v other " + dir + "/bin:" + tools + ":/goroot/bin:"
	if said := start(); !strings.HasPrefix(said, want) || strings.Contains(said, "noise") {
		t.Errorf("it starts %q, want %q", said, want)
	}
}

func TestKernelsOfOtherClonesAreLeftAlone(t *testing.T) {
	dir, mine, other := t.TempDir(), t.TempDir(), t.TempDir()
	spec := filepath.Join(dir, "kernel.json")
	write := func(content string) {
		if err := os.WriteFile(spec, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := mayChange(dir, mine); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no kernel: error %v", err)
	}
	write(`{"argv": ["python"]}`)
	if err := mayChange(dir, mine); err == nil || !strings.Contains(err.Error(), "not a kernel of nqm") {
		t.Errorf("somebody's kernel: error %v", err)
	}
	write(`{"metadata": {"nqm_clone": "` + other + `"}}`)
	if err := mayChange(dir, mine); err != nil {
		t.Errorf("the clone is gone: error %v", err)
	}
	if err := os.WriteFile(filepath.Join(other, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := mayChange(dir, mine); err == nil || !strings.Contains(err.Error(), "belongs to the clone") {
		t.Errorf("another clone's kernel: error %v", err)
	}
	write(`{"metadata": {"nqm_clone": "` + mine + `"}}`)
	if err := mayChange(dir, mine); err != nil {
		t.Errorf("my kernel: error %v", err)
	}
}
