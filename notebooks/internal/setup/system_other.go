//go:build !unix

package setup

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
)

// supported returns an error on a system that the kernel does not run on.
func supported() error {
	return errors.New("the kernel of the lessons does not run on " + runtime.GOOS + ": run this command in WSL; 'figures', and the packages in programs of your own, work here")
}

// Stoppable returns cmd: there is nothing to run here that has children.
func Stoppable(cmd *exec.Cmd) *exec.Cmd { return cmd }

// KillRest does nothing: nothing is run here.
func KillRest(*exec.Cmd) {}

// tryLock fails: nothing is set up here.
func tryLock(*os.File) (bool, error) { return false, supported() }
