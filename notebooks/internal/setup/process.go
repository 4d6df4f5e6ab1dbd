package setup

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

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
