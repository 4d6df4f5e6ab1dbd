package plotting

import (
	"fmt"
	"math"

	"nqm/theory"
)

// stepsWords is the answer in a few words.
func stepsWords(s theory.Steps) string {
	switch {
	case s.Outcome == theory.NotWithinLimit:
		return fmt.Sprintf("not within %d steps", s.Checked)
	case s.Outcome == theory.Never:
		return fmt.Sprintf("never, stays above %s", number(s.Bound))
	case s.Outcome != theory.Reached:
		return s.Outcome.String()
	case s.Steps == 1:
		return "1 step"
	}
	return fmt.Sprintf("%d steps", s.Steps)
}

// targetWords names the target of several answers.
func targetWords(targets []float64) string {
	for _, t := range targets {
		if t != targets[0] {
			return "target"
		}
	}
	if len(targets) == 0 {
		return "target"
	}
	return "loss " + number(targets[0])
}

// stepsOrNone returns a number of steps, +Inf if the target was not reached.
func stepsOrNone(outcome theory.Outcome, steps int) float64 {
	if outcome != theory.Reached {
		return math.Inf(1)
	}
	return float64(steps)
}

// partialRuns is the note of sampling that was interrupted.
func partialRuns(name string, partial bool, trials int) []string {
	if !partial {
		return nil
	}
	return []string{fmt.Sprintf("Partial: an interrupt ended the sampling of %s after %d runs.", name, trials)}
}

// rounded returns the optimizer with settings of six digits, for reading.
func rounded(o theory.Optimizer) theory.Optimizer {
	for _, s := range theory.Settings() {
		if s.CanBeFree() {
			s.Set(&o, number6(s.Of(o)))
		}
	}
	return o
}
