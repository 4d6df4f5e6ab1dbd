package lesson

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"nqm/notebooks/internal/setup"
)

// Trust makes JupyterLab trust the lessons as they are in the clone, so that
// their figures come alive. It does nothing when none has changed since the
// last time.
func Trust(ctx context.Context, env *setup.Environment, lessons []Lesson) error {
	state, err := fingerprint(lessons)
	if err != nil {
		return err
	}
	marker := filepath.Join(env.Dir, "trusted")
	if old, err := os.ReadFile(marker); err == nil && string(old) == state {
		return nil
	}
	worker, err := Start(ctx, env)
	if err != nil {
		return err
	}
	defer worker.Close()
	if err := worker.sign(lessons); err != nil {
		return err
	}
	return setup.WriteFile(marker, []byte(state))
}

// sign enters the lessons into the list of trusted notebooks.
func (w *Worker) sign(lessons []Lesson) error {
	var paths []string
	for _, l := range lessons {
		if _, err := os.Stat(l.Notebook()); err == nil {
			paths = append(paths, l.Notebook())
		}
	}
	_, err := w.do(request{Do: "sign", Paths: paths}, nil)
	return err
}

// fingerprint changes when a lesson's notebook does.
func fingerprint(lessons []Lesson) (string, error) {
	h := sha256.New()
	for _, l := range lessons {
		info, err := os.Stat(l.Notebook())
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, l.Name, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
