package assignment

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A total is what a student got for an assignment.
type total struct {
	points, unread float64
	late           int
	handedIn       bool
}

// WriteGradebook writes, beside every mark, a table with one row for each student
// (those in students.csv who have handed in nothing, too), and the files that Canvas
// and Moodle import. It returns their paths.
func (c Course) WriteGradebook(marks []Mark) ([]string, error) {
	papers, err := c.papers()
	if err != nil {
		return nil, err
	}
	students, err := c.students()
	if err != nil {
		return nil, err
	}
	for _, m := range marks {
		if !slices.ContainsFunc(students, func(s student) bool { return s.folder == m.Student }) {
			students = append(students, student{folder: m.Student, name: m.Student})
		}
	}
	slices.SortFunc(students, func(a, b student) int { return strings.Compare(a.folder, b.folder) })
	book := gradebook{papers, students, marks}
	files := map[string][][]string{"gradebook.csv": book.rows(), "canvas.csv": book.canvas()}
	for _, p := range papers {
		if rows := book.moodle(p); len(rows) > 1 {
			files["moodle-"+p.name+".csv"] = rows
		}
	}
	var paths []string
	for name, rows := range files {
		path, err := c.writeCSV(name, rows)
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths, nil
}

// A gradebook is all that the tables are made from.
type gradebook struct {
	papers   []*paper
	students []student
	marks    []Mark
}

// of returns the mark of a student for an exercise; nil if there is none.
func (g gradebook) of(s student, p *paper, id string) *Mark {
	for i, m := range g.marks {
		if m.Student == s.folder && m.Assignment == p.name && m.Exercise == id {
			return &g.marks[i]
		}
	}
	return nil
}

func (g gradebook) total(s student, p *paper) (t total) {
	for _, e := range p.graded {
		if m := g.of(s, p, e.id); m != nil {
			t.handedIn = true
			t.late = m.LateDays
			t.points += m.Points
			if m.ToRead {
				t.unread += m.Of
			}
		}
	}
	return t
}

// of is the most that an assignment gives.
func (p *paper) of() (sum float64) {
	for _, e := range p.graded {
		sum += e.of
	}
	return sum
}

// rows has one row for each student.
func (g gradebook) rows() [][]string {
	head := []string{"student", "name"}
	for _, p := range g.papers {
		for _, e := range p.graded {
			head = append(head, fmt.Sprintf("%s: %s (of %g)", p.name, e.title, e.of))
		}
		head = append(head, fmt.Sprintf("%s: total (of %g)", p.name, p.of()), p.name+": to read", p.name+": late days")
	}
	rows := [][]string{append(head, "total")}
	for _, s := range g.students {
		row, all := []string{s.folder, s.name}, 0.0
		for _, p := range g.papers {
			for _, e := range p.graded {
				row = append(row, cellOf(g.of(s, p, e.id)))
			}
			t := g.total(s, p)
			all += t.points
			if !t.handedIn {
				row = append(row, "", "", "")
				continue
			}
			row = append(row, points(t.points), points(t.unread), fmt.Sprint(t.late))
		}
		rows = append(rows, append(row, points(all)))
	}
	return rows
}

// cellOf is a mark in a table: what is not read yet is no number.
func cellOf(m *Mark) string {
	switch {
	case m == nil:
		return ""
	case m.ToRead:
		return "not read yet"
	}
	return points(m.Points)
}

// canvas is the file that Canvas imports: the columns Student, ID, SIS User ID, SIS
// Login ID and Section stand first, each further one is an assignment, and the row
// "Points Possible" says how much it gives. Canvas knows a student by the ID, then
// by the SIS ids, then by the name. What is not read yet stays empty, and is then
// left as it is.
func (g gradebook) canvas() [][]string {
	head, possible := []string{"Student", "ID", "SIS User ID", "SIS Login ID", "Section"}, []string{"Points Possible", "", "", "", ""}
	for _, p := range g.papers {
		head, possible = append(head, p.title), append(possible, points(p.of()))
	}
	rows := [][]string{head, possible}
	for _, s := range g.students {
		row := []string{s.name, s.canvas, "", "", ""}
		for _, p := range g.papers {
			row = append(row, g.final(s, p))
		}
		rows = append(rows, row)
	}
	return rows
}

// final is a total that can be given: empty as long as something is to be read, or
// if nothing was handed in.
func (g gradebook) final(s student, p *paper) string {
	t := g.total(s, p)
	if !t.handedIn || t.unread > 0 {
		return ""
	}
	return points(t.points)
}

// gradedAt is Moodle's column of when a grade was given: an older one does not replace a
// newer one.
const gradedAt, moodleTime = "Last modified (grade)", "Monday, 2 January 2006, 3:04 PM"

// moodle is the grading worksheet of one assignment, as Moodle's offline grading
// imports it: it wants the columns Identifier, Grade and Last modified (grade), and
// skips a student without a grade.
func (g gradebook) moodle(p *paper) [][]string {
	now := time.Now().Format(moodleTime)
	rows := [][]string{{"Identifier", "Full name", "Maximum Grade", "Grade", gradedAt}}
	for _, s := range g.students {
		if grade := g.final(s, p); s.moodle != "" && grade != "" {
			rows = append(rows, []string{"Participant " + s.moodle, s.name, points(p.of()), grade, now})
		}
	}
	return rows
}

// Fill writes the totals into a table that was exported from Canvas (columns
// Student, ID and the assignments) or from Moodle (a grading worksheet of the named
// assignment, columns Identifier and Grade), into a file of the course, and returns
// its path. All other cells stay as they are, byte by byte: the platform knows its own.
func (c Course) Fill(exported, name string, marks []Mark) (string, error) {
	table, err := readSheet(exported)
	if err != nil {
		return "", err
	}
	papers, err := c.papers()
	if err != nil {
		return "", err
	}
	students, err := c.students()
	if err != nil {
		return "", err
	}
	book := gradebook{papers, students, marks}
	fills := map[int]*paper{}
	for i, head := range table.head {
		for _, p := range papers {
			if strings.HasPrefix(head, p.title) || head == "Grade" && p.name == name {
				fills[i] = p
			}
		}
	}
	if len(fills) == 0 {
		return "", fmt.Errorf("%s has no column for an assignment: Canvas's export has one that begins with the title, as %q; for Moodle's worksheet, which has a column Grade, name the assignment", exported, papers[0].title)
	}
	for _, row := range table.rows {
		for _, s := range students {
			if !s.is(table, row) {
				continue
			}
			for i, p := range fills {
				if final := book.final(s, p); final != "" && i < len(row) {
					row[i] = final
					if k := slices.Index(table.head, gradedAt); k >= 0 && k < len(row) {
						row[k] = time.Now().Format(moodleTime)
					}
				}
			}
		}
	}
	return c.writeRows("filled-"+filepath.Base(exported), append([][]string{table.head}, table.rows...))
}

// is reports whether a row of an exported table is the student's.
func (s student) is(table sheet, row []string) bool {
	return s.canvas != "" && table.of(row, "ID") == s.canvas ||
		s.moodle != "" && table.of(row, "Identifier") == "Participant "+s.moodle
}
