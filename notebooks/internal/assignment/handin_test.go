package assignment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"nqm/notebooks/internal/lesson"
	"nqm/theory/longtest"
)

// A bad hand-in: where its file lies under the student's folder, what is in it,
// and what becomes of it. A reason means that it cannot be graded, a note that it is
// graded all the same; the marks for programs are 16 then, less what it loses.
type badHandIn struct {
	student string
	files   map[string]string // by path under the student's folder
	note    string
	reason  string
	loses   float64
}

// badHandIns are shapes in which students hand in, of a right answer.
func badHandIns(right string) []badHandIn {
	const name = "01_sgd_by_hand"
	const file = name + "/" + name + ".ipynb"
	changed := func(change func(cells []any) []any) string {
		var nb lesson.Notebook
		if err := json.Unmarshal([]byte(right), &nb); err != nil {
			panic(err)
		}
		nb["cells"] = change(nb["cells"].([]any))
		data, _ := json.Marshal(nb)
		return string(data)
	}
	at := func(cells []any, id string) int {
		for i, c := range cells {
			if gradeID(c.(map[string]any)) == id {
				return i
			}
		}
		panic(id)
	}
	clone := func(c any) map[string]any {
		data, _ := json.Marshal(c)
		var other map[string]any
		json.Unmarshal(data, &other)
		return other
	}
	with := func(id string, change func(cell map[string]any)) string {
		return changed(func(cells []any) []any {
			change(cells[at(cells, id)].(map[string]any))
			return cells
		})
	}
	one := func(content string) map[string]string { return map[string]string{file: content} }
	return []badHandIn{
		{student: "no-notebook", files: map[string]string{name + "/notes.txt": "see my mail"}, reason: "there is no notebook"},
		{student: "empty-file", files: one(""), reason: "only part of one"},
		{student: "truncated", files: one(right[:len(right)/2]), reason: "only part of one"},
		{student: "list", files: one("[]"), reason: "only part of one"},
		{student: "zip", files: one("PK\x03\x04..."), reason: "only part of one"},
		{student: "nothing-in-it", files: one("{}"), reason: "only part of one"},
		{student: "version-3", files: one(`{"worksheets": [], "nbformat": 3}`), reason: "only part of one"},
		{student: "another-notebook", files: one(`{"cells": [{"cell_type": "code", "metadata": {}, "source": "x := 1", "outputs": []}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}`), reason: "no exercise of this course"},
		{student: "two-that-differ", files: map[string]string{file: right, name + "/" + name + " (1).ipynb": with("step", func(c map[string]any) { c["source"] = "" })}, reason: "which differ"},
		{student: "two-folders", files: map[string]string{file: right, "homework/" + name + ".ipynb": right}, reason: "holds the same assignment"},

		{student: "copied", files: one(changed(func(cells []any) []any { return append(cells, clone(cells[at(cells, "step")])) })), note: "stood 2 times"},
		{student: "copied-and-corrected", files: one(changed(func(cells []any) []any {
			first := clone(cells[at(cells, "step")])
			first["source"] = "func Step(theta, h, alpha, noise float64) float64 { return 0 }"
			return append([]any{first}, cells...)
		})), note: "the last counts"},
		{student: "split", files: one(changed(func(cells []any) []any {
			i := at(cells, "moment")
			first, second := clone(cells[i]), clone(cells[i])
			text := lesson.Cell(first).Source()
			cut := strings.Index(text, "\n") + 1
			first["source"], second["source"] = text[:cut], text[cut:]
			return append(append(append([]any{}, cells[:i]...), first, second), cells[i+1:]...)
		})), note: "its parts were put together"},
		{student: "pasted-whole", files: one(changed(func(cells []any) []any { return append(cells, clone(map[string]any{"list": cells})["list"].([]any)...) })), note: "stood 2 times"},
		{student: "split-text", files: one(changed(func(cells []any) []any { return append(cells, clone(cells[at(cells, "batch-limit")])) })), note: "its parts were put together"},
		{student: "second-download", files: map[string]string{name + "/" + name + " (1).ipynb": right}, note: "by its exercises"},
		{student: "the-same-twice", files: map[string]string{file: right, name + "/" + name + " (1).ipynb": right}},
		{student: "scratch-beside", files: map[string]string{file: right, name + "/Untitled.ipynb": "{}"}, note: "left out"},
		{student: "another-folder", files: map[string]string{"homework 1/" + name + ".ipynb": right}, note: "by its exercises"},
		{student: "without-folder", files: map[string]string{name + ".ipynb": right}, note: "by its exercises"},
		{student: "ren\xe9", files: one(right), note: "read as rené"},
		{student: "a+b", files: one(right), note: "read as a-b"},
		{student: "no-date", files: map[string]string{file: right, name + "/timestamp.txt": "yesterday evening"}, note: "no date"},
		{student: "byte-order-mark", files: one("\xef\xbb\xbf" + right)},
		{student: "much-output", files: one(with("step", func(c map[string]any) {
			c["outputs"] = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": strings.Repeat("0123456789\n", 19_000_000)}}
		})), note: "bytes were left out"},
		{student: "odd-outputs", files: one(with("step", func(c map[string]any) {
			c["outputs"] = []any{map[string]any{"output_type": "display_data", "data": map[string]any{"text/html": "<script>alert(1)</script>", "image/png": `x" onerror="alert(1)`}}, "no output", nil}
		}))},
		{student: "prints-for-ever", files: one(with("step", func(c map[string]any) {
			c["source"] = "func Step(theta, h, alpha, noise float64) float64 {\n\tfor {\n\t\tfmt.Println(\"for ever\")\n\t}\n}"
		})), loses: 2},
		{student: "deleted-test", files: one(changed(func(cells []any) []any {
			i := at(cells, "step-test")
			return append(append([]any{}, cells[:i]...), cells[i+1:]...)
		}))},
		{student: "deleted-answer", files: one(changed(func(cells []any) []any {
			i := at(cells, "step")
			return append(append([]any{}, cells[:i]...), cells[i+1:]...)
		})), loses: 2},
		{student: "another-kernel", files: one(strings.Replace(right, `"nqm"`, `"python3"`, 1))},
		{student: "gives-itself-points", files: one(changed(func(cells []any) []any {
			nbgraderOf(cells[at(cells, "step-test")].(map[string]any))["points"] = 1000
			nbgraderOf(cells[at(cells, "batch-limit")].(map[string]any))["points"] = 1000
			bonus, essay := clone(cells[at(cells, "moment-test")]), clone(cells[at(cells, "batch-limit")])
			nbgraderOf(bonus)["grade_id"], nbgraderOf(bonus)["points"], bonus["source"] = "bonus", 50, "%%"
			nbgraderOf(essay)["grade_id"], nbgraderOf(essay)["points"] = "essay", 50
			return append(cells, bonus, essay)
		}))},
		{student: "tests-made-answers", files: one(changed(func(cells []any) []any {
			for _, c := range cells {
				if id := gradeID(c.(map[string]any)); strings.HasSuffix(id, "-test") {
					about := nbgraderOf(c.(map[string]any))
					about["solution"], about["locked"], c.(map[string]any)["source"] = true, false, "%%"
				}
			}
			return cells
		}))},
		{student: "odd-metadata", files: one(changed(func(cells []any) []any {
			nbgraderOf(cells[at(cells, "step")].(map[string]any))["schema_version"] = 99
			nbgraderOf(cells[at(cells, "moment-test")].(map[string]any))["grade"] = "yes"
			for i, c := range cells {
				cell := c.(map[string]any)
				cell["id"] = "the same"
				if gradeID(cell) == "" {
					cell["metadata"] = map[string]any{"nbgrader": "mine", "wrong": "step-test", "collapsed": i}
				}
			}
			return append(cells, map[string]any{"cell_type": "heading", "source": 7}, 7, nil, map[string]any{})
		}))},
		{student: "other-kinds", files: one(changed(func(cells []any) []any {
			cells[at(cells, "step")].(map[string]any)["cell_type"] = "raw"
			cells[at(cells, "batch-limit")].(map[string]any)["cell_type"] = "code"
			return cells
		})), note: "is read as"},
		{student: "links-in-text", files: one(with("batch-limit", func(c map[string]any) {
			c["source"] = "[a](javascript:alert(1)) <a href='javascript:alert(1)'>b</a> ![c](x\" onerror=\"alert(1)) ![e](handin_test.go)\n\n[f][d]\n\n[d]: java&#115;cript:alert(1)"
		}))},
		{student: "unzipped-twice", files: map[string]string{name + "/" + name + "/work/" + name + ".ipynb": right, name + "/__MACOSX/._" + name + ".ipynb": "x"}},
		{student: "ending-of-a-browser", files: map[string]string{name + "/" + name + ".ipynb.txt": right}, note: "by its exercises"},
		{student: "Łukasz, \"O'Neil\"; =1+1\n\tñ 学生", files: one(right), note: "read as"},
		{student: "script-in-text", files: one(with("batch-limit", func(c map[string]any) { c["source"] = "<script>alert(1)</script> $h<1$" }))},
	}
}

// However a student hands in, it is graded as far as it can be, or named with the
// reason and what to do, and stops nobody else.
func TestBadHandIns(t *testing.T) {
	longtest.Only(t)
	const name = "01_sgd_by_hand"
	course := newCourse(t, name)
	course.handIn(t, name, submission{student: "zoe"})
	right, err := os.ReadFile(course.Submission("zoe", name))
	if err != nil {
		t.Fatal(err)
	}
	bad := append(badHandIns(string(right)), dishonest(t, string(right))...)
	start := time.Now()
	for _, b := range bad {
		for path, content := range b.files {
			full := filepath.Join(course.Dir, "submitted", b.student, path)
			if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	report := course.grade(t)
	for _, b := range append(bad, badHandIn{student: "zoe"}) {
		student := strings.NewReplacer("+", "-", "\n", "-", "\t", "-").Replace(readableName(b.student))
		said := func(all []Refusal) (text string) {
			for _, r := range all {
				if r.Student == student {
					text += r.Reason + ". "
				}
			}
			return text
		}
		if reason := said(report.Refused); (reason == "") != (b.reason == "") || !strings.Contains(reason, b.reason) {
			t.Errorf("%s: not graded for %q, want %q", student, reason, b.reason)
		}
		if note := said(report.Notes); !strings.Contains(note, b.note) || b.note == "" && note != "" {
			t.Errorf("%s: the note is %q, want %q", student, note, b.note)
		}
		if b.reason != "" && b.student != "two-folders" {
			continue
		}
		sum := 0.0
		for _, m := range marksOf(report.Marks, student) {
			sum += m.Points
		}
		if sum != 16-b.loses {
			t.Errorf("%s: %g marks, want %g: %v", student, sum, 16-b.loses, marksOf(report.Marks, student))
		}
		page, err := os.ReadFile(filepath.Join(course.Dir, "feedback", student, name, name+".html"))
		if err != nil || bytes.Contains(page, []byte("alert(1)</script>")) || handler.Match(page) || bytes.Contains(page, []byte(`href="javascript`)) || bytes.Contains(page, []byte("data:text")) || len(page) > 5<<20 {
			t.Errorf("%s: its page of feedback (%d bytes) runs what it brought, or is too long: %v", student, len(page), err)
		}
	}
	paths, err := course.WriteGradebook(report.Marks)
	if err != nil {
		t.Fatal(err)
	}
	if len(bad) < 30 {
		t.Errorf("only %d odd hand-ins", len(bad))
	}
	t.Logf("%d odd hand-ins from the course's folder to %v: %v on %d cores", len(bad), paths, time.Since(start).Round(time.Second), report.Plan.Cores)
	rows := readRows(t, filepath.Join(course.Dir, "gradebook.csv"))
	total := slices.IndexFunc(rows[0], func(h string) bool { return strings.HasPrefix(h, name+": total") })
	for _, m := range report.Marks {
		i := slices.IndexFunc(rows, func(row []string) bool { return active(row[0]) == m.Student })
		sum := 0.0
		for _, o := range marksOf(report.Marks, m.Student) {
			sum += o.Points
		}
		if i < 0 || len(rows[i]) != len(rows[0]) || rows[i][total] != points(sum) {
			t.Errorf("the gradebook has not the total %g of %q", sum, m.Student)
		}
	}
	again := course.grade(t)
	if again.Judged != 0 || fmt.Sprint(again.Marks) != fmt.Sprint(report.Marks) {
		t.Errorf("grading once more has run %d hand-ins, and the marks are %v", again.Judged, again.Marks)
	}
}

// handler finds an attribute that runs a script, inside of a tag.
var handler = regexp.MustCompile(`<[a-zA-Z][^<>]*\sonerror=`)

// dishonest are hand-ins that ask for marks without an answer, and get those of all
// other exercises.
func dishonest(t *testing.T, right string) (all []badHandIn) {
	for _, name := range []string{"leaves by os.Exit", "leaves in an initialiser", "leaves by runtime.Goexit", "brings a check of its own"} {
		for _, trick := range tricks {
			if trick.name != name {
				continue
			}
			var nb lesson.Notebook
			if err := json.Unmarshal([]byte(right), &nb); err != nil {
				t.Fatal(err)
			}
			find(nb, "step")["source"] = trick.own + "\n" + trick.step
			data, err := json.Marshal(nb)
			if err != nil {
				t.Fatal(err)
			}
			const file = "01_sgd_by_hand/01_sgd_by_hand.ipynb"
			all = append(all, badHandIn{student: name, files: map[string]string{file: string(data)}, loses: 2})
		}
	}
	return all
}

// What lies in the folder of submissions is read as files, or named; nothing in it
// makes the reader wait, follow a link to the lecturer's own answers, or take more
// memory than a few times the file.
func TestHostileFiles(t *testing.T) {
	const name = "01_sgd_by_hand"
	c := courseOnPaper(t, name)
	papers, err := c.papers()
	if err != nil {
		t.Fatal(err)
	}
	right := filepath.Join(c.Dir, "source", name, name+".ipynb")
	work, err := os.ReadFile(right)
	if err != nil {
		t.Fatal(err)
	}
	at := func(path string) string {
		full := filepath.Join(c.Dir, "submitted", path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		return full
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	file := func(student string) string { return at(student + "/" + name + "/" + name + ".ipynb") }
	many := func(piece string, n int) string { return strings.Repeat(piece+",", n) + piece }
	const size = 4_000_000
	must(os.Symlink(right, file("link")))
	must(os.Symlink("/dev/zero", file("device")))
	must(os.Mkdir(file("folder"), 0o755))
	must(os.Symlink(filepath.Dir(right), at("link-of-folder/"+name)))
	must(os.Symlink(filepath.Join(c.Dir, "source"), at("link-of-student")))
	must(os.WriteFile(at("loose.ipynb"), work, 0o644))
	long := strings.Repeat("\xe9", 120)
	must(os.WriteFile(file(long), work, 0o644))
	if pipe, err := exec.LookPath("mkfifo"); err == nil {
		must(exec.Command(pipe, file("pipe")).Run())
		must(os.WriteFile(file("pipe-as-date"), work, 0o644))
		must(exec.Command(pipe, at("pipe-as-date/"+name+"/timestamp.txt")).Run())
	}
	for student, text := range map[string]string{
		"many-cells":   `{"cells": [` + many("{}", size) + `]}`,
		"many-keys":    `{"cells": [], ` + many(`"a": 1`, size) + `}`,
		"many-in-cell": `{"cells": [{"cell_type": "code", ` + many(`"a": 1`, size) + `}]}`,
		"many-outputs": `{"cells": [{"cell_type": "code", "source": "", "outputs": [` + many("[]", size) + `]}]}`,
		"many-lines":   `{"cells": [{"cell_type": "code", "source": [` + many(`""`, size) + `]}]}`,
		"deep":         `{"cells": ` + strings.Repeat("[", size),
	} {
		must(os.WriteFile(file(student), []byte(text), 0o644))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found, refused, err := collect(filepath.Join(c.Dir, "submitted"), papers)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if took := (after.Sys - before.Sys) >> 20; took > 400 {
		t.Errorf("reading took %d MB of memory", took)
	}
	var names []string
	for _, h := range found {
		names = append(names, h.student)
	}
	if want := []string{"pipe-as-date"}; !slices.Equal(names, want) && len(names) > 0 {
		t.Errorf("read as hand-ins: %q, want %q", names, want)
	}
	for student, says := range map[string]string{
		"link": "is a link", "device": "is a link", "folder": "is a link", "link-of-folder": "link to elsewhere",
		"link-of-student": "link to elsewhere", "loose.ipynb": "submitted/STUDENT/NAME", "many-cells": "no exercise",
		"many-keys": "no exercise", "many-in-cell": "no exercise", "many-outputs": "no exercise", "many-lines": "no exercise",
		"deep": "only part of one", readableName(long): "too long",
	} {
		i := slices.IndexFunc(refused, func(r Refusal) bool { return r.Student == student })
		if i < 0 || !strings.Contains(refused[i].Reason, says) {
			t.Errorf("%s: want a refusal that says %q, in %q", student, says, refused)
		}
	}
}
