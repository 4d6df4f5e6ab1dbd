package nqmkit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writeWhole writes a file beside its place and moves it there: another
// process, a crash or a full disk leaves the old file or the new one.
func writeWhole(path string, data []byte) error {
	dir := filepath.Dir(path)
	beside, err := os.CreateTemp(dir, temporary)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("nqmkit: cannot write %s: there is no folder %s", path, dir)
	}
	if err != nil {
		return fmt.Errorf("nqmkit: cannot write %s: %w", path, cause(err))
	}
	defer os.Remove(beside.Name())
	_, err = beside.Write(data)
	if closed := beside.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(beside.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("nqmkit: cannot write %s: %w", path, cause(err))
	}
	return nil
}

// temporary is the pattern of files that are not whole yet.
const temporary = ".nqm-*"

// cause returns what went wrong with a file, without naming the file again.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}
