package main

import (
	"os/exec"
	"strings"
	"testing"
)

// JupyterHub's single-user server, where it is installed, has the kernel, hands out
// what draws its figures, and runs cells in it.
func TestHub(t *testing.T) {
	server, err := exec.LookPath("jupyterhub-singleuser")
	if err != nil {
		t.Skip("skipped: JupyterHub is not installed")
	}
	version, err := exec.Command(server, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NQM_SINGLEUSER", server)
	t.Setenv("NQM_HUB_VERSION", strings.TrimSpace(string(version)))
	var got struct {
		Figures int
		Cells   []struct{ Status, Text string }
	}
	runScript(t, "hub.py", []string{
		"%%\nfmt.Print(\"here\")",
		"%%\nplotting.Show(nqmkit.Expect(nqmkit.List(1, 2), 10, nqmkit.SGD(0.1)))",
		"%%\npanic(\"no\")",
	}, &got)
	if got.Figures < 1<<20 || len(got.Cells) != 3 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []struct{ status, text string }{{"ok", "here"}, {"ok", "text/html"}, {"error", "text/html"}} {
		if c := got.Cells[i]; c.Status != want.status || !strings.Contains(c.Text, want.text) {
			t.Errorf("cell %d answers %+v, want %+v", i+1, c, want)
		}
	}
}
