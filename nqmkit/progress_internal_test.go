package nqmkit

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nqm/theory"
)

// A line at most ten times a second, with the time left, none in the first
// second, and a last one that says how long it took; nothing at all of work
// that is over sooner.
func TestProgressLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		ends := 0
		show := func(line string, last bool) {
			lines = append(lines, line)
			if last {
				ends++
			}
		}
		watched := func(spent time.Duration) {
			lines, ends = nil, 0
			w := &work{name: "sampling", total: 1000, interrupted: new(atomic.Bool)}
			over, done := make(chan struct{}), make(chan struct{})
			go func() {
				w.watch(context.Background(), over, show)
				close(done)
			}()
			time.Sleep(spent / 2)
			w.done.Store(500)
			time.Sleep(spent - spent/2)
			close(over)
			<-done
		}
		watched(900 * time.Millisecond)
		if len(lines) != 0 {
			t.Errorf("work of 0.9 s shows %q", lines)
		}
		watched(4 * time.Second)
		if len(lines) > 31 || len(lines) < 25 || ends != 1 {
			t.Fatalf("%d lines in 4 s, %d of them last", len(lines), ends)
		}
		if at3 := lines[20]; !strings.HasPrefix(at3, "sampling: 50%, 3.") || !strings.HasSuffix(at3, " s left") {
			t.Errorf("after 3 s: %q", at3)
		}
		if last := lines[len(lines)-1]; last != "sampling: 4.0 s" {
			t.Errorf("at the end: %q", last)
		}
	})
}

// What is asked for inside work that was interrupted before is not kept: the work
// inside it ends at once, too.
func TestInsideInterruptedIsNotCached(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	ask := func() theory.Sweep[float64] {
		return Cached("inside", 1, func() theory.Sweep[float64] {
			return Sweep("y", Spaced(0, 1, 10), func(y float64) float64 { return y })
		})
	}
	w := begin("outer", 1)
	w.interrupted.Store(true)
	close(w.halt)
	partial := ask()
	w.end()
	if whole := ask(); !partial.Partial || whole.Partial {
		t.Errorf("inside: partial %v, afterwards: partial %v", partial.Partial, whole.Partial)
	}
}
