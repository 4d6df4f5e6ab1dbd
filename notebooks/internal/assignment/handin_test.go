package assignment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
			c["outputs"] = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": strings.Repeat("0123456789\n", 2_000_000)}}
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
	bad := badHandIns(string(right))
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
		student := strings.ReplaceAll(readableName(b.student), "+", "-")
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
		if err != nil || bytes.Contains(page, []byte("alert(1)</script>")) || bytes.Contains(page, []byte(`onerror="alert`)) || len(page) > 5<<20 {
			t.Errorf("%s: its page of feedback (%d bytes) runs what it brought, or is too long: %v", student, len(page), err)
		}
	}
	again := course.grade(t)
	if again.Judged != 0 || fmt.Sprint(again.Marks) != fmt.Sprint(report.Marks) {
		t.Errorf("grading once more has run %d hand-ins, and the marks are %v", again.Judged, again.Marks)
	}
}
