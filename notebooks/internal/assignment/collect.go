package assignment

import (
	"archive/zip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"nqm/notebooks/internal/setup"
)

// A student is one row of the course's students.csv: the name of the folder, the
// person's name, and what the learning platform knows them by.
type student struct {
	folder, name, canvas, moodle string
}

const rosterFile = "students.csv"

var rosterHead = []string{"student", "name", "canvas id", "moodle participant"}

// students reads the course's list of students; none if there is no list.
func (c Course) students() ([]student, error) {
	list, err := readSheet(filepath.Join(c.Dir, rosterFile), rosterHead[0])
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []student
	for _, row := range list.rows {
		at := func(name string) string { return list.of(row, name) }
		if s := (student{at("student"), at("name"), at("canvas id"), at("moodle participant")}); s.folder != "" {
			all = append(all, s)
		}
	}
	return all, nil
}

func (c Course) writeStudents(all []student) error {
	slices.SortFunc(all, func(a, b student) int { return strings.Compare(a.folder, b.folder) })
	rows := [][]string{slices.Clone(rosterHead)}
	for _, s := range all {
		rows = append(rows, []string{s.folder, s.name, s.canvas, s.moodle})
	}
	_, err := c.writeCSV(rosterFile, rows)
	return err
}

// A sheet is a table of texts.
type sheet struct {
	head []string
	rows [][]string
}

// of is the cell of a row in the named column.
func (s sheet) of(row []string, name string) string {
	i := slices.Index(s.head, name)
	if i < 0 || i >= len(row) {
		return ""
	}
	return active(row[i])
}

// wants returns an error that names the first column that the sheet has not.
func (s sheet) wants(names ...string) error {
	for _, n := range names {
		if !slices.Contains(s.head, n) {
			return fmt.Errorf("it has no column %q: it wants %s", n, strings.Join(names, ", "))
		}
	}
	return nil
}

// active takes away what made a text harmless to a spreadsheet.
func active(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && rest != "" && strings.ContainsRune("=+-@\t'", rune(rest[0])) {
		return rest
	}
	return cell
}

// readSheet reads a CSV file with commas or semicolons, as spreadsheets write it,
// which has the named columns.
func readSheet(path string, names ...string) (s sheet, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	if head := firstLine(text); strings.Count(head, ";") > strings.Count(head, ",") {
		r.Comma = ';'
	}
	rows, err := r.ReadAll()
	if err == nil && len(rows) == 0 {
		err = errors.New("it is empty")
	}
	if err == nil {
		s = sheet{rows[0], rows[1:]}
		err = s.wants(names...)
	}
	if err != nil {
		return s, fmt.Errorf("%s: %v", path, err)
	}
	return s, nil
}

// How the platforms name what they pack: Canvas "doejane_LATE_1234_5678_work.ipynb",
// with the ids of the user and of the file; Moodle a folder "Jane
// Doe_1234_assignsubmission_file_", or, with all files in one, that in their names.
var (
	canvasName = regexp.MustCompile(`^([^_]+)_(?:LATE_)?(\d+)_\d+_(.+)$`)
	moodleName = regexp.MustCompile(`^(.+)_(\d+)_assignsubmission_file_?$`)
	moodleFlat = regexp.MustCompile(`^(.+)_(\d+)_assignsubmission_file_(.+)$`)
	canvasLate = regexp.MustCompile(`^[^_]+_LATE_\d+_\d+_`)
	// secondUpload is what Canvas adds to the name of a file that is handed in again.
	secondUpload = regexp.MustCompile(`-\d+(\.ipynb)$`)
)

// whose reads the name of a packed file: whose it is, and what it is called.
func whose(name string) (s student, file string, ok bool) {
	folder, base := path.Base(path.Dir(name)), path.Base(name)
	if m := moodleName.FindStringSubmatch(folder); m != nil {
		return student{folder: m[1] + "_" + m[2], name: m[1], moodle: m[2]}, base, true
	}
	if m := moodleFlat.FindStringSubmatch(base); m != nil {
		return student{folder: m[1] + "_" + m[2], name: m[1], moodle: m[2]}, m[3], true
	}
	if m := canvasName.FindStringSubmatch(base); m != nil {
		return student{folder: m[1] + "_" + m[2], name: m[1], canvas: m[2]}, secondUpload.ReplaceAllString(m[3], "$1"), true
	}
	return s, "", false
}

// maxPacked is how large a packed notebook may be.
const maxPacked = 1 << 28

// Collect takes the notebooks out of a zip of Canvas or Moodle, each into its
// student's folder, in place of what was there, and returns how many there were, and
// what is to be known of them: what was left out, and what came late.
func (c Course) Collect(file string) (n int, notes []string, err error) {
	papers, err := c.papers()
	if err != nil {
		return 0, nil, err
	}
	archive, err := zip.OpenReader(file)
	if err != nil {
		return 0, nil, fmt.Errorf("%s is no zip file that can be read: %v", file, err)
	}
	defer archive.Close()
	all, err := c.students()
	if err != nil {
		return 0, nil, err
	}
	placed := map[string]bool{}
	note := func(f *zip.File, format string, a ...any) {
		notes = append(notes, f.Name+": "+fmt.Sprintf(format, a...))
	}
	for _, f := range archive.File {
		if f.FileInfo().IsDir() || strings.Contains(f.Name, "__MACOSX") {
			continue
		}
		s, base, ok := whose(readableName(f.Name))
		switch {
		case !ok:
			note(f, "left out: not named as Canvas and Moodle name files")
			continue
		case !isNotebook(base):
			note(f, "left out: no notebook")
			continue
		}
		data, err := unpacked(f)
		if err != nil {
			note(f, "left out: %v", err)
			continue
		}
		if err := c.place(s, base, data, papers, placed); err != nil {
			note(f, "left out: %v", err)
			continue
		}
		n++
		if canvasLate.MatchString(path.Base(f.Name)) {
			note(f, "late, says Canvas, and not by how much: write the time into timestamp.txt beside the notebook")
		}
		if !slices.ContainsFunc(all, func(o student) bool { return o.folder == s.folder }) {
			all = append(all, s)
		}
	}
	if n == 0 {
		return 0, notes, nil
	}
	return n, notes, c.writeStudents(all)
}

func unpacked(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxPacked+1))
	if len(data) > maxPacked {
		return nil, fmt.Errorf("larger than %d MB", maxPacked>>20)
	}
	return data, err
}

// place puts a notebook into its student's folder, under the name of its assignment
// if it can be told. What an earlier zip has put there goes; two notebooks of one
// student in one zip are both kept, for the grading to name them if they differ.
func (c Course) place(s student, base string, data []byte, papers []*paper, placed map[string]bool) error {
	name := notebookName.ReplaceAllString(base, "")
	if nb, err := parseNotebook(data); err == nil {
		if p := identify(nb, name, papers); p != nil {
			name = p.name
		}
	}
	dir, file := filepath.Join(c.Dir, "submitted", fileName(s.folder), fileName(name)), fileName(name)+".ipynb"
	if !placed[dir] {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	placed[dir] = true
	for k := 2; ; k++ {
		if _, err := os.Lstat(filepath.Join(dir, file)); err != nil {
			return setup.WriteFile(filepath.Join(dir, file), data)
		}
		file = fmt.Sprintf("%s (%d).ipynb", fileName(name), k)
	}
}

// fileName is a text that names one file in a folder.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:+`, r) {
			return '-'
		}
		return r
	}, s)
	return strings.TrimLeft(s, ".")
}
