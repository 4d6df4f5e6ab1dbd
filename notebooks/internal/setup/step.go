package setup

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// A board shows the steps that run, side by side: on a terminal in one line that
// is painted anew each second, elsewhere in a line when a step begins, some while
// it runs, and one when it ends. A step that is over at once is not shown.
type board struct {
	w        io.Writer
	terminal bool

	mu      sync.Mutex
	running []*step // those that are shown
}

func newBoard(w io.Writer) *board { return &board{w: w, terminal: IsTerminal(w)} }

// A step is one row of a board: its title, how far it is, and the time it takes.
type step struct {
	board *board
	title string
	start time.Time
	done  chan struct{} // closed at the end
	gone  chan struct{} // closed when nothing paints the step any more

	mu  sync.Mutex
	far func() string
}

// Times between what is shown of a step: its beginning, and how far it is.
const (
	atOnce     = 500 * time.Millisecond
	onTerminal = time.Second
	elsewhere  = 10 * time.Second
)

func (b *board) start(title string) *step {
	s := &step{board: b, title: title, start: time.Now(), done: make(chan struct{}), gone: make(chan struct{})}
	go s.tick()
	return s
}

// tick shows the step, and again and again how far it is.
func (s *step) tick() {
	defer close(s.gone)
	select {
	case <-s.done:
		return
	case <-time.After(atOnce):
	}
	s.board.begin(s)
	pause := elsewhere
	if s.board.terminal {
		pause = onTerminal
	}
	for {
		select {
		case <-s.done:
			return
		case <-time.After(pause):
			s.board.again(s)
		}
	}
}

// shows sets what tells how far the step is.
func (s *step) shows(far func() string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.far = far
}

func (s *step) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.title
	if s.far != nil {
		text += " " + s.far()
	}
	return text
}

func (s *step) elapsed() string {
	return fmt.Sprintf("%.0f s", time.Since(s.start).Seconds())
}

// end takes the step from the board, and says how long it took.
func (s *step) end(err error) {
	close(s.done)
	<-s.gone
	b := s.board
	b.mu.Lock()
	defer b.mu.Unlock()
	shown := false
	for i, r := range b.running {
		if r == s {
			b.running, shown = append(b.running[:i], b.running[i+1:]...), true
			break
		}
	}
	switch {
	case err != nil:
		b.line(s.title + ": stopped after " + s.elapsed())
	case shown:
		b.line(s.title + ": " + s.elapsed())
	}
	b.paint()
}

func (b *board) begin(s *step) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = append(b.running, s)
	if !b.terminal {
		fmt.Fprintf(b.w, "%s ...\n", s.text())
	}
	b.paint()
}

func (b *board) again(s *step) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.terminal {
		fmt.Fprintf(b.w, "%s ... %s\n", s.text(), s.elapsed())
	}
	b.paint()
}

// clearLine goes to the beginning of a terminal's line and empties it.
const clearLine = "\r\x1b[K"

// line writes a line that stays; b.mu is held.
func (b *board) line(text string) {
	if b.terminal {
		text = clearLine + text
	}
	fmt.Fprintln(b.w, text)
}

// paint writes what runs over the last line of a terminal; b.mu is held.
func (b *board) paint() {
	if !b.terminal {
		return
	}
	var texts []string
	for _, s := range b.running {
		texts = append(texts, s.text()+" "+s.elapsed())
	}
	fmt.Fprint(b.w, clearLine+strings.Join(texts, " · "))
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
