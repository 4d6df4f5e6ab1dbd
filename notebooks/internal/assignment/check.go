package assignment

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// Marks in an assignment's text around what students do not get.
var (
	solutionPart = regexp.MustCompile(`(?s)[ \t]*// BEGIN SOLUTION\n.*?// END SOLUTION\n?`)
	hiddenPart   = regexp.MustCompile(`(?s)[ \t]*// BEGIN HIDDEN TESTS\n.*?// END HIDDEN TESTS\n?`)
)

// Check looks at the text of an assignment as a class would: the answers in it get
// all marks for programs, open exercises none, and each of its wrong answers passes
// what is visible of its test and fails what is hidden. It returns what is not so.
func Check(ctx context.Context, env *setup.Environment, path string, o Options) (faults []string, err error) {
	nb, err := ReadText(path)
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "nqm-check-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	c := checking{ctx: ctx, env: env, work: work, name: strings.TrimSuffix(filepath.Base(path), ".md")}
	if !o.WithoutIsolation {
		if c.apart, err = newSandbox(ctx, work); err != nil {
			return nil, err
		}
	}
	return c.check(nb)
}

// checking is the work of Check.
type checking struct {
	ctx   context.Context
	env   *setup.Environment
	apart sandbox
	work  string
	name  string
}

func (c checking) check(nb lesson.Notebook) (faults []string, err error) {
	p, err := readPaper(c.name, nb)
	if err != nil {
		return nil, err
	}
	faults = p.faults(nb)
	full, err := c.judging(nb, "full")
	if err != nil {
		return nil, err
	}
	visible, err := c.judging(changed(nb, isTest, hiddenPart, ""), "visible")
	if err != nil {
		return nil, err
	}
	hand := func(j *judging, nb lesson.Notebook) (map[string]verdict, error) {
		dir, err := os.MkdirTemp(c.work, "hand")
		if err != nil {
			return nil, err
		}
		return j.judge(c.ctx, nb, dir)
	}
	right, err := hand(full, nb)
	if err != nil {
		return nil, err
	}
	for _, t := range p.tests {
		if v := right[t.id]; !v.Holds {
			faults = append(faults, fmt.Sprintf("%s: the answer in the text gets no marks: %s", t.id, v.Text))
		}
	}
	open, err := hand(full, changed(nb, isSolution, solutionPart, "panic(\"this exercise is still open\")\n"))
	if err != nil {
		return nil, err
	}
	for _, t := range p.tests {
		if open[t.id].Holds {
			faults = append(faults, fmt.Sprintf("%s: an open exercise gets its marks", t.id))
		}
	}
	for _, cell := range nb.Cells() {
		id := wrongFor(cell)
		if id == "" {
			continue
		}
		answer := withAnswer(nb, cell)
		seen, err := hand(visible, answer)
		if err != nil {
			return nil, err
		}
		if v := seen[id]; !v.Holds {
			faults = append(faults, fmt.Sprintf("%s: a wrong answer is found by what is visible already: %s", id, v.Text))
		}
		found, err := hand(full, answer)
		if err != nil {
			return nil, err
		}
		if found[id].Holds {
			faults = append(faults, fmt.Sprintf("%s: a wrong answer gets the marks: %s", id, firstLine(cell.Source())))
		}
	}
	return faults, nil
}

// faults are those that can be seen without running anything.
func (p *paper) faults(nb lesson.Notebook) (faults []string) {
	fault := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	if p.title == "" {
		fault("it has no title: a line that begins with #")
	}
	if about := aboutOf(nb); about == "" {
		fault("it does not say how long it takes and what it needs, in a line that begins with %q", aboutMark)
	}
	for _, e := range p.graded {
		if e.title == "" {
			fault("%s: no heading stands before it: a line that begins with ##", e.id)
		}
		if e.of <= 0 {
			fault("%s: it gives %g marks", e.id, e.of)
		}
	}
	tried := map[string]bool{}
	for _, cell := range nb.Cells() {
		if id := wrongFor(cell); id != "" {
			tried[id] = true
			if !slices.ContainsFunc(p.tests, func(t test) bool { return t.id == id }) {
				fault("a wrong answer is for the test %q, which there is not", id)
			}
		}
	}
	for _, t := range p.tests {
		if hiddenPart.MatchString(t.body) && !tried[t.id] {
			fault("%s: no wrong answer is given that passes what is visible of it", t.id)
		}
	}
	return faults
}

// aboutMark begins the paragraph that says how long an assignment takes.
const aboutMark = "**Time and lessons.**"

// aboutOf says how long an assignment takes and which lessons it needs.
func aboutOf(nb lesson.Notebook) string {
	for _, cell := range nb.Cells() {
		for line := range strings.Lines(cell.Source()) {
			if rest, ok := strings.CutPrefix(line, aboutMark); ok && cell.Kind() == "markdown" {
				about, _, _ := strings.Cut(strings.TrimSpace(rest), ". ")
				return strings.TrimSuffix(about, ".")
			}
		}
	}
	return ""
}

// A Summary is what a lecturer wants to know of an assignment first.
type Summary struct {
	Title, Needs string
	Marks        float64
}

// About reads the summary of the assignment whose text is at path.
func About(path string) (s Summary, err error) {
	nb, err := ReadText(path)
	if err != nil {
		return s, err
	}
	p, err := readPaper(strings.TrimSuffix(filepath.Base(path), ".md"), nb)
	if err != nil {
		return s, err
	}
	return Summary{Title: p.title, Needs: aboutOf(nb), Marks: p.of()}, nil
}

// WriteTemplate writes the text of an assignment to begin with.
func WriteTemplate(w io.Writer) error {
	data, err := files.ReadFile("course/template.md")
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func (c checking) judging(nb lesson.Notebook, dir string) (*judging, error) {
	p, err := readPaper(c.name, nb)
	if err != nil {
		return nil, err
	}
	full := filepath.Join(c.work, dir)
	if err := os.MkdirAll(full, 0o755); err != nil {
		return nil, err
	}
	return newJudging(c.ctx, c.env, p, c.apart, full)
}

// copied is a notebook that can be changed.
func copied(nb lesson.Notebook) (other lesson.Notebook) {
	data, _ := json.Marshal(nb) // what came from JSON goes back
	json.Unmarshal(data, &other)
	return other
}

// changed replaces a part of the cells of one kind.
func changed(nb lesson.Notebook, kind func(lesson.Cell) bool, part *regexp.Regexp, with string) lesson.Notebook {
	nb = copied(nb)
	for _, cell := range nb.Cells() {
		if kind(cell) {
			cell["source"] = part.ReplaceAllLiteralString(cell.Source()+"\n", with)
		}
	}
	return nb
}

// withAnswer is a notebook with a wrong answer in the place of the right one: in a
// cell of its own, whose functions replace those before.
func withAnswer(nb lesson.Notebook, wrong lesson.Cell) lesson.Notebook {
	answer := map[string]any{"cell_type": "code", "metadata": map[string]any{}, "source": wrong.Source()}
	nb = copied(nb)
	nb["cells"] = append(nb["cells"].([]any), answer)
	return nb
}
