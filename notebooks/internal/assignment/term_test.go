package assignment

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nqm/theory/longtest"
)

// courseOnPaper is a course that nbgrader has not seen, for what needs none.
func courseOnPaper(t *testing.T, names ...string) Course {
	t.Helper()
	c := Course{Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(c.Dir, "nbgrader_config.py"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := notebookOf(t, name).Write(filepath.Join(c.Dir, "source", name, name+".ipynb")); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// The names are those that the platforms' users show.
func TestNamesOfPackedFiles(t *testing.T) {
	for name, want := range map[string]string{
		"smithbob_340934_208490284_01_sgd_by_hand.ipynb":                    "smithbob_340934 01_sgd_by_hand.ipynb",
		"wellslane_LATE_334244_394803489_01_sgd_by_hand-1.ipynb":            "wellslane_334244 01_sgd_by_hand.ipynb",
		"Jonathan Hoyte_657737_assignsubmission_file_/01_sgd_by_hand.ipynb": "Jonathan Hoyte_657737 01_sgd_by_hand.ipynb",
		"Kurs/Ana_Maria López_657768_assignsubmission_file/01 (2).ipynb":    "Ana_Maria López_657768 01 (2).ipynb",
		"Narin Ramnehal_657843_assignsubmission_file_01_sgd_by_hand.ipynb":  "Narin Ramnehal_657843 01_sgd_by_hand.ipynb",
		"01_sgd_by_hand.ipynb": "",
		"../../etc/passwd":     "",
	} {
		s, file, ok := whose(name)
		if got := strings.TrimSpace(s.folder + " " + file); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestCollect(t *testing.T) {
	const name = "01_sgd_by_hand"
	c := courseOnPaper(t, name, "02_averages_and_momentum")
	work, err := os.ReadFile(filepath.Join(c.Dir, "source", name, name+".ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	packed := filepath.Join(c.Dir, "submissions.zip")
	pack := func(files map[string]string) {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for name, content := range files {
			f, err := w.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			f.Write([]byte(content))
		}
		w.Close()
		if err := os.WriteFile(packed, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pack(map[string]string{
		"smithbob_340934_208490284_my homework.ipynb":                 string(work),
		"wellslane_LATE_334244_394803489_01_sgd_by_hand-2.ipynb":      "broken",
		"wellslane_334244_394803490_notes.pdf":                        "notes",
		"../../evil_1_assignsubmission_file_/../../x.ipynb":           "{}",
		"=cmd_7_assignsubmission_file_/01_sgd_by_hand.ipynb":          string(work),
		"Jane Doe_657737_assignsubmission_file_/01_sgd_by_hand.ipynb": string(work),
		"Jane Doe_657737_assignsubmission_file_/second try.ipynb.txt": string(work) + " ",
	})
	n, notes, err := c.Collect(packed)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(notes)
	if n != 5 || len(notes) != 3 || !strings.Contains(notes[0], "left out: not named") || !strings.Contains(notes[1], "left out: no notebook") || !strings.Contains(notes[2], "late, says Canvas") {
		t.Errorf("%d were taken, and the notes are %q", n, notes)
	}
	papers, err := c.papers()
	if err != nil {
		t.Fatal(err)
	}
	_, refused, err := collect(filepath.Join(c.Dir, "submitted"), papers)
	if err != nil || !slices.ContainsFunc(refused, func(r Refusal) bool {
		return r.Student == "Jane Doe_657737" && strings.Contains(r.Reason, "which differ")
	}) {
		t.Errorf("two notebooks of one student that differ: %q, %v", refused, err)
	}
	for _, place := range []string{"smithbob_340934", "Jane Doe_657737", "=cmd_7", "wellslane_334244"} {
		if _, err := os.Stat(filepath.Join(c.Dir, "submitted", place, name, name+".ipynb")); err != nil {
			t.Error(err)
		}
	}
	students, err := c.students()
	if err != nil || len(students) != 4 || !slices.Contains(students, student{"Jane Doe_657737", "Jane Doe", "", "657737"}) || !slices.Contains(students, student{"=cmd_7", "=cmd", "", "7"}) {
		t.Errorf("the students are %q, %v", students, err)
	}
	pack(map[string]string{
		"roe_5_6_" + strings.Repeat("é", 200) + ".ipynb": "{}",
		"roe_5_7_01_sgd_by_hand.ipynb":                   string(work),
	})
	if n, notes, err := c.Collect(packed); err != nil || n != 1 || len(notes) != 1 || !strings.Contains(notes[0], "left out") {
		t.Errorf("a name that is too long for a file: %d were taken, %q, %v", n, notes, err)
	}
	if _, _, err := c.Collect(filepath.Join(c.Dir, "nbgrader_config.py")); err == nil || !strings.Contains(err.Error(), "no zip file") {
		t.Errorf("a file that is no zip: %v", err)
	}
}

// The gradebook has every student and every exercise, and the platforms' files the
// columns that their importers ask for.
func TestGradebook(t *testing.T) {
	const name = "01_sgd_by_hand"
	c := courseOnPaper(t, name)
	err := c.writeStudents([]student{{"ann_11", "Ann", "11", ""}, {"Bo Li_22", "Bo Li", "", "22"}, {"idle", "=HYPERLINK(1)", "33", ""}})
	if err != nil {
		t.Fatal(err)
	}
	var marks []Mark
	for _, s := range []string{"ann_11", "Bo Li_22", "=1+1"} {
		for _, e := range []struct {
			id     string
			points float64
			of     float64
		}{{"step-test", 2, 2}, {"moment-test", 3, 3}, {"floor-test", 0, 3}, {"loss-test", 5, 5}, {"sample-test", 3, 3}, {"batch-limit", 2.5, 4}} {
			marks = append(marks, Mark{Student: s, Assignment: name, Exercise: e.id, Points: e.points, Of: e.of, ByHand: e.id == "batch-limit", LateDays: 2})
		}
	}
	marks[len(marks)-1].ToRead = true // of the last student
	paths, err := c.WriteGradebook(marks)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range paths {
		rows := readRows(t, p)
		for _, row := range rows {
			if len(row) != len(rows[0]) {
				t.Errorf("%s: %d columns of %d: %q", p, len(row), len(rows[0]), row)
			}
			for _, cell := range row {
				if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") {
					t.Errorf("%s: a formula: %q", p, cell)
				}
			}
		}
		for _, row := range rows {
			got[filepath.Base(p)] += strings.Join(row, "|") + "\n"
		}
	}
	for file, lines := range map[string][]string{
		"gradebook.csv": {
			"ann_11|Ann|2|3|0|5|3|2.5|15.5|0|2|15.5\n",
			"idle|'=HYPERLINK(1)||||||||||0\n",
			"'=1+1|'=1+1|2|3|0|5|3|not read yet|15.5|4|2|15.5\n",
			"1. One step (of 2)",
		},
		"canvas.csv": {
			"Student|ID|SIS User ID|SIS Login ID|Section|Assignment 1: SGD by hand\nPoints Possible|||||20\n",
			"Ann|11||||15.5\n",
			"'=HYPERLINK(1)|33||||\n",
			"'=1+1|||||\n",
		},
		"moodle-" + name + ".csv": {
			"Identifier|Full name|Maximum Grade|Grade|Last modified (grade)\nParticipant 22|Bo Li|20|15.5|",
		},
	} {
		for _, line := range lines {
			if !strings.Contains(got[file], line) {
				t.Errorf("%s has no line %q:\n%s", file, line, got[file])
			}
		}
	}
	exported := filepath.Join(c.Dir, "export.csv")
	os.WriteFile(exported, []byte("\ufeffStudent;ID;SIS Login ID;Section;Assignment 1: SGD by hand (4711);Current Score\nPoints Possible;;;;20;(read only)\nAnn;11;ann@x;A;;\nEve;99;eve@x;A;7;\n"), 0o644)
	filled, err := c.Fill(exported, "", marks)
	if err != nil {
		t.Fatal(err)
	}
	if rows := readRows(t, filled); rows[2][4] != "15.5" || rows[3][4] != "7" || rows[1][4] != "20" || rows[0][4] != "Assignment 1: SGD by hand (4711)" {
		t.Errorf("filled: %q", rows)
	}
	os.WriteFile(exported, []byte("Identifier,Full name,Grade,Last modified (grade)\nParticipant 22,Bo Li,,-\nParticipant 23,Eve,,-\n"), 0o644)
	if filled, err = c.Fill(exported, name, marks); err != nil {
		t.Fatal(err)
	}
	if rows := readRows(t, filled); rows[1][2] != "15.5" || rows[1][3] == "-" || rows[2][2] != "" || rows[2][3] != "-" {
		t.Errorf("filled: %q", rows)
	}
	if _, err := c.Fill(exported, "", marks); err == nil || !strings.Contains(err.Error(), "name the assignment") {
		t.Errorf("a worksheet of no named assignment: %v", err)
	}
}

func readRows(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A term with one exercise that is read by hand: marks come from a table, stay with
// their answer, and are shown beside a new one, which is unread again.
func TestTerm(t *testing.T) {
	longtest.Only(t)
	const name = "01_sgd_by_hand"
	course := newCourse(t, name)
	write := func(student, text string) {
		course.handIn(t, name, submission{student: student, answers: map[string]string{"batch-limit": text}})
	}
	write("ann", "=The factor is -1.")
	write("bo", "The limit has no noise.")
	first := course.grade(t)
	if first.Judged != 2 {
		t.Errorf("%d were run of two", first.Judged)
	}
	if p := first.Plan; p.All != 2 || p.Fresh != 2 || first.Took <= 0 {
		t.Errorf("two new hand-ins are planned as %+v, and took %v", p, first.Took)
	}
	path, n, err := course.WriteToRead(first.Marks, false)
	if err != nil || n != 2 {
		t.Fatalf("%d answers are to be read, %v", n, err)
	}
	rows := readRows(t, path)
	path = filepath.Join(course.Dir, "mine.csv")
	column := func(name string) int { return slices.Index(rows[0], name) }
	save := func(points ...string) {
		for i, p := range points {
			rows[i+1][column("points")], rows[i+1][column("comment")] = p, "Well seen, <b>but</b>."
		}
		var b bytes.Buffer
		csv.NewWriter(&b).WriteAll(rows)
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text := rows[1][column("answer")]; text != "'=The factor is -1." {
		t.Errorf("the answer in the table is %q", text)
	}
	for points, says := range map[string]string{"5": "not between 0 and 4", "NaN": "not between", "-1": "not between", "many": "no number"} {
		save(points, "1")
		if _, err := course.TakeMarks(t.Context(), path); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "row 2") {
			t.Errorf("%s points: %v", points, err)
		}
	}
	save("3", "1,5")
	if n, err := course.TakeMarks(t.Context(), path); err != nil || n != 2 {
		t.Fatalf("%d marks were taken in, %v", n, err)
	}
	of := func(r Report, student string) Mark {
		for _, m := range r.Marks {
			if m.Student == student && m.Exercise == "batch-limit" {
				return m
			}
		}
		return Mark{}
	}
	second := course.grade(t)
	if m := of(second, "ann"); second.Judged != 0 || m.Points != 3 || m.ToRead || m.Comment == "" {
		t.Errorf("after reading, %d were run: %+v", second.Judged, m)
	}
	page, err := os.ReadFile(filepath.Join(course.Dir, "feedback", "bo", name, name+".html"))
	if err != nil || !bytes.Contains(page, []byte("Well seen")) {
		t.Errorf("the page of feedback has no comment: %v", err)
	}
	if _, n, _ := course.WriteToRead(second.Marks, false); n != 0 {
		t.Errorf("%d answers are still to be read", n)
	}
	write("bo", "The limit has no noise in it, and so the batch does not change it.")
	nb := read(t, course.Submission("ann", name)) // a run of a cell is no new answer
	find(nb, "step")["outputs"] = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": "ran"}}
	find(nb, "step")["source"] = find(nb, "step").Source() + "\n// a remark"
	if err := nb.Write(course.Submission("ann", name)); err != nil {
		t.Fatal(err)
	}
	third := course.grade(t)
	// On more than two cores two hand-ins say nothing of the pace.
	if p := third.Plan; p.All != 2 || p.Fresh != 2 || (p.Takes() > 0) != (p.Cores <= 2) {
		t.Errorf("two changed hand-ins are planned as %+v", p)
	}
	if m := of(third, "ann"); m.Points != 3 || m.ToRead || m.Was != "" {
		t.Errorf("the mark of an answer that has stayed: %+v", m)
	}
	if m := of(third, "bo"); third.Judged != 2 || m.Points != 0 || !m.ToRead || !strings.HasPrefix(m.Was, "1.5") {
		t.Errorf("the mark of a new answer (%d were run): %+v", third.Judged, m)
	}
	if _, err := course.TakeMarks(t.Context(), path); err == nil || !strings.Contains(err.Error(), "has changed") {
		t.Errorf("marks for an answer that is no more: %v", err)
	}
	fourth := course.grade(t)
	if fourth.Judged != 0 || fmt.Sprint(fourth.Marks) != fmt.Sprint(third.Marks) {
		t.Errorf("grading once more changes something: %d were run", fourth.Judged)
	}
	// nbgrader's own grading would run hand-ins with the lecturer's rights: it refuses,
	// and what it has taken away comes back.
	cmd := course.Env.Command(t.Context(), "python", "-m", "nbgrader", "autograde", name, "--student=bo", "--force", "--course-dir="+course.Dir)
	cmd.Dir = course.Dir
	if said, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(said), "does not keep apart") {
		t.Errorf("nbgrader grades by itself: %v\n%.3000s", err, said)
	}
	if again := course.grade(t); again.Judged != 0 || fmt.Sprint(again.Marks) != fmt.Sprint(third.Marks) {
		t.Errorf("after nbgrader was kept from it %d were run: %v", again.Judged, again.Marks)
	}
	// The lecturer may want the hidden tests to be seen.
	shows := func() bool {
		page, err := os.ReadFile(filepath.Join(course.Dir, "feedback", "bo", name, name+".html"))
		if err != nil {
			t.Fatal(err)
		}
		return showsHiddenTests(page)
	}
	if shows() {
		t.Error("the page of feedback shows hidden tests")
	}
	_, apart := newSandbox(t.Context(), t.TempDir())
	if _, err := course.Grade(t.Context(), Options{WithoutIsolation: apart != nil, HiddenTests: true}); err != nil || !shows() {
		t.Errorf("the page of feedback does not show the hidden tests that were asked for: %v", err)
	}
}

// What is said of the time follows from what hand-ins have taken.
func TestPlan(t *testing.T) {
	c := Course{Dir: t.TempDir()}
	works := make([]*work, 30)
	for i := range works {
		works[i] = &work{key: "new"}
	}
	works[0].state.Key = "new" // has not changed
	p := c.plan(works)
	if p.All != 30 || p.Fresh != 29 || p.Takes() != 0 || p.left(0, time.Second) != 0 {
		t.Errorf("a first plan: %+v", p)
	}
	p.Cores = 2
	if left := p.left(9, 9*time.Second); left != 20*time.Second+time.Duration(29*afterJudging*float64(time.Second)) {
		t.Errorf("nine in nine seconds of two cores, and twenty are left: %v", left)
	}
	if err := c.keepPace(p, 29*time.Second, 58*time.Second); err != nil {
		t.Fatal(err)
	}
	p = c.plan(works)
	p.Cores = 4
	if p.Pace != (Pace{2, 4}) || p.Takes() != 29*1500*time.Millisecond || p.after(0.5) != 29*500*time.Millisecond {
		t.Errorf("a second plan: %+v, which takes %v", p, p.Takes())
	}
}
