//go:build unix

package setup

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// supported returns an error on a system that the kernel does not run on.
func supported() error { return nil }

// Stoppable gives cmd a process group of its own, so that Ctrl-C reaches it
// through its context only, and then with all of its children.
func Stoppable(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		if err == syscall.ESRCH {
			return os.ErrProcessDone
		}
		return err
	}
	cmd.WaitDelay = 15 * time.Second
	return cmd
}

// KillRest ends what a Stoppable command that has ended has left behind in its group.
func KillRest(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}

// tryLock locks f, and reports whether it did: another process may hold it.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
