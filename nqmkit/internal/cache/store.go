package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"nqm/theory/wholefile"
)

// Store is a folder with a file for each result.
type Store struct {
	Folder string
	Limit  int64 // bytes in all; beyond it those go that were not used for longest
}

func (s Store) path(k Key) string { return filepath.Join(s.Folder, fmt.Sprintf("%x.json", k[:20])) }

// header is what a file begins with: it holds the key and the hash of all, so
// that a file that was cut, changed or put in another's place is not believed.
func header(k Key, data []byte) []byte {
	sum := sha256.Sum256(slices.Concat(k[:], data))
	return fmt.Appendf(nil, "nqm result 2 %x %x\n", k, sum)
}

// Load returns the result under a key, if it is there and whole, and no later
// than now.
func (s Store) Load(k Key) (data []byte, ok bool) {
	now := time.Now()
	info, err := os.Stat(s.path(k))
	if err != nil || info.ModTime().After(now) {
		return nil, false
	}
	all, err := os.ReadFile(s.path(k))
	n := len(header(k, nil))
	if err != nil || len(all) < n || !bytes.Equal(all[:n], header(k, all[n:])) {
		return nil, false
	}
	os.Chtimes(s.path(k), now, now) // it is in use
	return all[n:], true
}

// Keep writes a result. A folder that cannot be written keeps none.
func (s Store) Keep(k Key, data []byte) {
	if os.MkdirAll(s.Folder, 0o755) == nil && wholefile.Write(s.path(k), slices.Concat(header(k, data), data)) == nil {
		s.prune()
	}
}

// prune removes the files that were not used for longest, or are of the future,
// until the rest is within the limit.
func (s Store) prune() {
	now, total := time.Now(), int64(0)
	var files []fs.FileInfo
	found, _ := os.ReadDir(s.Folder)
	for _, e := range found {
		if info, err := e.Info(); err == nil {
			files, total = append(files, info), total+info.Size()
		}
	}
	age := func(f fs.FileInfo) time.Duration { return now.Sub(f.ModTime()).Abs() }
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return cmp.Compare(age(b), age(a)) })
	for _, f := range files {
		if total <= s.Limit {
			return
		}
		if os.Remove(filepath.Join(s.Folder, f.Name())) == nil {
			total -= f.Size()
		}
	}
}
