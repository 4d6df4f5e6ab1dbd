// Package wholefile writes files whole or not at all.
package wholefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Write writes a file beside its place and moves it there: another process, a
// crash, a full disk or a power cut leaves the old file or the new one. A file that
// is there keeps its mode, and its owner and group where that is allowed; a new one has that of the umask. A symbolic link is
// followed, and stays. The error is one sentence with the path and what went wrong:
// also for a folder, a device or a pipe in its place, and a file that may not be
// written.
func Write(path string, data []byte) error {
	place, old, err := placeOf(path)
	if err == nil {
		err = replace(place, old, data)
	}
	return sentence(path, err)
}

// mostLinks is how many links Linux follows.
const mostLinks = 40

var (
	errFolder     = errors.New("is a folder, give the name of a file")
	errNotRegular = errors.New("is not a regular file, give the name of another")
	errNoFolder   = errors.New("there is no folder")
)

// placeOf follows links to where the file is or will be, and returns what it is if
// it is there.
func placeOf(path string) (place string, old fs.FileInfo, err error) {
	for range mostLinks {
		dir, name := filepath.Split(path)
		if dir == "" {
			dir = "."
		}
		folder := filepath.Clean(dir)
		if dir, err = filepath.EvalSymlinks(dir); errors.Is(err, fs.ErrNotExist) {
			return "", nil, fmt.Errorf("%w %s", errNoFolder, folder)
		} else if err != nil {
			return "", nil, err
		}
		place = filepath.Join(dir, name)
		info, err := os.Lstat(place)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return place, nil, nil
		case err != nil:
			return "", nil, err
		case info.IsDir():
			return "", nil, errFolder
		case info.Mode().IsRegular():
			return place, info, mayWrite(place)
		case info.Mode()&fs.ModeSymlink == 0:
			return "", nil, errNotRegular
		}
		if path, err = os.Readlink(place); err != nil {
			return "", nil, err
		}
		if !filepath.IsAbs(path) {
			path = dir + string(filepath.Separator) + path // not cleaned: dir may be a link
		}
	}
	return "", nil, syscall.ELOOP
}

// mayWrite returns an error for a file that is there and may not be written: moving
// another into its place could.
func mayWrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// Tests see in which order the disk is told.
var (
	rename   = os.Rename
	syncFile = (*os.File).Sync
)

func replace(place string, old fs.FileInfo, data []byte) error {
	mode := fs.FileMode(0o666) // which the umask narrows
	if old != nil {
		mode = old.Mode().Perm()
	}
	beside := filepath.Join(filepath.Dir(place), ".nqm-"+rand.Text())
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer os.Remove(beside)
	_, err = f.Write(data)
	if err == nil && old != nil {
		keepOwner(f, old)
		err = f.Chmod(mode)
	}
	if err == nil {
		err = syncFile(f)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = rename(beside, place)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(place))
	}
	return err
}

// syncFolder makes a rename last, where folders can be told to.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) { // one may write there, and not list
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	err = syncFile(f)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// sentence says what went wrong with the file at path.
func sentence(path string, err error) error {
	switch dir := filepath.Dir(path); {
	case err == nil:
		return nil
	case err == errFolder, err == errNotRegular:
		return fmt.Errorf("cannot write %s: %s %w", path, filepath.Base(path), err)
	case errors.Is(err, errNoFolder):
		return fmt.Errorf("cannot write %s: %w", path, err)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("cannot write %s: %s is not a folder", path, dir)
	}
	return fmt.Errorf("cannot write %s: %w", path, Cause(err))
}

// Cause returns what went wrong with a file, without naming the file again.
func Cause(err error) error {
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
