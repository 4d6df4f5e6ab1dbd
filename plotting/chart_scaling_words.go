package plotting

import (
	"fmt"
	"math"
	"strings"

	"nqm/plotting/internal/ticks"
	"nqm/theory"
	"nqm/theory/table"
)

// tunedWords says how the points of the curves were chosen.
func tunedWords(curves []theory.ScalingCurve) string {
	var free []string
	for _, c := range curves {
		if len(c.Points) > 0 {
			free = append(free, c.Points[0].Free...)
		}
	}
	if free = unique(free); len(free) == 0 {
		return "settings as given"
	}
	return "each point tuned anew by search (" + strings.Join(free, ", ") + ")"
}

// boundWords says how to read the bounds, if there are any.
func boundWords(s theory.Scaling) string {
	switch {
	case math.IsNaN(s.BayesSamples):
		return " The Bayes bound and maximum likelihood are not defined under multiplicative noise."
	case countable(s.BayesSamples) && countable(s.MaximumLikelihood):
		return " No method reaches into the grey area below the Bayes bound; maximum likelihood is no bound."
	case countable(s.BayesSamples):
		return " No method reaches into the grey area below the Bayes bound."
	}
	return ""
}

// markWords says what the symbols on the lines are.
func markWords(marks []Series) string {
	if len(marks) == 0 {
		return ""
	}
	return " Symbols on the lines: the critical batch size, by each definition."
}

// partialScaling is the note of an interrupted scaling.
func partialScaling(s theory.Scaling) []string {
	if !s.Partial {
		return nil
	}
	done := 0
	for _, c := range s.Curves {
		done += len(c.Points)
	}
	return []string{fmt.Sprintf("Partial: an interrupt left %d of %d points out.", len(s.Curves)*len(s.BatchSizes)-done, len(s.Curves)*len(s.BatchSizes))}
}

// gapNotes says of each line at which batch sizes it has no point, and why.
func gapNotes(lines []scalingLine) []string {
	var notes []string
	for _, l := range lines {
		at := map[string][]string{}
		var reasons []string
		for k, t := range l.tuned {
			if why := whyNot(t); why != "" {
				at[why] = append(at[why], batchWord(l.batch[k]))
				reasons = append(reasons, why)
			}
		}
		for _, why := range unique(reasons) {
			notes = append(notes, fmt.Sprintf("%s, B = %s: %s.", l.name, listed(at[why]), why))
		}
	}
	return notes
}

// whyNot says why a point has no place in the picture; empty if it has one, or
// if the point is missing.
func whyNot(t *theory.Tuned) string {
	switch {
	case t == nil:
		return ""
	case t.Steps.Outcome == theory.Never:
		return "never reaches the target"
	case t.Steps.Outcome == theory.Diverges:
		return "diverges"
	case t.Steps.Outcome != theory.Reached:
		return fmt.Sprintf("not within %d steps", t.Steps.Checked)
	case t.Steps.Steps == 0:
		return "starts at or below the target, 0 steps"
	}
	return ""
}

// batchWord writes a batch size, a large power of two as such.
func batchWord(b float64) string {
	if e := math.Log2(b); b > 512 && e == math.Trunc(e) {
		return ticks.Power(2, int(e))
	}
	if b == math.Trunc(b) && 1e5 <= b && b < 1e15 {
		return ticks.Whole(b)
	}
	return number(b)
}

func scalingTable(s theory.Scaling) table.Table {
	names := definitions(s.Curves)
	critical := mapped(names, func(definition string) string { return "critical B, " + definition })
	t := table.Text(append([]string{"method", "fewest samples", "fewest steps"}, critical...)...)
	for i, l := range scalingLines(s) {
		c := s.Curves[i]
		row := []string{l.name, count(c.Perfect), count(float64(c.Fewest))}
		if len(stretches(l.stepCounts())) == 0 && !countable(c.Perfect) {
			row[1], row[2] = l.unreached(), "–"
		}
		for _, d := range names {
			row = append(row, criticalWords(criticalBatch(c, d)))
		}
		t.Rows = append(t.Rows, table.Texts(row...))
	}
	bound := func(name string, samples float64) {
		if math.IsNaN(samples) {
			t.Rows = append(t.Rows, table.Texts(append([]string{name, "not defined", ""}, make([]string, len(names))...)...))
		}
		if samples > 0 {
			t.Rows = append(t.Rows, table.Texts(append([]string{name, count(samples), ""}, make([]string, len(names))...)...))
		}
	}
	bound("Bayes bound", s.BayesSamples)
	bound("maximum likelihood, no bound", s.MaximumLikelihood)
	return t
}

// criticalWords writes a critical batch size with its note.
func criticalWords(b theory.CriticalBatch) string {
	words := "–"
	if !math.IsNaN(b.BatchSize) {
		words = number(b.BatchSize)
	}
	if b.Note != "" {
		words += " (" + b.Note + ")"
	}
	return words
}

// settingsTable lists the settings found at each end and in the middle.
func settingsTable(lines []scalingLine) table.Table {
	t, all := table.Text("method", "batch size", "steps", "best settings"), 0
	for _, l := range lines {
		all += len(l.tuned)
		for _, k := range few(len(l.tuned), 3) {
			row := []string{l.name, batchWord(l.batch[k]), "–", "–"}
			if p := l.tuned[k]; p != nil {
				row[2], row[3] = p.Steps.Outcome.String(), rounded(p.Optimizer).String()
				if p.Steps.Outcome == theory.Reached {
					row[2] = fmt.Sprint(p.Steps.Steps)
				}
			}
			t.Rows = append(t.Rows, table.Texts(row...))
		}
	}
	return partOf(t, all)
}

// unreached says why a line has no point: "never" is for what is so at every
// batch size.
func (l scalingLine) unreached() string {
	computed, never := 0, 0
	for _, t := range l.tuned {
		if t == nil {
			continue
		}
		computed++
		switch t.Steps.Outcome {
		case theory.Never, theory.Diverges:
			never++
		case theory.Reached:
			return "starts at or below the target"
		}
	}
	switch {
	case computed == 0:
		return "not computed"
	case never == len(l.tuned):
		return "never"
	case computed < len(l.tuned):
		return "not in the part computed"
	}
	return "not within the limit of steps"
}

// scalingAlt says what the lines do.
func scalingAlt(s theory.Scaling, lines []scalingLine) string {
	words := []string{fmt.Sprintf("Steps to target against batch size, on logarithmic axes, to loss %g.", s.Target)}
	for _, l := range lines {
		at := stretches(l.stepCounts())
		if len(at) == 0 {
			words = append(words, fmt.Sprintf("%s: %s.", l.name, l.unreached()))
			continue
		}
		first, last := l.tuned[at[0][0]], l.tuned[at[len(at)-1][1]-1]
		words = append(words, fmt.Sprintf("%s: %d steps at B = %s, %d at B = %s.", l.name,
			first.Steps.Steps, number(max(first.Optimizer.BatchSize, 1)), last.Steps.Steps, number(max(last.Optimizer.BatchSize, 1))))
	}
	return strings.Join(words, " ")
}
