package setup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// modulePath is the module that a clone holds.
const modulePath = "nqm"

// FindRoot returns the real path of the clone that holds dir, or of the clone of the
// shared set-up (Share) that is in use.
func FindRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && modfile.ModulePath(mod) == modulePath {
			if strings.ContainsAny(strings.ReplaceAll(dir, string(filepath.Separator), "/"), "\r\n\\") {
				return "", fmt.Errorf("the path of this clone, %q, has a line break or a backslash, with which the go command does not build it: move it and run the command again", dir)
			}
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if shared := os.Getenv(sharedClone); parent == dir && shared != "" {
			return shared, nil
		}
		if parent == dir {
			return "", errors.New("this is not a clone of nqm: change into the folder that holds nqm's go.mod and run the command again")
		}
		dir = parent
	}
}
