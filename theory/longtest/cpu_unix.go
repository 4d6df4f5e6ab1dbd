//go:build unix

package longtest

import (
	"syscall"
	"time"
)

// CPU is the processor time that this process has used: what a limit is held against,
// since other work on the machine does not count.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
