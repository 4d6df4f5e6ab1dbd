//go:build !linux

package assignment

import (
	"fmt"
	"runtime"
)

func noProcesses() ([]byte, error) {
	return nil, fmt.Errorf("%w: there is no way yet to do so on %s", ErrNoIsolation, runtime.GOOS)
}
