package nqmkit

import (
	"context"
	"fmt"
	"html"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"nqm/theory/table"
)

// work is a long calculation that shows how far it is and can be interrupted.
type work struct {
	name        string
	total       float64       // units in all
	done        atomic.Int64  // units done
	interrupted *atomic.Bool  // of the outermost work
	halt        chan struct{} // closed after interrupted has turned true
	release     func()
}

// outermost is the work that shows its progress and watches for an interrupt;
// work that begins inside it is silent and shares the interrupt.
var outermost atomic.Pointer[work]

// How often progress is shown, and how long work is silent first.
const (
	showEvery  = 100 * time.Millisecond
	quietUntil = time.Second
)

// interrupts counts the works that were interrupted.
var interrupts atomic.Int64

// begin starts to watch for an interrupt and, after a second, to show progress
// with the time left: in a notebook as one line that is updated in place, on a
// terminal likewise, elsewhere not at all. Call end when the work is over.
func begin(name string, total float64) *work {
	w := &work{name: name, total: total, interrupted: new(atomic.Bool), halt: make(chan struct{}), release: func() {}}
	if !outermost.CompareAndSwap(nil, w) {
		if outer := outermost.Load(); outer != nil {
			w.interrupted, w.halt = outer.interrupted, outer.halt
		}
		return w
	}
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt)
	over := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() { w.watch(ctx, over, screen()) })
	w.release = sync.OnceFunc(func() {
		close(over)
		watcher.Wait()
		restore()
		outermost.Store(nil)
	})
	return w
}

func (w *work) end() { w.release() }

// whole computes what has no parts that could be counted or kept: after a second it
// shows that it is at work, and an interrupt ends it with a sentence.
func whole[T any](name string, compute func() T) T {
	if outermost.Load() != nil { // which shows progress, and keeps what is finished
		return compute()
	}
	w := begin(name, 1)
	defer w.end()
	var value T
	ended := make(chan any, 1)
	go func() {
		defer func() { ended <- recover() }()
		value = compute()
	}()
	select {
	case mistake := <-ended:
		if mistake != nil {
			panic(mistake)
		}
		return value
	case <-w.halt:
		panic(fmt.Errorf("nqmkit: %s: interrupted before there was an answer: fewer steps, directions or methods take less time", name))
	}
}

// watch shows progress until the work is over.
func (w *work) watch(ctx context.Context, over <-chan struct{}, show func(line string, last bool)) {
	start := time.Now()
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	shown := false
	signalled := ctx.Done()
	for {
		select {
		case <-signalled:
			interrupts.Add(1)
			w.interrupted.Store(true)
			close(w.halt)
			signalled = nil
		case <-over:
			if shown {
				show(w.summary(time.Since(start)), true)
			}
			return
		case <-tick.C:
			if spent := time.Since(start); spent > quietUntil {
				show(w.line(spent), false)
				shown = true
			}
		}
	}
}

// line says how far the work is.
func (w *work) line(spent time.Duration) string {
	share := min(float64(w.done.Load())/w.total, 1)
	if share == 0 {
		return fmt.Sprintf("%s: %s", w.name, clock(spent))
	}
	left := time.Duration(float64(spent) * (1 - share) / share)
	return fmt.Sprintf("%s: %.0f%%, %s left", w.name, 100*share, clock(left))
}

func (w *work) summary(spent time.Duration) string {
	if w.interrupted.Load() {
		return fmt.Sprintf("%s: interrupted at %.0f%% after %s", w.name, 100*min(float64(w.done.Load())/w.total, 1), clock(spent))
	}
	return fmt.Sprintf("%s: %s", w.name, clock(spent))
}

// clock writes a duration to a tenth of a second, or to a second beyond ten.
func clock(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// screen returns how a line is shown here.
func screen() func(line string, last bool) {
	switch {
	case gonbui.IsNotebook:
		return notebookLine("nqm-" + gonbui.UniqueId())
	case isTerminal(os.Stdout):
		return func(line string, last bool) {
			fmt.Printf("\r\x1b[K%s", table.Visible(line))
			if last {
				fmt.Println()
			}
		}
	}
	return func(string, bool) {}
}

// notebookLine updates one output of the cell in place.
func notebookLine(id string) func(line string, last bool) {
	return func(line string, last bool) {
		gonbui.UpdateHTML(id, `<small class="nqm-progress">`+html.EscapeString(line)+"</small>")
		if last {
			gonbui.Sync()
		}
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
