package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nqm/notebooks/internal/atlas"
)

func TestListFigures(t *testing.T) {
	var out bytes.Buffer
	if err := listFigures(atlas.All(), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(atlas.All()) || !strings.HasPrefix(lines[0], "training-curves ") {
		t.Errorf("the list is\n%s", out.String())
	}
}

// The command writes the figures that it is asked for, in a folder that it makes.
func TestWriteFigures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	var stderr bytes.Buffer
	if code := dispatch(context.Background(), []string{"figures", "ema-floor", "-o", dir, "two-directions"}, &bytes.Buffer{}, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	for _, name := range []string{"ema-floor", "two-directions"} {
		for _, form := range []string{".svg", ".pdf", ".png", ".csv"} {
			if info, err := os.Stat(filepath.Join(dir, name+form)); err != nil || info.Size() < 1000 {
				t.Errorf("%s%s: %v", name, form, err)
			}
		}
	}
}

// An interrupt ends the command at once, with its exit code, and nothing of the
// figure in work is written, nor left behind.
func TestFiguresInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(time.Second/2, cancel)
	start := time.Now()
	var stderr bytes.Buffer
	code := dispatch(ctx, []string{"figures", "-o", dir, "bayes-bound", "bayes-bound"}, &bytes.Buffer{}, &stderr)
	if spent := time.Since(start); code == exitOK || spent > 2*time.Second {
		t.Fatalf("exit code %d after %v: %s", code, spent, stderr.String())
	}
	if code != exitInterrupted || stderr.String() != "nqm: interrupted\n" {
		t.Errorf("exit code %d, said %q", code, stderr.String())
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("files were left: %v, error %v", entries, err)
	}
}

// The time that is left is that of the figures done so far.
func TestFigureProgress(t *testing.T) {
	var out bytes.Buffer
	p := &figureProgress{w: &out, total: 3, start: time.Now().Add(-10 * time.Second), interactive: true}
	p.begin("one")
	p.end("one")
	p.begin("two")
	if s := out.String(); !strings.Contains(s, "figure 1 of 3: one \r") || !strings.HasSuffix(s, "figure 2 of 3: two, about 20 s left ") {
		t.Errorf("said %q", s)
	}
	p.stop()
	if !strings.HasSuffix(out.String(), "\r\x1b[K") {
		t.Errorf("said %q", out.String())
	}
}
