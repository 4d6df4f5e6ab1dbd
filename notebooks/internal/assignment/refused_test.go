package assignment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Hand-ins that cannot be graded are named, each with its reason, and stop
// neither each other nor the one that can.
func TestRefusedSubmissions(t *testing.T) {
	const name = "01_sgd_by_hand"
	course := newCourse(t, name)
	course.handIn(t, name, submission{student: "zoe", empty: true})
	paper, err := os.ReadFile(course.Release(name))
	if err != nil {
		t.Fatal(err)
	}
	copied := read(t, course.Release(name))
	copied["cells"] = append(copied["cells"].([]any), map[string]any(find(copied, "step")))
	if err := copied.Write(course.Submission("copied", name)); err != nil {
		t.Fatal(err)
	}
	kinds := []struct{ student, folder, file, content, reason string }{
		{"none", name, "notes.txt", "", "no notebook"},
		{"empty", name, name + ".ipynb", "", "part of one"},
		{"truncated", name, name + ".ipynb", string(paper[:len(paper)/2]), "part of one"},
		{"list", name, name + ".ipynb", "[]", "part of one"},
		{"second", name, name + " (1).ipynb", string(paper), "leave one"},
		{"folder", "homework", name + ".ipynb", string(paper), "no such assignment"},
		{"ren\xe9", name, name + ".ipynb", string(paper), "not UTF-8"},
		{"dated", name, "timestamp.txt", "yesterday evening", "no date"},
	}
	want := map[string]string{"copied": "stands twice"}
	for _, k := range kinds {
		dir := filepath.Join(course.Dir, "submitted", k.student, k.folder)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if k.student == "dated" {
			course.handIn(t, name, submission{student: k.student, empty: true})
		}
		if err := os.WriteFile(filepath.Join(dir, k.file), []byte(k.content), 0o644); err != nil {
			t.Fatal(err)
		}
		want[strings.ToValidUTF8(k.student, "\uFFFD")] = k.reason
	}
	marks, refused, err := course.Grade(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(marksOf(marks, "zoe")) == 0 {
		t.Error("no marks for the hand-in that can be graded")
	}
	for _, r := range refused {
		if reason := want[r.Student]; reason == "" || !strings.Contains(r.Reason, reason) {
			t.Errorf("%s: %q, want %q", r.Student, r.Reason, reason)
		}
		delete(want, r.Student)
	}
	if len(want) > 0 {
		t.Errorf("not named: %v", want)
	}
}
