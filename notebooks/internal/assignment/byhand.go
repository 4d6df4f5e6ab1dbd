package assignment

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"nqm/notebooks/internal/lesson"
)

// readingFile is the table of answers that a person marks.
const readingFile = "to-read.csv"

var readingHead = []string{"student", "assignment", "exercise", "title", "of", "points", "comment", "was", "answer", "fingerprint"}

// WriteToRead writes a table of the answers that a person has to mark, with their
// texts, and returns its path and how many there are. With all it has those that
// were marked, too.
func (c Course) WriteToRead(marks []Mark, all bool) (string, int, error) {
	papers, err := c.papers()
	if err != nil {
		return "", 0, err
	}
	rows := [][]string{append([]string{}, readingHead...)}
	for _, m := range marks {
		if !m.ByHand || !m.ToRead && !all {
			continue
		}
		text, err := c.answer(m)
		if err != nil {
			return "", 0, err
		}
		given := ""
		if !m.ToRead {
			given = points(m.Points)
		}
		rows = append(rows, []string{m.Student, m.Assignment, m.Exercise, titleOf(papers, m), points(m.Of), given, m.Comment, m.Was, text, fingerprint(text)})
	}
	path, err := c.writeCSV(readingFile, rows)
	return path, len(rows) - 1, err
}

func titleOf(papers []*paper, m Mark) string {
	for _, p := range papers {
		for _, e := range p.graded {
			if p.name == m.Assignment && e.id == m.Exercise {
				return e.title
			}
		}
	}
	return m.Exercise
}

// answer is the text that a student has written.
func (c Course) answer(m Mark) (string, error) {
	nb, err := lesson.ReadNotebook(filepath.Join(c.Dir, ".nqm", "submitted", m.Student, m.Assignment, m.Assignment+".ipynb"))
	if err != nil {
		return "", err
	}
	for _, cell := range nb.Cells() {
		if gradeID(cell) == m.Exercise {
			return cell.Source(), nil
		}
	}
	return "", nil
}

func fingerprint(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:12] }

// A hand is marks that a person gives for one answer.
type hand struct {
	Student    string  `json:"student"`
	Assignment string  `json:"assignment"`
	Exercise   string  `json:"exercise"`
	Points     float64 `json:"points"`
	Comment    string  `json:"comment"`
}

// TakeMarks takes in the points and comments of a table that WriteToRead has
// written, and returns how many there were. It takes all of them, or nothing and says
// what is wrong; rows without points are left as they are.
func (c Course) TakeMarks(ctx context.Context, path string) (int, error) {
	table, err := readSheet(path, "student", "assignment", "exercise", "points", "comment", "fingerprint")
	if err != nil {
		return 0, err
	}
	papers, err := c.papers()
	if err != nil {
		return 0, err
	}
	given := []hand{}
	var wrong []string
	for i, row := range table.rows {
		at := func(name string) string { return table.of(row, name) }
		if strings.TrimSpace(at("points")) == "" {
			continue
		}
		h := hand{Student: at("student"), Assignment: at("assignment"), Exercise: at("exercise"), Comment: at("comment")}
		if h.Points, err = c.valid(h, at("points"), at("fingerprint"), papers); err != nil {
			wrong = append(wrong, fmt.Sprintf("row %d (%s, %s, %s): %v", i+2, h.Student, h.Assignment, h.Exercise, err))
			continue
		}
		given = append(given, h)
	}
	if len(wrong) > 0 {
		return 0, fmt.Errorf("%s: no marks were taken in: %s", path, strings.Join(wrong, "; "))
	}
	log, err := c.openLog()
	if err != nil {
		return 0, err
	}
	defer log.Close()
	return len(given), c.ask(ctx, log, "mark", given, &struct{}{})
}

// valid returns the points of a row if they can be given.
func (c Course) valid(h hand, text, mark string, papers []*paper) (float64, error) {
	p, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(text), ",", ".", 1), 64)
	if err != nil {
		return 0, fmt.Errorf("the points %q are no number", text)
	}
	for _, paper := range papers {
		for _, e := range paper.graded {
			if paper.name != h.Assignment || e.id != h.Exercise {
				continue
			}
			if !(p >= 0 && p <= e.of) {
				return 0, fmt.Errorf("%g points are not between 0 and %g", p, e.of)
			}
			answer, err := c.answer(Mark{Student: h.Student, Assignment: h.Assignment, Exercise: h.Exercise})
			if err != nil {
				return 0, fmt.Errorf("there is no such hand-in that was graded")
			}
			if mark != fingerprint(answer) {
				return 0, fmt.Errorf("the answer has changed since the table was written: write it anew and read the new one")
			}
			return p, nil
		}
	}
	return 0, fmt.Errorf("there is no such exercise")
}
