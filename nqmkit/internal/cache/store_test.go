package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What was not used for longest goes first, or is of the future; a file that is
// in use is not old.
func TestPrune(t *testing.T) {
	s := Store{Folder: t.TempDir(), Limit: 200}
	for name, age := range map[string]time.Duration{"a.json": 4, "b.json": 2, ".nqm-killed": 5, "c.json": 1, "future.json": -9} {
		path := filepath.Join(s.Folder, name)
		if err := os.WriteFile(path, make([]byte, 100), 0o644); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age * time.Hour)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	s.prune()
	found, err := os.ReadDir(s.Folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range found {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "b.json c.json" {
		t.Errorf("left: %s", got)
	}
}

// A result that is read is in use: it outlives one that was kept after it.
func TestLoadIsUse(t *testing.T) {
	s := Store{Folder: t.TempDir(), Limit: 1 << 20}
	keys := []Key{must(t, 0), must(t, 1), must(t, 2)}
	for i, k := range keys[:2] {
		s.Keep(k, []byte{byte(i)})
		when := time.Now().Add(time.Duration(i-3) * time.Hour)
		if err := os.Chtimes(s.path(k), when, when); err != nil {
			t.Fatal(err)
		}
	}
	if data, ok := s.Load(keys[0]); !ok || len(data) != 1 {
		t.Fatal("a result that was kept is not there")
	}
	s.Limit = 2*int64(len(header(keys[0], nil))) + 2
	s.Keep(keys[2], []byte{2})
	for i, want := range []bool{true, false, true} {
		if _, ok := s.Load(keys[i]); ok != want {
			t.Errorf("result %d is there: %v, want %v", i, ok, want)
		}
	}
}
