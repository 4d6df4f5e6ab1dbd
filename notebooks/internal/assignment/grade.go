package assignment

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// A Report is what grading a course has come to.
type Report struct {
	Marks   []Mark
	Refused []Refusal
	Notes   []Refusal // of what was graded, what was not as it should be
	Judged  int       // how many hand-ins were run; the others have not changed
}

// Options are how a course is graded.
type Options struct {
	// WithoutIsolation runs hand-ins with limits only, where nothing keeps them apart.
	WithoutIsolation bool
	// Progress is called with each hand-in that is done.
	Progress func(student, assignment, result string, done, of int)
}

// A state is what is kept of a hand-in, so that it is not run again.
type state struct {
	Key      string             `json:"key"` // what it follows from
	Verdicts map[string]verdict `json:"verdicts"`
	Recorded bool               `json:"recorded"` // whether the gradebook has it
	Feedback string             `json:"feedback"` // what the page of feedback was made from
	Was      map[string]string  `json:"was"`      // marks by hand that an earlier answer had
}

// Grade grades every submission, each apart from the others and from this machine,
// writes a page of feedback for each and returns all marks.
func (c Course) Grade(ctx context.Context, o Options) (Report, error) {
	var r Report
	papers, err := c.papers()
	if err != nil {
		return r, err
	}
	work, err := os.MkdirTemp("", "nqm-grade-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(work)
	var apart sandbox
	if !o.WithoutIsolation {
		if apart, err = newSandbox(ctx, work); err != nil {
			return r, err
		}
	}
	log, err := c.openLog()
	if err != nil {
		return r, err
	}
	defer log.Close()
	found, refused, err := collect(filepath.Join(c.Dir, "submitted"), papers)
	if err != nil {
		return r, err
	}
	r.Refused = refused
	judges, err := c.judges(ctx, found, apart, work)
	if err != nil {
		return r, err
	}
	states, err := c.judgeAll(ctx, found, judges, work, o, &r)
	if err != nil {
		return r, err
	}
	if err := c.record(ctx, log, found, states, &r); err != nil {
		return r, err
	}
	if err := c.writeFeedback(ctx, log, found, states, &r); err != nil {
		return r, err
	}
	for _, h := range found {
		for _, n := range h.notes {
			r.Notes = append(r.Notes, Refusal{h.student, h.paper.name, n})
		}
	}
	return r, nil
}

// papers reads the course's assignments.
func (c Course) papers() ([]*paper, error) {
	if _, err := os.Stat(filepath.Join(c.Dir, "nbgrader_config.py")); err != nil {
		return nil, fmt.Errorf("%s is not a course: make one there first, with 'go run ./notebooks assignments -o %[1]s'", c.Dir)
	}
	sources, err := os.ReadDir(filepath.Join(c.Dir, "source"))
	if err != nil {
		return nil, err
	}
	var papers []*paper
	for _, s := range sources {
		if strings.HasPrefix(s.Name(), ".") || !s.IsDir() {
			continue
		}
		nb, err := lesson.ReadNotebook(filepath.Join(c.Dir, "source", s.Name(), s.Name()+".ipynb"))
		if err != nil {
			return nil, err
		}
		p, err := readPaper(s.Name(), nb)
		if err != nil {
			return nil, err
		}
		papers = append(papers, p)
	}
	return papers, nil
}

// judges builds what judges the assignments that were handed in.
func (c Course) judges(ctx context.Context, found []handIn, apart sandbox, work string) (map[*paper]*judging, error) {
	judges := map[*paper]*judging{}
	for _, h := range found {
		if judges[h.paper] != nil {
			continue
		}
		dir := filepath.Join(work, "judges", h.paper.name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		j, err := newJudging(ctx, c.Env, h.paper, apart, dir)
		if err != nil {
			return nil, err
		}
		judges[h.paper] = j
	}
	return judges, nil
}

// judgeAll judges what has changed, on all cores.
func (c Course) judgeAll(ctx context.Context, found []handIn, judges map[*paper]*judging, work string, o Options, r *Report) ([]state, error) {
	states := make([]state, len(found))
	failures := make([]error, len(found))
	next := make(chan int)
	var group sync.WaitGroup
	var lock sync.Mutex
	done := 0
	for range runtime.NumCPU() {
		group.Go(func() {
			for i := range next {
				judged, err := c.judgeOne(ctx, found[i], judges[found[i].paper], filepath.Join(work, fmt.Sprint(i)), &states[i])
				lock.Lock()
				done++
				failures[i] = err
				if judged {
					r.Judged++
				}
				if o.Progress != nil && err == nil {
					o.Progress(found[i].student, found[i].paper.name, states[i].summary(judged), done, len(found))
				}
				lock.Unlock()
			}
		})
	}
	for i := range found {
		next <- i
	}
	close(next)
	group.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return states, nil
}

// summary is a state in a few words.
func (s state) summary(judged bool) string {
	if !judged {
		return "unchanged"
	}
	right := 0
	for _, v := range s.Verdicts {
		if v.Holds {
			right++
		}
	}
	return fmt.Sprintf("%d of %d exercises right", right, len(s.Verdicts))
}

// judgeOne brings the state of one hand-in up to date, and reports whether it had
// to be run.
func (c Course) judgeOne(ctx context.Context, h handIn, j *judging, dir string, s *state) (judged bool, err error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if data, err := os.ReadFile(c.stateFile(h)); err == nil {
		json.Unmarshal(data, s) // what cannot be read is made anew
	}
	key, err := keyOf(h, j)
	if err != nil {
		return false, err
	}
	if s.Key == key {
		return false, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return true, err
	}
	defer os.RemoveAll(dir)
	verdicts, err := j.judge(ctx, h.notebook, dir)
	if err != nil {
		return true, err
	}
	*s = state{Key: key, Verdicts: verdicts, Was: s.Was}
	return true, c.keep(h, *s)
}

func (c Course) stateFile(h handIn) string {
	return filepath.Join(c.Dir, ".nqm", "graded", h.student, h.paper.name+".json")
}

func (c Course) keep(h handIn, s state) error {
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return setup.WriteFile(c.stateFile(h), data)
}

// keyOf is what the marks of a hand-in follow from: its cells, when it was handed
// in, and the program that judges it.
func keyOf(h handIn, j *judging) (string, error) {
	sum := sha256.New()
	if len(j.paper.tests) > 0 {
		f, err := os.Open(j.program)
		if err != nil {
			return "", err
		}
		defer f.Close()
		if _, err := io.Copy(sum, f); err != nil {
			return "", err
		}
	}
	fmt.Fprintf(sum, "\x00%v %s\x00", j.apart.bwrap != "", h.handedIn)
	err := json.NewEncoder(sum).Encode(h.notebook)
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}

// A recording is what nbgrader is told about a hand-in.
type recording struct {
	Student    string             `json:"student"`
	Assignment string             `json:"assignment"`
	Verdicts   map[string]verdict `json:"verdicts"`
}

// record puts what is new into the gradebook, and reads all marks from it.
func (c Course) record(ctx context.Context, log io.Writer, found []handIn, states []state, r *Report) error {
	var fresh []recording
	for i, h := range found {
		if states[i].Recorded {
			continue
		}
		dir := filepath.Join(c.Dir, ".nqm", "submitted", h.student, h.paper.name)
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := h.notebook.Write(filepath.Join(dir, h.paper.name+".ipynb")); err != nil {
			return err
		}
		if h.handedIn != "" {
			if err := setup.WriteFile(filepath.Join(dir, "timestamp.txt"), []byte(h.handedIn+"\n")); err != nil {
				return err
			}
		}
		fresh = append(fresh, recording{h.student, h.paper.name, states[i].Verdicts})
	}
	var answer struct {
		Marks   []Mark
		Refused []Refusal
		Was     []Mark
	}
	if err := c.ask(ctx, log, "record", append([]recording{}, fresh...), &answer); err != nil {
		return err
	}
	r.Refused = append(r.Refused, answer.Refused...)
	for i, h := range found {
		refused := slices.ContainsFunc(answer.Refused, func(r Refusal) bool {
			return r.Student == h.student && r.Assignment == h.paper.name
		})
		if states[i].Recorded || refused {
			continue
		}
		states[i].Recorded = true
		for _, w := range answer.Was {
			if w.Student == h.student && w.Assignment == h.paper.name {
				if states[i].Was == nil {
					states[i].Was = map[string]string{}
				}
				states[i].Was[w.Exercise] = strings.TrimSpace(points(w.Points) + " " + w.Comment)
			}
		}
		if err := c.keep(h, states[i]); err != nil {
			return err
		}
	}
	for _, m := range answer.Marks {
		i := slices.IndexFunc(found, func(h handIn) bool { return h.student == m.Student && h.paper.name == m.Assignment })
		if i >= 0 && states[i].Recorded {
			m.Was = states[i].Was[m.Exercise]
			r.Marks = append(r.Marks, m)
		}
	}
	return nil
}

// ask has our Python program do something with what stands in a file.
func (c Course) ask(ctx context.Context, log io.Writer, command string, with, answer any) error {
	data, err := json.Marshal(with)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "nqm-*.json")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return c.nbgrader(ctx, log, command, []string{f.Name()}, answer)
}

// writeFeedback writes the pages of feedback whose marks have changed, on all cores.
func (c Course) writeFeedback(ctx context.Context, log io.Writer, found []handIn, states []state, r *Report) error {
	parts := make([][][2]string, runtime.NumCPU())
	n := 0
	for i, h := range found {
		var own []Mark
		for _, m := range r.Marks {
			if m.Student == h.student && m.Assignment == h.paper.name {
				own = append(own, m)
			}
		}
		data, err := json.Marshal(own)
		if err != nil {
			return err
		}
		if made := fmt.Sprintf("%x", sha256.Sum256(append(data, states[i].Key...))); states[i].Recorded && states[i].Feedback != made {
			states[i].Feedback = made
			parts[n%len(parts)] = append(parts[n%len(parts)], [2]string{h.student, h.paper.name})
			n++
		}
	}
	failures := make([]error, len(parts))
	var group sync.WaitGroup
	for i, part := range parts {
		if len(part) > 0 {
			group.Go(func() {
				var answer struct{ Refused []Refusal }
				failures[i] = c.ask(ctx, log, "feedback", part, &answer)
			})
		}
	}
	group.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	for i, h := range found {
		if err := c.keep(h, states[i]); err != nil {
			return err
		}
	}
	return nil
}
