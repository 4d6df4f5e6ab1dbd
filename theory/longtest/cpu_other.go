//go:build !unix

package longtest

import "time"

var started = time.Now()

// CPU stands for the processor time that this process has used: the time since its start.
func CPU() time.Duration { return time.Since(started) }
