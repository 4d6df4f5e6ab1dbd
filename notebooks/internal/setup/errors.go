package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A toolError is the failure of a command that the set-up ran.
type toolError struct {
	cmd    string
	output string // the end of it
	log    string
	err    error
}

func (e *toolError) Error() string {
	return fmt.Sprintf("%s failed (%v); its log is %s", e.cmd, e.err, e.log)
}

func (e *toolError) Unwrap() error { return e.err }

// The causes that are asked for.
const (
	fullDisk = iota
	noPip
	noNetwork
)

// causes maps what the tools print to a sentence that says what to do.
var causes = []struct {
	signs  []string
	advice string
}{
	{
		[]string{"No space left on device", "no space left on device", "Disk quota exceeded"},
		"the disk is full: the set-up needs about 2 GB in your cache folder; free some space and run the command again",
	},
	{
		[]string{"ensurepip is not available", "No module named ensurepip", "No module named venv", "No module named pip"},
		"this Python lacks its venv or pip module: install them (on Debian and Ubuntu: apt-get install python3-venv) and run the command again",
	},
	{
		[]string{
			"name resolution", "NameResolutionError", "NewConnectionError", "Max retries exceeded", "ConnectTimeoutError",
			"ReadTimeoutError", "Connection refused", "Network is unreachable", "Connection broken", "ProxyError",
			"dial tcp", "no such host", "i/o timeout", "TLS handshake timeout", "connection reset by peer",
		},
		"the network could not be reached, and the first set-up downloads Python packages and Go modules: connect and run the command again",
	},
	{
		[]string{"disabled by GOPROXY=off"},
		"a Go module is missing and GOPROXY=off forbids to download it: unset GOPROXY and run the command again",
	},
	{
		[]string{"(running go 1.", "toolchain not available"},
		"this Go is too old: install the version that go.mod names, or a newer one, and run the command again",
	},
	{
		[]string{"externally-managed-environment"},
		"pip refuses to install into the environment of the set-up: unset PIP_* variables that name another target and run the command again",
	},
}

// explain turns err into one sentence that says what to do, where the cause
// is known.
func explain(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errors.New(causes[fullDisk].advice)
	}
	var failed *toolError
	if !errors.As(err, &failed) {
		return err
	}
	if advice := failed.cause(); advice != "" {
		return fmt.Errorf("%s (log: %s)", advice, failed.log)
	}
	return err
}

// cause returns the advice for what the command said, if there is any.
func (e *toolError) cause() string {
	for _, c := range causes {
		if containsAny(e.output, c.signs) {
			return c.advice
		}
	}
	if diskFull(filepath.Dir(e.log)) {
		return causes[fullDisk].advice
	}
	return ""
}

// diskFull tries to write to dir: not every tool says why it failed.
func diskFull(dir string) bool {
	f, err := os.CreateTemp(dir, "probe")
	if err != nil {
		return errors.Is(err, syscall.ENOSPC)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	_, err = f.Write(make([]byte, tailSize))
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func containsAny(s string, substrings []string) bool {
	for _, sub := range substrings {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}

// tail keeps the last part of what is written to it.
type tail struct{ data []byte }

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if extra := len(t.data) - tailSize; extra > 0 {
		t.data = append(t.data[:0], t.data[extra:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.data) }
