package assignment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
	"nqm/theory/longtest"

	// Assignments import these packages in their cells, where the go command
	// does not see it: a change there must not leave a test result in the cache.
	_ "nqm/notebooks/assignments/check"
	_ "nqm/nqmkit"
	_ "nqm/plotting"
	_ "nqm/theory"
)

// prepare does the set-up of this clone once, the same as the command does.
var prepare = sync.OnceValues(func() (*setup.Environment, error) {
	root, err := setup.FindRoot(".")
	if err != nil {
		return nil, err
	}
	env, err := setup.Prepare(context.Background(), root, os.Stdout)
	if err != nil {
		return nil, err
	}
	return env, env.AddAssignments(context.Background(), os.Stdout)
})

func environment(t *testing.T) *setup.Environment {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped with -short: grades submissions through the real kernel")
	}
	env, err := prepare()
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// A submission is what a student does with an assignment: for each exercise
// the answer that differs from the instructor's.
type submission struct {
	student string
	answers map[string]string // by exercise; all others are right
	empty   bool              // hands in what was handed out
	own     string            // a cell of the student's own
	cheats  []string          // tests that the student makes empty
	deletes string            // a test that the student takes out
	loses   []string          // the tests that give no marks
}

// The seven submissions that the tools must survive, and a cheat.
var hard = []submission{
	{student: "perfect"},
	{student: "empty", empty: true, loses: []string{"step-test", "moment-test", "floor-test", "loss-test", "sample-test"}},
	{student: "wrong", loses: []string{"moment-test"}, answers: map[string]string{
		"moment": "func SecondMoment(start, h, c, alpha, batch float64, t int) float64 {\n\tfor range t {\n\t\tstart = (1-alpha*h)*(1-alpha*h)*start + alpha*alpha*c\n\t}\n\treturn start\n}",
	}},
	{student: "panics", loses: []string{"step-test"}, answers: map[string]string{
		"step": "func Step(theta, h, alpha, noise float64) float64 {\n\tvar state []float64\n\treturn state[0]\n}",
	}},
	{student: "does not compile", loses: []string{"step-test", "loss-test"}, answers: map[string]string{
		"step": "func Step(theta, h, alpha, noise float64) float64 {\n\treturn theta - alpha*(h*theta + noise\n",
		"loss": "func Loss(curvature []float64, alpha, batch float64, t int) float64 {\n\treturn alhpa * \"batch\"\n}",
	}},
	{student: "loops", loses: []string{"moment-test"}, own: "%%\nfor {\n}", answers: map[string]string{
		"moment": "func SecondMoment(start, h, c, alpha, batch float64, t int) float64 {\n\tfor t >= 0 {\n\t}\n\treturn start\n}",
	}},
	{student: "prints", answers: map[string]string{
		"step": "func Step(theta, h, alpha, noise float64) float64 {\n\tprintln(\"step\", theta)\n\tfmt.Fprintln(os.Stderr, \"a trace\")\n\tlog.Print(\"a note\")\n\treturn theta - alpha*(h*theta+noise)\n}",
	}},
	{student: "cheats", loses: []string{"step-test"}, cheats: []string{"step-test"}, deletes: "sample-test", answers: map[string]string{
		"step": "func Step(theta, h, alpha, noise float64) float64 { return 0 }",
	}},
}

// The real nbgrader makes the assignment and gives each of the submissions the
// marks that it deserves, and no other exercise suffers.
func TestHardSubmissions(t *testing.T) {
	half := len(hard) / 2
	groups := [][]submission{hard[:half], hard[half:]}
	if !longtest.Wanted() {
		groups = [][]submission{{hard[0], hard[2]}}
	}
	for i, group := range groups {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			t.Parallel()
			testSubmissions(t, "01_sgd_by_hand", group)
		})
	}
}

// testSubmissions has submissions graded, and looks at their marks and pages.
func testSubmissions(t *testing.T, name string, submissions []submission) Course {
	t.Helper()
	course := newCourse(t, name)
	for _, s := range submissions {
		course.handIn(t, name, s)
	}
	report := course.grade(t)
	if len(report.Refused) > 0 {
		t.Errorf("not graded: %v", report.Refused)
	}
	marks := report.Marks
	for _, s := range submissions {
		got := marksOf(marks, s.student)
		t.Log(marksRow(s.student, got))
		for _, m := range got {
			want := m.Of
			if m.ToRead || s.empty || slices.Contains(s.loses, m.Exercise) {
				want = 0
			}
			if m.Points != want {
				t.Errorf("%s: %g of %g marks for %s, want %g\n%s", s.student, m.Points, m.Of, m.Exercise, want, course.said(t, name, s.student, m.Exercise))
			}
		}
		for _, exercise := range s.loses {
			if !slices.ContainsFunc(got, func(m Mark) bool { return m.Exercise == exercise }) {
				t.Errorf("%s: there is no exercise %s", s.student, exercise)
			}
		}
		page, err := os.ReadFile(filepath.Join(course.Dir, "feedback", s.student, name, name+".html"))
		if err != nil {
			t.Errorf("%s: no page of feedback: %v", s.student, err)
		}
		if asks := remote.Find(page); asks != nil {
			t.Errorf("%s: the page of feedback asks the network: %s", s.student, asks)
		}
		if text := string(page); !strings.Contains(text, `-test">1. `) || strings.Contains(text, "Score:") || strings.Contains(text, "exit status") || strings.Contains(text, "not read yet") == s.empty {
			t.Errorf("%s: the page of feedback does not name the exercises, and what is not read yet", s.student)
		}
		if name == "01_sgd_by_hand" && showsHiddenTests(page) {
			t.Errorf("%s: the page of feedback shows hidden tests", s.student)
		}
		if !bytes.Contains(page, []byte("<math")) || bytes.Contains(page, []byte("nqm-tex")) {
			t.Errorf("%s: the page of feedback has formulas that are not set", s.student)
		}
	}
	return course
}

// showsHiddenTests reports whether a page shows a call of the first assignment's
// hidden tests.
func showsHiddenTests(page []byte) bool {
	return bytes.Contains(tags.ReplaceAll(page, nil), []byte("SecondMoment(0, 2, 9, 0.1, 9, 1)"))
}

var tags = regexp.MustCompile(`<[^>]*>`)

// grade grades what was handed in, apart where this machine can.
func (c Course) grade(t *testing.T) Report {
	t.Helper()
	report, err := c.Grade(t.Context(), Options{})
	if errors.Is(err, ErrNoIsolation) {
		report, err = c.Grade(t.Context(), Options{WithoutIsolation: true})
	}
	if err != nil {
		log, _ := os.ReadFile(c.logFile())
		t.Fatalf("%v\n%s", err, log)
	}
	return report
}

// remote is what makes a page ask the network.
var remote = regexp.MustCompile(`(?i)<(script|img|link|iframe)\b[^>]*\b(src|href)\s*=\s*["']?(https?:)?//`)

// newCourse makes a course of one assignment in a folder of its own.
func newCourse(t *testing.T, name string) Course {
	t.Helper()
	course := Course{Env: environment(t), Dir: t.TempDir()}
	assignments, err := All(course.Env.Root)
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := lesson.Select(assignments, []string{name})
	if err != nil {
		t.Fatal(err)
	}
	if err := course.Generate(t.Context(), chosen); err != nil {
		t.Fatal(err)
	}
	return course
}

// handIn does a student's work on what was handed out.
func (c Course) handIn(t *testing.T, name string, s submission) {
	t.Helper()
	paper := read(t, c.Release(name))
	right := read(t, filepath.Join(c.Dir, "source", name, name+".ipynb"))
	used := map[string]bool{}
	for _, cell := range paper.Cells() {
		id := gradeID(cell)
		if answer, ok := s.answers[id]; ok {
			cell["source"], used[id] = answer, true
		} else if isSolution(cell) && !s.empty {
			cell["source"] = withoutMarks(find(right, id).Source())
		}
		if slices.Contains(s.cheats, id) {
			cell["source"] = "%%"
		}
	}
	for id := range maps.Keys(s.answers) {
		if !used[id] {
			t.Errorf("%s answers an exercise that there is not: %s", s.student, id)
		}
	}
	if s.deletes != "" {
		paper["cells"] = slices.DeleteFunc(paper["cells"].([]any), func(c any) bool { return gradeID(c.(map[string]any)) == s.deletes })
	}
	if s.own != "" {
		cells := paper["cells"].([]any)
		own := map[string]any{"cell_type": "code", "id": "own", "metadata": map[string]any{}, "source": s.own, "outputs": []any{}, "execution_count": nil}
		paper["cells"] = slices.Insert(cells, len(cells)/2, any(own))
	}
	if err := paper.Write(c.Submission(s.student, name)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) lesson.Notebook {
	t.Helper()
	nb, err := lesson.ReadNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func find(nb lesson.Notebook, id string) lesson.Cell {
	for _, cell := range nb.Cells() {
		if gradeID(cell) == id {
			return cell
		}
	}
	return nil
}

// withoutMarks takes out the lines that bracket a solution.
func withoutMarks(source string) string {
	var b strings.Builder
	for line := range strings.Lines(source) {
		if !strings.Contains(line, "BEGIN SOLUTION") && !strings.Contains(line, "END SOLUTION") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func marksOf(marks []Mark, student string) []Mark {
	var own []Mark
	for _, m := range marks {
		if m.Student == student {
			own = append(own, m)
		}
	}
	return own
}

// marksRow is one row: marks by exercise, and their sum.
func marksRow(student string, marks []Mark) string {
	row, sum, of := fmt.Sprintf("%-17s", student), 0.0, 0.0
	for _, m := range marks {
		if m.ToRead {
			row += fmt.Sprintf("  %s ?/%g", m.Exercise, m.Of)
			continue
		}
		row += fmt.Sprintf("  %s %g/%g", m.Exercise, m.Points, m.Of)
		sum, of = sum+m.Points, of+m.Of
	}
	return fmt.Sprintf("%s  sum %g of %g", row, sum, of)
}

// said returns what the graded cell of an exercise has said.
func (c Course) said(t *testing.T, name, student, exercise string) string {
	nb := read(t, filepath.Join(c.Dir, "autograded", student, name, name+".ipynb"))
	return fmt.Sprintf("%.1000s", fmt.Sprint(find(nb, exercise).Outputs()))
}
