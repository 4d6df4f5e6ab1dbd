// Package longtest keeps the tests that take minutes apart from those that everybody
// waits for. They look at more of the same, and the gate runs them:
//
//	NQM_LONG=1 go test -timeout 30m ./...
package longtest

import (
	"os"
	"testing"
)

// Wanted reports whether the long tests shall run, too: NQM_LONG is not empty.
func Wanted() bool { return os.Getenv("NQM_LONG") != "" }

// Only skips t unless the long tests shall run.
func Only(t testing.TB) {
	t.Helper()
	if !Wanted() {
		t.Skip("takes long: runs with NQM_LONG=1")
	}
}
