// Package assignment makes assignments for students and grades what they hand
// in, with nbgrader.
//
// The source of an assignment is one text file in notebooks/assignments, a
// Jupytext twin with nbgrader's metadata at its cells. There is no notebook
// beside it: an assignment has no outputs to keep, and the metadata survives
// the way to a notebook and back.
package assignment

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// files is what a course's folder starts with.
//
//go:embed course
var files embed.FS

// A Course is a folder in which nbgrader works.
type Course struct {
	Env *setup.Environment
	Dir string
}

// A Mark is what a submission got for one exercise.
type Mark struct {
	Student    string  `json:"student"`
	Assignment string  `json:"assignment"`
	Exercise   string  `json:"exercise"`
	Points     float64 `json:"points"`
	Of         float64 `json:"of"`
	ToRead     bool    `json:"to_read"` // the lecturer has to read it
}

// A Refusal is a submission that could not be graded: why, and what to do.
type Refusal struct {
	Student    string `json:"student"`
	Assignment string `json:"assignment"`
	Reason     string `json:"reason"`
}

// All returns the assignments of the clone at root, in the order of their names.
func All(root string) ([]lesson.Lesson, error) {
	return lesson.All(filepath.Join(root, "notebooks", "assignments"))
}

// Generate writes the assignments into the course: the instructor's versions,
// and the students' without solutions and hidden tests. What the folder holds
// of submissions and marks stays.
func (c Course) Generate(ctx context.Context, assignments []lesson.Lesson) error {
	for _, name := range []string{"nbgrader_config.py", "README.md"} {
		data, err := files.ReadFile("course/" + name)
		if err != nil {
			return err
		}
		if err := setup.WriteFile(filepath.Join(c.Dir, name), data); err != nil {
			return err
		}
	}
	var sources []string
	for _, a := range assignments {
		sources = append(sources, a.Text())
	}
	return c.nbgrader(ctx, "generate", sources, &struct{}{})
}

// Grade grades every submission, writes a page of feedback for each and
// returns all marks, and the submissions that could not be graded.
func (c Course) Grade(ctx context.Context) ([]Mark, []Refusal, error) {
	if _, err := os.Stat(filepath.Join(c.Dir, "nbgrader_config.py")); err != nil {
		return nil, nil, fmt.Errorf("%s is not a course: make one there first, with 'go run ./notebooks assignments -o %[1]s'", c.Dir)
	}
	var answer struct {
		Marks   []Mark
		Refused []Refusal
	}
	err := c.nbgrader(ctx, "grade", nil, &answer)
	return answer.Marks, answer.Refused, err
}

// Release is the path of the students' version of an assignment.
func (c Course) Release(name string) string {
	return filepath.Join(c.Dir, "release", name, name+".ipynb")
}

// Submission is where a student's work on an assignment is collected.
func (c Course) Submission(student, name string) string {
	return filepath.Join(c.Dir, "submitted", student, name, name+".ipynb")
}

// WriteMarks writes marks to the course's marks.csv and returns its path.
func (c Course) WriteMarks(marks []Mark) (string, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"student", "assignment", "exercise", "points", "of", "to read"}}
	for _, m := range marks {
		toRead := ""
		if m.ToRead {
			toRead = "yes"
		}
		rows = append(rows, []string{m.Student, m.Assignment, m.Exercise, points(m.Points), points(m.Of), toRead})
	}
	if err := w.WriteAll(rows); err != nil {
		return "", err
	}
	path := filepath.Join(c.Dir, "marks.csv")
	return path, setup.WriteFile(path, b.Bytes())
}

func points(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// nbgrader runs our Python program on the course and reads its answer.
func (c Course) nbgrader(ctx context.Context, command string, args []string, answer any) error {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	python := filepath.Dir(c.Env.Worker())
	cmd := c.Env.Command(ctx, "python", append([]string{filepath.Join(python, "nqm_course.py"), command, dir}, args...)...)
	cmd.Env = append(cmd.Env,
		"NQM_RAW_ERROR=1",
		"PYTHONPATH="+python,
		"IPYTHONDIR="+filepath.Join(c.Env.Dir, "ipython"), // Jupyter would make one in the home folder
	)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	failed := cmd.Run()
	if err := setup.WriteFile(filepath.Join(dir, "nbgrader.log"), log.Bytes()); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed != nil:
		return fmt.Errorf("nbgrader could not %s: %s (log: %s)", command, lastLine(log.Bytes()), filepath.Join(dir, "nbgrader.log"))
	}
	return json.Unmarshal(out.Bytes(), answer)
}

func lastLine(b []byte) []byte {
	b = bytes.TrimSpace(b)
	return b[bytes.LastIndexByte(b, '\n')+1:]
}
