package apart

import "syscall"

// ending has a process killed when its parent ends.
func ending() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
