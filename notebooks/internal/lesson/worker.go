package lesson

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"nqm/notebooks/internal/setup"
)

// A Worker is the Python program that does what only Jupyter's own libraries
// can: execute notebooks, convert them, sign them.
type Worker struct {
	ctx     context.Context
	env     *setup.Environment
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Reader
	log     *os.File
}

// Start starts a worker. It ends with Close, or when ctx does.
func Start(ctx context.Context, env *setup.Environment) (*Worker, error) {
	w := &Worker{ctx: ctx, env: env, cmd: env.Command(ctx, "python", env.Worker())}
	w.cmd.Env = append(w.cmd.Env, "NQM_RAW_ERROR=1", "PYTHONPATH="+filepath.Dir(env.Worker()))
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.in, w.answers = in, bufio.NewReader(out)
	if w.log, err = env.OpenLog("run"); err != nil {
		return nil, err
	}
	w.cmd.Stderr = w.log
	if err := w.cmd.Start(); err != nil {
		w.log.Close()
		return nil, err
	}
	return w, nil
}

// Close ends the worker and waits for it.
func (w *Worker) Close() error {
	defer w.log.Close()
	w.in.Close()
	return w.cmd.Wait()
}

// A request names what the worker shall do.
type request struct {
	Do    string   `json:"do"`
	Path  string   `json:"path,omitempty"`
	Kept  string   `json:"kept,omitempty"`  // the file with what both twins said last
	Texts []string `json:"texts,omitempty"` // of notebooks
}

// An answer is one line from the worker: an event while it works, or, with
// Done or Error, the last one.
type answer struct {
	Done  bool   `json:"done"`
	Error string `json:"error"`
	Plain bool   `json:"plain"` // the error says all: the log has no more

	// The code cell that begins, and how many there are.
	Cell  int `json:"cell"`
	Cells int `json:"cells"`

	// The code cell that failed, its source and what it said.
	Failed int    `json:"failed"`
	Source string `json:"source"`

	Text string `json:"text"`
}

// do sends r, passes events on and returns the last answer.
func (w *Worker) do(r request, event func(answer)) (answer, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return answer{}, err
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return answer{}, w.broken(err)
	}
	for {
		a, err := w.next()
		switch {
		case err != nil:
			return answer{}, err
		case a.Plain:
			return answer{}, errors.New(a.Error)
		case a.Error != "":
			return answer{}, fmt.Errorf("%s (log: %s)", a.Error, w.log.Name())
		case a.Done:
			return a, nil
		}
		if event != nil {
			event(a)
		}
	}
}

func (w *Worker) next() (answer, error) {
	line, err := w.answers.ReadBytes('\n')
	if err != nil {
		return answer{}, w.broken(err)
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		return answer{}, w.broken(err)
	}
	return a, nil
}

// broken explains why the worker can no longer be talked to.
func (w *Worker) broken(err error) error {
	if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("it ended")
	}
	return fmt.Errorf("the Python program that executes lessons failed, %v: see its log %s", err, w.log.Name())
}
