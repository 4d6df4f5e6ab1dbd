package setup

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// makePrivate makes the clone's own folder one that only its user can look into: a
// server's token stands in its log and in what it writes about itself, and the key
// that signs notebooks lies there.
func (e *Environment) makePrivate() error {
	for _, dir := range []string{e.Dir, filepath.Join(e.Dir, "log"), e.RuntimeDir(), e.workspacesDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		if err := os.Chmod(dir, 0o700); err != nil { // an earlier version made it
			return err
		}
	}
	logs, err := fs.Glob(os.DirFS(e.Dir), "log/*")
	if err != nil {
		return err
	}
	for _, name := range append(logs, "log/kernel.log") {
		log, err := openLog(filepath.Join(e.Dir, name))
		if err != nil {
			return err
		}
		log.Close()
	}
	return nil
}

// LogFile returns the file that takes the output of the named tool.
func (e *Environment) LogFile(name string) string {
	return filepath.Join(e.Dir, "log", name+".log")
}

// longestLog is how many bytes a log may have before a new one is begun.
const longestLog = 4 << 20

// OpenLog opens the log of the named tool, of which several may write it at once.
// Nobody else can read it.
func (e *Environment) OpenLog(name string) (*os.File, error) {
	path := e.LogFile(name)
	if info, err := os.Stat(path); err == nil && info.Size() > longestLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, fmt.Errorf("the log %s cannot be begun anew: %w", path, err)
		}
	}
	return openLog(path)
}

func openLog(path string) (*os.File, error) {
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := log.Chmod(0o600); err != nil {
		log.Close()
		return nil, err
	}
	return log, nil
}
