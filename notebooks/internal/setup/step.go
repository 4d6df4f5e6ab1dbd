package setup

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// A step is one line of progress: its title, notes while it runs, and at the
// end the time it took. A step that is over at once is not shown.
type step struct {
	w     io.Writer
	start time.Time
	done  chan struct{} // closed at the end
	gone  chan struct{} // closed when nothing repaints the line any more

	mu    sync.Mutex
	text  string
	shown bool
}

// atOnce is how long a step may take without being shown.
const atOnce = 500 * time.Millisecond

func startStep(w io.Writer, title string) *step {
	s := &step{w: w, start: time.Now(), text: title + " ...", done: make(chan struct{}), gone: make(chan struct{})}
	go s.paint()
	return s
}

// paint shows the line, and on a terminal keeps its time ticking.
func (s *step) paint() {
	defer close(s.gone)
	next := time.NewTimer(atOnce)
	defer next.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-next.C:
		}
		s.mu.Lock()
		if !s.shown {
			s.show()
		}
		if IsTerminal(s.w) {
			fmt.Fprintf(s.w, "\r%s %s ", s.text, s.elapsed())
			next.Reset(time.Second)
		}
		s.mu.Unlock()
	}
}

// show prints the line for the first time; s.mu is held.
func (s *step) show() {
	s.shown = true
	fmt.Fprint(s.w, s.text)
}

// note adds a remark to the line.
func (s *step) note(remark string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shown {
		s.show()
	}
	s.text += " " + remark + " ..."
	fmt.Fprintf(s.w, " %s ...", remark)
}

// end completes the line.
func (s *step) end(err error) {
	close(s.done)
	<-s.gone
	if err != nil && !s.shown {
		s.show()
	}
	if !s.shown {
		return
	}
	if IsTerminal(s.w) {
		fmt.Fprintf(s.w, "\r%s", s.text)
	}
	if err != nil {
		fmt.Fprintf(s.w, " stopped after")
	}
	fmt.Fprintf(s.w, " %s\n", s.elapsed())
}

func (s *step) elapsed() string {
	return fmt.Sprintf("%.0f s", time.Since(s.start).Seconds())
}

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
