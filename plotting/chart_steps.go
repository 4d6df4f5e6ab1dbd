package plotting

import (
	"fmt"
	"strconv"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(StepsToTarget)

var _ = numbers(func(s theory.Steps) swept {
	return swept{stepsOrNone(s.Outcome, s.Steps), "steps to target", s.Family, fmt.Sprintf("Steps to loss %g: %s", s.Target, s.Problem)}
})

// StepsToTarget returns the figure of how many steps each method takes to its
// target: a bar to the first step at or below it on a logarithmic axis, and a
// ring where the loss stays there from, if that is later. A method that does
// not arrive has its answer in words, and a dotted bar as far as it was
// followed where nothing more is proved. The caption is the certificate.
func StepsToTarget(answers []theory.Steps) Figure {
	answers = told(answers, func(s *theory.Steps) (string, *string) { return s.Problem, &s.Method })
	palette := newPalette(mapped(answers, func(s theory.Steps) string { return s.Family }))
	rows := make([]labelledRow, len(answers))
	for i, s := range answers {
		rows[i] = stepsRow(s, s.Method, palette.next(s.Family))
	}
	f := stepsFigure(rows)
	f.Title = "Steps to " + targetWords(mapped(answers, func(s theory.Steps) float64 { return s.Target })) + ": " +
		common(mapped(answers, func(s theory.Steps) string { return s.Problem }))
	f.Caption = certificates(answers)
	f.Table = stepsTable(answers)
	return f.found(stepsFinding(answers, mapped(answers, func(s theory.Steps) string { return s.Method }))).linked()
}

// stepsFigure returns a figure of rows on an axis of steps.
func stepsFigure(rows []labelledRow) Figure {
	last := 1.0
	for _, r := range rows {
		last = max(last, r.bar[1])
		for _, m := range r.marks {
			last = max(last, m.at)
		}
	}
	x := Axis{Label: "steps to target T", Scale: Log10, Min: 1, Max: max(10, 1.5*last)}
	return Figure{Panels: []Panel{rowsPanel(x, rows)}, Height: rowsHeight(len(rows))}
}

// stepsRow returns the row of an answer.
func stepsRow(s theory.Steps, name string, l look) labelledRow {
	r := labelledRow{label: stepsWords(s) + ": " + name, look: l}
	switch {
	case s.Outcome == theory.NotWithinLimit:
		r.bar, r.open = [2]float64{1, float64(s.Checked)}, true
	case s.Outcome == theory.Reached && s.Steps > 0:
		r.bar = [2]float64{1, float64(s.Steps)}
		r.marks = []rowMark{{"first at or below the target", Circle, float64(s.Steps)}}
	}
	if s.Outcome == theory.Reached && s.Settles == theory.Reached && s.SettleSteps > s.Steps {
		r.marks = append(r.marks, rowMark{"stays there from here on", Halo, float64(s.SettleSteps)})
	}
	return r
}

// mostCertificates is how many certificates a caption spells out.
const mostCertificates = 4

func certificates(answers []theory.Steps) string {
	if len(answers) > mostCertificates {
		return "First step at which the expected loss is at or below the target, exact; the numbers have the loss there and one step before."
	}
	return strings.Join(mapped(answers, theory.Steps.String), ". ") + "."
}

func stepsTable(answers []theory.Steps) table.Table {
	t := table.Text("method", "target", "steps T", "loss at T", "one step before", "stays from", "floor")
	for _, s := range answers {
		t.Rows = append(t.Rows, table.Texts(append([]string{s.Method, number(s.Target)}, certificateCells(s)...)...))
	}
	return t
}

// certificateCells are T, the losses at T and T - 1, where it settles, and the
// floor.
func certificateCells(s theory.Steps) []string {
	cells := []string{s.Outcome.String(), "–", "–", "–", number(s.Floor)}
	if s.Outcome == theory.Reached {
		cells[0], cells[1], cells[2] = strconv.Itoa(s.Steps), nineDigits(s.Loss), nineDigits(s.Before)
		if cells[3] = s.Settles.String(); s.Settles == theory.Reached {
			cells[3] = strconv.Itoa(s.SettleSteps)
		}
	}
	return cells
}
