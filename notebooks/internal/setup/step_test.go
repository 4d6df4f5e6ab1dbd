package setup

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// Steps that run side by side are shown side by side on a terminal, and each in
// lines of its own elsewhere; what is over at once is not shown, what fails is.
func TestBoard(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		var out bytes.Buffer
		b := &board{w: &out, terminal: terminal}
		b.start("quick").end(nil)
		one, two := b.start("one"), b.start("two")
		one.shows(func() string { return "(3 of 7)" })
		time.Sleep(2 * atOnce)
		one.end(nil)
		two.end(errors.New("broken"))
		said := out.String()
		if strings.Contains(said, "quick") || !strings.Contains(said, "one (3 of 7)") || !strings.Contains(said, "one: 1 s\n") || !strings.Contains(said, "two: stopped after 1 s\n") {
			t.Errorf("terminal %v: it shows %q", terminal, said)
		}
		if together := strings.Contains(said, " · "); together != terminal || strings.Contains(said, "\r") != terminal {
			t.Errorf("terminal %v: it shows %q", terminal, said)
		}
	}
}
