package setup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// testPart is a part that writes one file, and counts how often it is built.
func testPart(dir string, built *atomic.Int32, build func() error) part {
	return part{title: "part", dir: dir, needs: "file", build: func(context.Context, *builder) error {
		built.Add(1)
		if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
			return err
		}
		return build()
	}}
}

func TestPartIsBuiltOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "part")
	var built atomic.Int32
	p := testPart(dir, &built, func() error { time.Sleep(300 * time.Millisecond); return nil })
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			b := &builder{board: newBoard(io.Discard)}
			if err := b.ensure(context.Background(), p); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := built.Load(); n != 1 {
		t.Errorf("built %d times at once, want 1", n)
	}
}

func TestInterruptedPartIsBuiltAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "part")
	var built atomic.Int32
	interrupted := errors.New("interrupted")
	p := testPart(dir, &built, func() error {
		if built.Load() == 1 {
			return interrupted
		}
		return nil
	})
	b := &builder{board: newBoard(io.Discard)}
	if err := b.ensure(context.Background(), p); err != interrupted {
		t.Fatalf("error %v, want %v", err, interrupted)
	}
	if p.complete() {
		t.Error("complete after an interruption")
	}
	if err := b.ensure(context.Background(), p); err != nil || !p.complete() {
		t.Errorf("error %v, complete %v, want a second build", err, p.complete())
	}
	if err := os.Remove(filepath.Join(dir, "file")); err != nil {
		t.Fatal(err)
	}
	if p.complete() {
		t.Error("complete without the file that it needs")
	}
}

func TestLockWaitsAndGivesUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	held, err := lockFile(context.Background(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	waited := false
	if _, err := lockFile(ctx, path, func() { waited = true; cancel() }); !errors.Is(err, context.Canceled) || !waited {
		t.Errorf("error %v, waited %v, want a wait that the context ends", err, waited)
	}
	held.Close()
	free, err := lockFile(context.Background(), path, func() { t.Error("waits for a lock that nobody holds") })
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
}

func TestWriteFileIsWholeAndLazy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	if err := WriteFile(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); time.Since(info.ModTime()) < time.Minute {
		t.Error("wrote a file that had the content already")
	}
	if err := WriteFile(path, []byte("two")); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if data, _ := os.ReadFile(path); string(data) != "two" || len(entries) != 1 {
		t.Errorf("the folder has %d files, the file says %q", len(entries), data)
	}
}
