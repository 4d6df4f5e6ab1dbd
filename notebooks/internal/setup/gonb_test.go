package setup

import (
	"os"
	"path/filepath"
	"testing"
)

// A change that fits no place of the source, or more than one, is refused: the kernel
// is never built without it in silence.
func TestPatchFitsOnePlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	for text, fits := range map[string]bool{"x = 1": true, "y": false, "x = 1; x = 1": false} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		err := patch{filepath.Base(path), "x = 1", "x = 2"}.apply(filepath.Dir(path))
		data, _ := os.ReadFile(path)
		if fits != (err == nil) || fits != (string(data) == "x = 2") {
			t.Errorf("%q: error %v, then %q", text, err, data)
		}
	}
}
