package browsertest

import (
	"strings"
	"testing"
)

// keeper is a test that keeps what fails it.
type keeper struct {
	testing.TB
	failures []string
}

func (k *keeper) Errorf(format string, args ...any) {
	k.failures = append(k.failures, format)
	_ = args
}

// A page with faults is told from one without.
func TestAccessible(t *testing.T) {
	const head = `<!DOCTYPE html><html lang="en"><title>T</title><body><main><h1>T</h1>`
	for _, test := range []struct {
		body   string
		faults int
	}{
		{`<p style="color:#222;background:#fff">dark on light</p>`, 0},
		{`<p style="color:#bbb;background:#fff">light on light</p>`, 1},
		{`<img src="data:,">`, 1},
		{`</main><p>outside of every landmark</p>`, 1},
	} {
		Browse(t, 400, 300, func(b *Browser) {
			kept := &keeper{TB: t}
			b.t = kept
			b.Show([]byte(head + test.body))
			b.Accessible()
			if len(kept.failures) != test.faults {
				t.Errorf("%s: %d faults, want %d: %s", test.body, len(kept.failures), test.faults, strings.Join(kept.failures, "; "))
			}
		})
	}
}
