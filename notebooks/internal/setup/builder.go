package setup

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"
)

// A builder makes the parts of an environment.
type builder struct {
	board *board
	log   string   // takes the output of every command
	lock  *os.File // held while a part is built
	step  *step    // shows how far that is
}

// A part is a folder of the cache that is built once. Its marker is written
// last: a folder without one was interrupted, and is built again.
type part struct {
	title string // as shown to the user
	dir   string
	needs string // a file in dir that must be there beside the marker
	build func(ctx context.Context, b *builder) error
}

func (p part) marker() string { return filepath.Join(p.dir, ".complete") }

func (p part) complete() bool {
	return exists(p.marker()) && exists(filepath.Join(p.dir, p.needs))
}

// ensure builds p unless it is there. Processes that want the same part at
// the same time wait for the first.
func (b *builder) ensure(ctx context.Context, p part) error {
	if p.complete() {
		return nil
	}
	s := b.board.start(p.title)
	err := b.rebuild(ctx, p, s)
	s.end(err)
	return err
}

func (b *builder) rebuild(ctx context.Context, p part, s *step) error {
	lock, err := lockFile(ctx, p.dir+".lock", func() {
		s.shows(func() string { return "(another set-up is running, waiting)" })
	})
	if err != nil {
		return err
	}
	s.shows(nil)
	defer lock.Close()
	if p.complete() {
		return nil
	}
	if err := os.RemoveAll(p.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	held := *b
	held.lock, held.step = lock, s
	if err := p.build(ctx, &held); err != nil {
		return err
	}
	return os.WriteFile(p.marker(), nil, 0o644)
}

// command returns a command whose output goes to the log. It inherits the
// lock's descriptor, and with it the lock: should this process be killed, its
// orphans keep the lock until they are done.
func (b *builder) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := Stoppable(exec.CommandContext(ctx, name, args...))
	if b.lock != nil {
		cmd.ExtraFiles = []*os.File{b.lock}
	}
	return cmd
}

// run runs cmd, logs its output, and explains its failure.
func (b *builder) run(cmd *exec.Cmd) error { return b.runTo(cmd, io.Discard) }

// runCounting runs cmd and shows how many lines of its output begin with start, of
// n if that is known.
func (b *builder) runCounting(cmd *exec.Cmd, start string, n int) error {
	c := &lineCounter{start: start}
	b.counts(func() int { return int(c.n.Load()) }, n)
	return b.runTo(cmd, c)
}

// shows shows what the step does.
func (b *builder) shows(what string) { b.step.shows(func() string { return what }) }

// counts shows how far the step is: how many of n packages, or of as many as there
// are.
func (b *builder) counts(done func() int, n int) {
	b.step.shows(func() string {
		if n == 0 {
			return fmt.Sprintf("(%d packages)", done())
		}
		return fmt.Sprintf("(%d of %d)", min(done(), n), n)
	})
}

func (b *builder) runTo(cmd *exec.Cmd, w io.Writer) error {
	log, err := openLog(b.log)
	if err != nil {
		return err
	}
	defer log.Close()
	fmt.Fprintf(log, "\n%s %s\n", time.Now().Format(time.DateTime), cmd)
	var last tail
	cmd.Stdout = io.MultiWriter(log, &last, w)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return &toolError{cmd: cmd.String(), output: last.String(), log: b.log, err: err}
	}
	return nil
}

// lineCounter counts the lines that begin with start.
type lineCounter struct {
	start string
	n     atomic.Int32
	line  []byte // the one that has no end yet
}

func (c *lineCounter) Write(p []byte) (int, error) {
	c.line = append(c.line, p...)
	for {
		line, rest, ended := bytes.Cut(c.line, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		if bytes.HasPrefix(line, []byte(c.start)) {
			c.n.Add(1)
		}
		c.line = rest
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
