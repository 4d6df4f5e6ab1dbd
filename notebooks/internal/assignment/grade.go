package assignment

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// A Report is what grading a course has come to.
type Report struct {
	Marks   []Mark
	Refused []Refusal
	Notes   []Refusal // of what was graded, what was not as it should be
	Judged  int       // how many hand-ins were run; the others have not changed
	Plan    Plan
	Took    time.Duration
}

// Options are how a course is graded.
type Options struct {
	// WithoutIsolation runs hand-ins with limits only, where nothing keeps them apart.
	WithoutIsolation bool
	// HiddenTests shows the hidden tests on the pages of feedback.
	HiddenTests bool
	// Start is called before anything is run.
	Start func(Plan)
	// Progress is called with each hand-in that is judged, and how long the rest will
	// take; 0 if that is not known.
	Progress func(student, assignment, result string, done, of int, left time.Duration)
	// Step is called when all are judged, with each further step that takes time.
	Step func(what string, left time.Duration)
}

// step says what is done next.
func (o Options) step(what string, left time.Duration) {
	if o.Step != nil {
		o.Step(what, left)
	}
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
	start := time.Now()
	judges, err := c.judges(ctx, found, apart, work)
	if err != nil {
		return r, err
	}
	works, err := c.works(found, judges)
	if err != nil {
		return r, err
	}
	r.Plan = c.plan(works)
	if o.Start != nil {
		o.Start(r.Plan)
	}
	if err := c.judgeAll(ctx, works, judges, work, o, &r); err != nil {
		return r, err
	}
	judged := time.Now()
	r.Plan.Pace = r.Plan.pace(r.Judged, judged.Sub(start))
	if err := c.record(ctx, log, works, o, &r); err != nil {
		return r, err
	}
	if err := c.writeFeedback(ctx, log, works, o, &r); err != nil {
		return r, err
	}
	r.Took = time.Since(start)
	if err := c.keepPace(r.Plan, judged.Sub(start), time.Since(judged)); err != nil {
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

// works is what is to be done with each hand-in, and what is known of it already.
func (c Course) works(found []handIn, judges map[*paper]*judging) ([]*work, error) {
	var works []*work
	for _, h := range found {
		w := &work{handIn: h}
		if data, err := os.ReadFile(c.stateFile(h)); err == nil {
			json.Unmarshal(data, &w.state) // what cannot be read is made anew
		}
		var err error
		if w.key, err = keyOf(h, judges[h.paper]); err != nil {
			return nil, err
		}
		if _, err := os.Stat(filepath.Join(c.Dir, "autograded", h.student, h.paper.name, h.paper.name+".ipynb")); err != nil {
			w.restored = w.state.Recorded && !w.isFresh() // nbgrader's own pages may have taken it away
			w.state.Recorded = false
		}
		works = append(works, w)
	}
	return works, nil
}

// A work is a hand-in with what is kept of it.
type work struct {
	handIn
	state state
	key   string // what its marks follow from
	// restored says that it has not changed, and is written into the gradebook again.
	restored bool
}

func (w *work) isFresh() bool { return w.state.Key != w.key }

// judgeAll judges what has changed, on all cores.
func (c Course) judgeAll(ctx context.Context, works []*work, judges map[*paper]*judging, dir string, o Options, r *Report) error {
	failures := make([]error, len(works))
	next := make(chan int)
	var group sync.WaitGroup
	var lock sync.Mutex
	start, done := time.Now(), 0
	for range r.Plan.Cores {
		group.Go(func() {
			for i := range next {
				w := works[i]
				fresh := w.isFresh()
				if fresh {
					failures[i] = c.judgeOne(ctx, w, judges[w.paper], filepath.Join(dir, fmt.Sprint(i)))
				}
				lock.Lock()
				done++
				if fresh {
					r.Judged++
				}
				if o.Progress != nil && failures[i] == nil {
					o.Progress(w.student, w.paper.name, w.state.summary(fresh), done, len(works), r.Plan.left(r.Judged, time.Since(start)))
				}
				lock.Unlock()
			}
		})
	}
	for i := range works {
		next <- i
	}
	close(next)
	group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(failures...)
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

// judgeOne judges one hand-in.
func (c Course) judgeOne(ctx context.Context, w *work, j *judging, dir string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	verdicts, err := j.judge(ctx, w.notebook, dir)
	if err != nil {
		return err
	}
	w.state = state{Key: w.key, Verdicts: verdicts, Was: w.state.Was}
	return c.keep(w)
}

func (c Course) stateFile(h handIn) string {
	return c.own("graded", h.student, h.paper.name+".json")
}

func (c Course) keep(w *work) error {
	return c.keepJSON(w.state, "graded", w.student, w.paper.name+".json")
}

// keepJSON writes a value into the course's own folder.
func (c Course) keepJSON(v any, path ...string) error {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return setup.WriteFile(c.own(path...), data)
}

// own is a path in the folder that the course keeps for itself.
func (c Course) own(path ...string) string {
	return filepath.Join(append([]string{c.Dir, ".nqm"}, path...)...)
}

// keyOf is what the marks of a hand-in follow from: its cells, when it was handed
// in, and the program that judges it.
func keyOf(h handIn, j *judging) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %v %s\x00", j.fingerprint, j.apart.bwrap != "", h.handedIn)
	err := json.NewEncoder(sum).Encode(h.notebook)
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}

// A recording is what nbgrader is told about a hand-in.
type recording struct {
	Student    string             `json:"student"`
	Assignment string             `json:"assignment"`
	Verdicts   map[string]verdict `json:"verdicts"`
	Restored   bool               `json:"restored"` // it was there before, as it is
}

// record puts what is new into the gradebook, on all cores, and reads all marks from
// it.
func (c Course) record(ctx context.Context, log io.Writer, works []*work, o Options, r *Report) error {
	fresh := map[string][]recording{} // by student: two programs never write the same one
	count := 0
	for _, w := range works {
		if w.state.Recorded {
			continue
		}
		dir := c.own("submitted", w.student, w.paper.name)
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := w.notebook.Write(filepath.Join(dir, w.paper.name+".ipynb")); err != nil {
			return err
		}
		if w.handedIn != "" {
			if err := setup.WriteFile(filepath.Join(dir, "timestamp.txt"), []byte(w.handedIn+"\n")); err != nil {
				return err
			}
		}
		fresh[w.student] = append(fresh[w.student], recording{w.student, w.paper.name, w.state.Verdicts, w.restored})
		count++
	}
	if count > 0 {
		o.step(fmt.Sprintf("writing %d hand-ins into the gradebook", count), r.Plan.after(1))
	}
	parts := make([][]recording, r.Plan.Cores)
	for i, student := range slices.Sorted(maps.Keys(fresh)) {
		parts[i%len(parts)] = append(parts[i%len(parts)], fresh[student]...)
	}
	var answer recorded
	for _, one := range askAll[recording, recorded](ctx, c, log, "record", parts, &answer.err) {
		answer.Refused, answer.Was = append(answer.Refused, one.Refused...), append(answer.Was, one.Was...)
	}
	if answer.err != nil {
		return answer.err
	}
	r.Refused = append(r.Refused, answer.Refused...)
	for _, w := range works {
		refused := slices.ContainsFunc(answer.Refused, func(r Refusal) bool {
			return r.Student == w.student && r.Assignment == w.paper.name
		})
		if w.state.Recorded || refused {
			continue
		}
		w.state.Recorded = true
		for _, m := range answer.Was {
			if m.Student == w.student && m.Assignment == w.paper.name {
				if w.state.Was == nil {
					w.state.Was = map[string]string{}
				}
				w.state.Was[m.Exercise] = strings.TrimSpace(points(m.Points) + " " + m.Comment)
			}
		}
		if err := c.keep(w); err != nil {
			return err
		}
	}
	marks, err := c.marks(ctx, log)
	if err != nil {
		return err
	}
	for _, m := range marks {
		i := slices.IndexFunc(works, func(w *work) bool { return w.student == m.Student && w.paper.name == m.Assignment })
		if i >= 0 && works[i].state.Recorded {
			m.Was = works[i].state.Was[m.Exercise]
			r.Marks = append(r.Marks, m)
		}
	}
	return nil
}

// recorded is what has become of recordings.
type recorded struct {
	Refused []Refusal
	Was     []Mark
	err     error
}

// marks reads all marks from the gradebook: again only if it has changed.
func (c Course) marks(ctx context.Context, log io.Writer) ([]Mark, error) {
	var kept struct {
		Gradebook string // its fingerprint
		Marks     []Mark
	}
	if data, err := os.ReadFile(c.own("marks.json")); err == nil {
		json.Unmarshal(data, &kept)
	}
	book := filepath.Join(c.Dir, "gradebook.db")
	now, err := fingerprintOf(book)
	if err == nil && now == kept.Gradebook {
		return kept.Marks, nil
	}
	kept.Marks = nil
	if err := c.nbgrader(ctx, log, "marks", nil, &kept.Marks); err != nil {
		return nil, err
	}
	if kept.Gradebook, err = fingerprintOf(book); err != nil {
		return kept.Marks, nil // nbgrader has its marks elsewhere
	}
	return kept.Marks, c.keepJSON(kept, "marks.json")
}

// fingerprintOf is the same as long as a file's content is.
func fingerprintOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}

// askAll has our Python program do something with each of several parts, side by
// side, and returns its answers.
func askAll[P, A any](ctx context.Context, c Course, log io.Writer, command string, parts [][]P, failed *error) []A {
	answers, failures := make([]A, len(parts)), make([]error, len(parts))
	var group sync.WaitGroup
	for i, part := range parts {
		if len(part) > 0 {
			group.Go(func() { failures[i] = c.ask(ctx, log, command, part, &answers[i]) })
		}
	}
	group.Wait()
	*failed = errors.Join(failures...)
	return answers
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

// feedback is a page of feedback that nbgrader is to write.
type feedback struct {
	Student     string `json:"student"`
	Assignment  string `json:"assignment"`
	HiddenTests bool   `json:"hidden_tests"` // whether it shows them
}

// writeFeedback writes the pages of feedback whose marks have changed, on all cores.
func (c Course) writeFeedback(ctx context.Context, log io.Writer, works []*work, o Options, r *Report) error {
	parts := make([][]feedback, r.Plan.Cores)
	var fresh []*work
	for _, w := range works {
		var own []Mark
		for _, m := range r.Marks {
			if m.Student == w.student && m.Assignment == w.paper.name {
				own = append(own, m)
			}
		}
		data, err := json.Marshal(own)
		if err != nil {
			return err
		}
		if o.HiddenTests {
			data = append(data, "with hidden tests"...)
		}
		if made := fmt.Sprintf("%x", sha256.Sum256(append(data, w.state.Key...))); w.state.Recorded && w.state.Feedback != made {
			w.state.Feedback = made
			i := len(fresh) % len(parts)
			parts[i] = append(parts[i], feedback{w.student, w.paper.name, o.HiddenTests})
			fresh = append(fresh, w)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	o.step(fmt.Sprintf("writing %d pages of feedback", len(fresh)), r.Plan.after(feedbackPart))
	type answer struct{ Refused []Refusal }
	var failed error
	for _, a := range askAll[feedback, answer](ctx, c, log, "feedback", parts, &failed) {
		r.Refused = append(r.Refused, a.Refused...)
		for _, refused := range a.Refused {
			for _, w := range fresh {
				if w.student == refused.Student && w.paper.name == refused.Assignment {
					w.state.Feedback = "" // to be tried again
				}
			}
		}
	}
	if failed != nil {
		return failed
	}
	for _, w := range fresh {
		if err := c.keep(w); err != nil {
			return err
		}
	}
	return nil
}
