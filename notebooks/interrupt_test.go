package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// typed is a cell and the line of its progress at which it is interrupted.
type typed struct {
	Code      string `json:"code"`
	Interrupt int    `json:"interrupt"`
}

// heard is what the kernel sent the front end about a cell.
type heard struct {
	Status   string
	Messages []struct {
		Kind, Stream, ID, Text string
	}
}

// runTyped runs cells in a kernel of their own.
func runTyped(t *testing.T, cells []typed) (all []heard) {
	t.Helper()
	runScript(t, "interrupt.py", cells, &all)
	return all
}

// runScript runs a Python program of testdata in an empty folder, with input as JSON,
// and reads what it prints into output.
func runScript(t *testing.T, name string, input, output any) {
	t.Helper()
	env := environment(t)
	script, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := env.Command(t.Context(), "python", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(cmd.Env, "PYTHONPATH="+filepath.Dir(env.Worker()))
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	if err := json.Unmarshal(out, output); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// progress returns the lines of progress, and everything else on one string.
func (h heard) progress(t *testing.T) (lines []string, rest string) {
	t.Helper()
	ids := map[string]bool{}
	for _, m := range h.Messages {
		if m.Stream == "stderr" || m.Kind == "error" {
			t.Errorf("%s: %s", m.Kind, m.Text)
		}
		if !strings.Contains(m.Text, "nqm-progress") {
			rest += m.Text
			continue
		}
		if want := "update_display_data"; len(lines) > 0 && m.Kind != want {
			t.Errorf("a line of progress is a new output, %s: want %s", m.Kind, want)
		}
		ids[m.ID] = true
		lines = append(lines, m.Text)
	}
	// By the sender's clock, after the silent first second: on the way lines
	// may wait, and come in a bunch.
	var seconds float64
	_, after, _ := strings.Cut(strings.Join(lines, ""), "% after ")
	if _, err := fmt.Sscanf(after, "%f s", &seconds); err != nil {
		t.Errorf("the last line of progress has no time: %q", lines)
	} else if float64(len(lines)) > 10*(seconds-1+0.05)+2 { // rounded time; the first line and the last
		t.Errorf("%d lines of progress in %.1f s", len(lines), seconds)
	}
	if len(ids) != 1 {
		t.Errorf("progress has outputs %v, want one", ids)
	}
	return lines, rest
}

// An interrupt stops a cell also while it is compiled, and the next one runs.
func TestInterruptWhileCompiling(t *testing.T) {
	t.Parallel()
	all := runTyped(t, []typed{
		{"%%\ntime.Sleep(12 * time.Second)\nfmt.Println(\"ran to its end\")", -1},
		{"%%\nfmt.Println(\"the next one\")", 0},
	})
	said := fmt.Sprint(all[0].Messages)
	if all[0].Status != "error" || strings.Contains(said, "ran to its end") || !strings.Contains(said, "interrupt") {
		t.Errorf("the interrupted cell ends with status %s and says %s", all[0].Status, said)
	}
	if said := fmt.Sprint(all[1].Messages); all[1].Status != "ok" || !strings.Contains(said, "the next one") {
		t.Errorf("the next cell ends with status %s and says %s", all[1].Status, said)
	}
}

// In the real kernel long work shows one line that is updated in place, at most
// ten times a second, and nothing on stderr; an interrupt ends it with what is
// finished, marked as partial, and the rest of the cell runs.
func TestProgressAndInterrupt(t *testing.T) {
	t.Parallel()
	const say = "\nfmt.Printf(\"answer: partial %v, %d\\n\", "
	cells := []typed{
		{"import \"nqm/nqmkit\"", 0},
		{"%%\nc := nqmkit.Sample(nqmkit.PowerLaw(1000, 1), 1000, nqmkit.Trials(100_000, 1), nqmkit.SGD(0.5))[0]" +
			say + "c.Partial, c.Trials)", 5},
		{"%%\nc := nqmkit.SkipAhead(nqmkit.PowerLaw(10_000, 1), []int{1, 1e6}, nqmkit.Trials(100_000, 1), nqmkit.SGD(0.5))[0]" +
			say + "c.Partial, c.Trials)", 5},
		{"%%\nvar powers []nqmkit.Optimizer\nfor k := range 20 {\n    powers = append(powers, nqmkit.Momentum(nqmkit.Free, nqmkit.Free).Precondition(float64(k)/40))\n}\n" +
			"c := nqmkit.BatchScaling(nqmkit.PowerLaw(10_000, 1), 0.01, nqmkit.PowersOfTwo(0, 40), powers...)" +
			say + "c.Partial, len(c.Curves[0].Points))", 10},
	}
	for i, h := range runTyped(t, cells)[1:] {
		code := cells[i+1].Code
		lines, rest := h.progress(t)
		t.Logf("%s\n%q\n%q", code, lines, rest)
		if h.Status != "ok" {
			t.Errorf("%s\nthe cell ends with status %s", code, h.Status)
		}
		if len(lines) < 2 || !strings.Contains(lines[len(lines)-1], "interrupted at ") {
			t.Errorf("%s\nprogress ends as %q", code, lines)
		}
		if !strings.Contains(rest, "answer: partial true, ") {
			t.Errorf("%s\nsays %q", code, rest)
		}
	}
}

// What JupyterLab shows of a kernel after a start and a restart is that it is idle.
func TestKernelTellsThatItIsIdle(t *testing.T) {
	t.Parallel()
	var states struct{ Started, Restarted []string }
	runScript(t, "status.py", nil, &states)
	for when, heard := range map[string][]string{"start": states.Started, "restart": states.Restarted} {
		if len(heard) == 0 || heard[len(heard)-1] != "idle" {
			t.Errorf("after a %s JupyterLab hears %q", when, heard)
		}
	}
}

// A kernel that is killed leaves a folder, which the next one removes.
func TestKilledKernelsLeaveNoFolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var folders struct{ Before, After []string }
	runScript(t, "killed.py", nil, &folders)
	if len(folders.Before) != 1 || len(folders.After) != 1 || folders.Before[0] == folders.After[0] {
		t.Errorf("folders %q before the kernel was killed, %q with the next one", folders.Before, folders.After)
	}
}

// A cell that writes without end fills no notebook: a megabyte of it is shown.
func TestLongOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: runs cells")
	}
	t.Parallel()
	for _, stream := range []string{"os.Stdout", "os.Stderr"} {
		h := runTyped(t, []typed{{Code: "import \"bytes\"\n%%\nfor range 20 {\n\t" + stream + ".Write(bytes.Repeat([]byte(\"twenty megabytes, é\\n\"), 50_000))\n}\nfmt.Println(\"end\")"}})[0]
		var all strings.Builder
		for _, m := range h.Messages {
			all.WriteString(m.Text)
		}
		if text := all.String(); h.Status != "ok" || len(text) < 1<<20 || len(text) > 1<<20+200 || !strings.Contains(text, "twenty megabytes") || !strings.Contains(text, "… what follows is not shown") {
			t.Errorf("%s: %s, %d bytes that end with %q", stream, h.Status, len(text), text[max(0, len(text)-200):])
		}
	}
}
