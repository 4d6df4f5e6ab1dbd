package plotting

import (
	"fmt"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(Tuned)

var _ = numbers(func(t theory.Tuned) swept {
	if t.Budget > 0 {
		return swept{t.Steps.Loss, "lowest loss", t.Family, fmt.Sprintf("Lowest loss after %d steps: %s", t.Budget, t.Problem)}
	}
	return swept{stepsOrNone(t.Steps.Outcome, t.Steps.Steps), "steps to target, tuned", t.Family, fmt.Sprintf("Fewest steps to loss %g: %s", t.Target, t.Problem)}
})

// Tuned returns the figure of the best settings of each method: how many steps
// they take to the target, as StepsToTarget has it, or the loss that they reach
// at the end of a budget of steps. The caption is the certificate, and says what
// the search cost.
func Tuned(answers []theory.Tuned) Figure {
	palette := newPalette(mapped(answers, func(t theory.Tuned) string { return t.Family }))
	rows := make([]labelledRow, len(answers))
	budget := len(answers) > 0
	names := tunedNames(answers)
	for i, t := range answers {
		rows[i] = tunedRow(t, names[i], palette.next(t.Family))
		budget = budget && t.Target == 0
	}
	f := stepsFigure(rows)
	f.Title = "Best settings for " + targetWords(mapped(answers, func(t theory.Tuned) float64 { return t.Target }))
	if budget {
		p := rowsPanel(Axis{Label: "expected loss at the end", Scale: Log10}, rows)
		f.Panels, f.Title = []Panel{p}, fmt.Sprintf("Best settings for %d steps", answers[0].Budget)
	}
	f.Title += ": " + common(mapped(answers, func(t theory.Tuned) string { return t.Problem }))
	f.Caption, f.Table = tunedCaption(answers), tunedTable(answers)
	return f.found(tunedFinding(answers, names)).linked()
}

// tunedNames are the settings, and the problems where they differ.
func tunedNames(answers []theory.Tuned) []string {
	tail := tails(mapped(answers, func(t theory.Tuned) string { return t.Problem }))
	return mapped(answers, func(t theory.Tuned) string { return rounded(t.Optimizer).String() + tail(t.Problem) })
}

func tunedRow(t theory.Tuned, name string, l look) labelledRow {
	if t.Target != 0 {
		return stepsRow(t.Steps, name, l)
	}
	return labelledRow{
		label: fmt.Sprintf("loss %s: %s", number(t.Steps.Loss), name), look: l,
		marks: []rowMark{{fmt.Sprintf("loss after %d steps", t.Budget), Circle, t.Steps.Loss}},
	}
}

// tunedCaption says what was chosen, and why nothing better is to be expected.
func tunedCaption(answers []theory.Tuned) string {
	var words []string
	for _, t := range answers {
		words = append(words, tunedSentence(t))
	}
	return strings.Join(words, " ")
}

func tunedSentence(t theory.Tuned) string {
	if len(t.Free) == 0 { // nothing was chosen
		return t.String() + "."
	}
	found := fmt.Sprintf("For %s (chosen: %s; %d losses summed): ", t.Family, strings.Join(t.Free, ", "), t.Evaluations)
	free := strings.Join(t.Free, " and ")
	switch {
	case t.Target == 0 && t.Proved:
		return found + fmt.Sprintf("loss %s after %d steps; proved: no %s gives less than %s.", nineDigits(t.Steps.Loss), t.Budget, free, nineDigits(t.Bound))
	case t.Target == 0:
		return found + fmt.Sprintf("loss %s after %d steps, the lowest found.", nineDigits(t.Steps.Loss), t.Budget)
	case t.Steps.Steps == 0:
		return found + "the start is at or below the target."
	case t.Steps.Outcome != theory.Reached && t.Proved:
		return found + stepsWords(t.Steps) + fmt.Sprintf("; proved for every %s.", free)
	case t.Steps.Outcome != theory.Reached:
		return found + stepsWords(t.Steps) + ", as far as was searched."
	case t.Proved:
		return found + fmt.Sprintf("loss %s after %d steps; proved: no %s reaches it earlier (%d intervals).", nineDigits(t.Steps.Loss), t.Steps.Steps, free, t.Intervals)
	}
	return found + fmt.Sprintf("loss %s after %d steps; searched: the lowest found one step earlier is %s.",
		nineDigits(t.Steps.Loss), t.Steps.Steps, nineDigits(t.BestBefore))
}

func tunedTable(answers []theory.Tuned) table.Table {
	t := table.Text("best settings", "steps", "samples", "loss", "lowest one step before", "optimality")
	names := tunedNames(answers)
	for i, a := range answers {
		row := []string{names[i], stepsWords(a.Steps), count(a.Samples()), nineDigits(a.Steps.Loss), nineDigits(a.BestBefore), a.Optimality()}
		if a.Target != 0 && a.Steps.Outcome != theory.Reached {
			row[2] = "–" // the steps say why
		}
		if a.Target == 0 {
			row[1], row[2], row[4] = fmt.Sprintf("%d steps", a.Budget), count(float64(a.Budget)*max(a.Optimizer.BatchSize, 1)), "–"
		}
		t.Rows = append(t.Rows, table.Texts(row...))
	}
	return t
}
