package setup

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A builder makes the parts of an environment.
type builder struct {
	show  io.Writer // takes the progress
	cache string    // holds the parts and their locks
	log   string    // takes the output of every command
	lock  *os.File
}

// A part is a folder of the cache that is built once. Its marker is written
// last: a folder without one was interrupted, and is built again.
type part struct {
	title string // as shown to the user
	dir   string
	needs string // a file in dir that must be there beside the marker
	build func(ctx context.Context) error
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
	s := startStep(b.show, p.title)
	err := b.rebuild(ctx, p, func() { s.note("another set-up is running, waiting") })
	s.end(err)
	return err
}

func (b *builder) rebuild(ctx context.Context, p part, waiting func()) error {
	lock, err := lockFile(ctx, p.dir+".lock", waiting)
	if err != nil {
		return err
	}
	defer lock.Close()
	if p.complete() {
		return nil
	}
	b.lock = lock
	defer func() { b.lock = nil }()
	if err := os.RemoveAll(p.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	if err := p.build(ctx); err != nil {
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
func (b *builder) run(cmd *exec.Cmd) error {
	log, err := openLog(b.log)
	if err != nil {
		return err
	}
	defer log.Close()
	fmt.Fprintf(log, "\n%s %s\n", time.Now().Format(time.DateTime), cmd)
	var last tail
	cmd.Stdout = io.MultiWriter(log, &last)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return &toolError{cmd: cmd.String(), output: last.String(), log: b.log, err: err}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
