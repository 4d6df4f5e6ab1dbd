package wholefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nqm/theory/wholefile"
)

// A file holds what was last written, and nothing lies beside it.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	for _, text := range []string{"first, which is longer", "second", ""} {
		if err := wholefile.Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("wrote %q, read %q, error %v", text, got, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, error %v", entries, err)
	}
}

// What cannot be written is one sentence that names the path once, and leaves
// nothing behind.
func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"missing/a": "cannot write " + dir + "/missing/a: there is no folder " + dir + "/missing",
		"folder":    "cannot write " + dir + "/folder: folder is a folder, give the name of a file",
		"file/a":    "cannot write " + dir + "/file/a: " + dir + "/file is not a folder",
	} {
		err := wholefile.Write(filepath.Join(dir, name), []byte("new"))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), ".nqm-") || strings.Count(err.Error(), dir) > 2 {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v, error %v", entries, err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || string(got) != "old" {
		t.Errorf("the old file is %q, error %v", got, err)
	}
}
