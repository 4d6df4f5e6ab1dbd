//go:build !unix

package check

import "os"

// stderrToStdout sends what is written to stderr from here on to stdout, as far
// as that can be done where there is no kernel.
func stderrToStdout() { os.Stderr = os.Stdout }
