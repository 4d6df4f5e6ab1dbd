package lesson

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"nqm/notebooks/internal/setup"
)

// Trust makes JupyterLab trust the lessons that are ours, so that their figures come
// alive: those whose content this clone's history holds, or a run of this user made.
// What anybody else saved in the folder stays as it came, with still images. Trust
// does nothing when none of ours has changed since the last time.
func Trust(ctx context.Context, env *setup.Environment, lessons []Lesson) error {
	texts, err := ours(ctx, env, lessons)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	state := hex.EncodeToString(sum[:])
	marker := filepath.Join(env.Dir, "trusted")
	if old, err := os.ReadFile(marker); len(texts) == 0 || err == nil && string(old) == state {
		return nil
	}
	worker, err := Start(ctx, env)
	if err != nil {
		return err
	}
	defer worker.Close()
	if _, err := worker.do(request{Do: "sign", Texts: texts}, nil); err != nil {
		return err
	}
	return setup.WriteFile(marker, []byte(state))
}

// ours returns the content of the notebooks that are ours.
func ours(ctx context.Context, env *setup.Environment, lessons []Lesson) (texts []string, err error) {
	known := history(ctx, env.Root)
	executed, err := os.ReadFile(executedFile(env))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for _, sum := range strings.Fields(string(executed)) {
		known[sum] = true
	}
	for _, l := range lessons {
		data, err := os.ReadFile(l.Notebook())
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if known[blobSHA1(data)] || known[blobSHA256(data)] || known[contentSum(data)] {
			texts = append(texts, string(data))
		}
	}
	return texts, nil
}

// history returns the names that git has for the content of all notebooks in the
// history of the clone; none without git.
func history(ctx context.Context, root string) map[string]bool {
	known := map[string]bool{}
	out, err := exec.CommandContext(ctx, "git", "-c", "safe.directory=*", "-C", root, "rev-list", "--objects", "HEAD").Output()
	if err != nil {
		return known
	}
	for line := range strings.Lines(string(out)) {
		if name, path, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasSuffix(path, ".ipynb") {
			known[name] = true
		}
	}
	return known
}

// git names content by the hash of its length and itself.
func blobSHA1(data []byte) string {
	return fmt.Sprintf("%x", sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(data)), data...)))
}

func blobSHA256(data []byte) string {
	return contentSum(append(fmt.Appendf(nil, "blob %d\x00", len(data)), data...))
}

func contentSum(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// executedFile lists the hashes of what runs have written.
func executedFile(env *setup.Environment) string { return filepath.Join(env.Dir, "executed") }

// remember enters a notebook that was executed into the list of what is ours.
func (w *Worker) remember(data []byte) error {
	f, err := os.OpenFile(executedFile(w.env), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, contentSum(data))
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
