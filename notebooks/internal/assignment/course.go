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
	"io"
	"os"
	"path/filepath"
	"strconv"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
	"nqm/theory/table"
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
	ByHand     bool    `json:"by_hand"` // the lecturer gives the marks
	ToRead     bool    `json:"to_read"` // the lecturer has to read it
	Comment    string  `json:"comment"`
	LateDays   int     `json:"late_days"`
	// Was is what the answer before this one got, where a lecturer had read it.
	Was string `json:"was"`
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
	log, err := c.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	return c.nbgrader(ctx, log, "generate", sources, &struct{}{})
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
	rows := [][]string{{"student", "assignment", "exercise", "points", "of", "to read", "was", "comment", "late days"}}
	for _, m := range marks {
		toRead := ""
		if m.ToRead {
			toRead = "yes"
		}
		rows = append(rows, []string{m.Student, m.Assignment, m.Exercise, points(m.Points), points(m.Of), toRead, m.Was, m.Comment, fmt.Sprint(m.LateDays)})
	}
	return c.writeCSV("marks.csv", rows)
}

// writeCSV writes rows into a file of the course that no spreadsheet takes for
// formulas, and returns its path.
func (c Course) writeCSV(name string, rows [][]string) (string, error) {
	for _, row := range rows {
		for i, cell := range row {
			row[i] = table.Inert(cell)
		}
	}
	return c.writeRows(name, rows)
}

// writeRows writes rows as they are into a file of the course, and returns its path.
func (c Course) writeRows(name string, rows [][]string) (string, error) {
	var b bytes.Buffer
	csv.NewWriter(&b).WriteAll(rows)
	path := filepath.Join(c.Dir, name)
	return path, setup.WriteFile(path, b.Bytes())
}

func points(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// nbgrader runs our Python program on the course and reads its answer.
func (c Course) nbgrader(ctx context.Context, log io.Writer, command string, args []string, answer any) error {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	python := filepath.Dir(c.Env.Worker())
	cmd := c.Env.Command(ctx, "python", append([]string{filepath.Join(python, "nqm_course.py"), command, dir}, args...)...)
	cmd.Env = append(cmd.Env,
		"PYTHONPATH="+python,
		"IPYTHONDIR="+filepath.Join(c.Env.Dir, "ipython"), // Jupyter would make one in the home folder
	)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	failed := cmd.Run()
	if _, err := log.Write(said.Bytes()); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed != nil:
		return fmt.Errorf("nbgrader could not %s: %s (log: %s)", command, lastLine(said.Bytes()), c.logFile())
	}
	return json.Unmarshal(out.Bytes(), answer)
}

func (c Course) logFile() string { return filepath.Join(c.Dir, "nbgrader.log") }

// openLog starts the log of what nbgrader says anew.
func (c Course) openLog() (*os.File, error) {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, err
	}
	return os.Create(c.logFile())
}

func lastLine(b []byte) []byte {
	b = bytes.TrimSpace(b)
	return b[bytes.LastIndexByte(b, '\n')+1:]
}
