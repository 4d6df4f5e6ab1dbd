package plotting

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory"
	"nqm/theory/table"
)

// What figures find that draw directions one by one, settings, or estimators.

// amplificationFinding says how much of the noise of one method others keep, by the lines
// of a figure: at the curvatures of the first list, and, of one line, wherever it is drawn.
func amplificationFinding(against string, lines []Series) string {
	names := append(mapped(lines, func(s Series) string { return s.Name }), against)
	if len(unique(names)) < len(names) || slices.ContainsFunc(lines, func(s Series) bool { return len(s.Y) == 0 }) {
		return ""
	}
	if len(lines) == 1 {
		return keepsWords(against, lines[0])
	}
	least, most := mapped(lines, func(s Series) float64 { return slices.Min(s.Y) }), mapped(lines, func(s Series) float64 { return slices.Max(s.Y) })
	n := len(slices.DeleteFunc(slices.Clone(most), func(v float64) bool { return !math.IsInf(v, 1) }))
	up, down := lowestFirst(most), lowestFirst(least)
	last, next := up[len(up)-1], up[len(up)-2]
	switch {
	case n == 1:
		return fmt.Sprintf("only %s loses its steady state where %s has one", names[last], against)
	case n > 1:
		return fmt.Sprintf("%d of %d methods lose their steady state where %s has one", n, len(lines), against)
	case most[last] >= 1.095 && most[last] > (1+level)*most[next]:
		return fmt.Sprintf("%s keeps the most noise, up to %s that of %s", names[last], timesWords(most[last]), against)
	case least[down[0]] <= 1/1.095 && (1+level)*least[down[0]] < least[down[1]]:
		return fmt.Sprintf("%s keeps the least noise, down to %s that of %s", names[down[0]], timesWords(least[down[0]]), against)
	}
	return ""
}

// keepsWords says between which multiples of the noise of another method a line goes.
func keepsWords(against string, line Series) string {
	least, most := slices.Min(line.Y), slices.Max(line.Y)
	lost := slices.IndexFunc(line.Y, func(v float64) bool { return math.IsInf(v, 1) })
	switch {
	case lost == 0:
		return fmt.Sprintf("%s has no steady state where %s has one", line.Name, against)
	case lost > 0 && slices.Min(line.Y[lost:]) < most:
		return ""
	case lost > 0:
		return fmt.Sprintf("%s has no steady state from h ≈ %.3g on", line.Name, line.X[lost])
	case most <= (1+level)*least || table.TwoDigits(least) == table.TwoDigits(most):
		return fmt.Sprintf("%s keeps %s the noise of %s at every curvature", line.Name, timesWords(most), against)
	}
	return fmt.Sprintf("%s keeps %s to %s the noise of %s", line.Name, table.TwoDigits(least), timesWords(most), against)
}

// modesFinding says what is left of the loss along the direction that keeps the most of
// it, and along the one that keeps the least; or how many of them grow.
func modesFinding(steps []int, names []string, from, to Values) string {
	left := make([]float64, len(from))
	grow := 0
	for i := range from {
		if left[i] = to[i] / from[i]; !(from[i] > 0) || math.IsNaN(left[i]) || none(from[i]) {
			return ""
		}
		if left[i] >= 1.095 {
			grow++
		}
	}
	if len(from) == 0 || len(unique(names)) < len(names) || steps[0] != 0 || lastOf(steps) == 0 {
		return ""
	}
	after, order := "after "+several(lastOf(steps), "step"), lowestFirst(left)
	least, most := order[0], order[len(order)-1]
	switch {
	case grow == len(left) && grow > 1:
		return fmt.Sprintf("%s the loss along each of the %d directions has grown", after, grow)
	case grow > 1:
		return fmt.Sprintf("%s the loss along %d of %d directions has grown", after, grow, len(left))
	case grow == 1:
		return fmt.Sprintf("%s the loss along %s has grown", after, names[most])
	case left[most] > 1 || shareWords(left[least]) == shareWords(left[most]) && len(left) > 1:
		return ""
	case len(left) == 1:
		return fmt.Sprintf("%s %s of the loss along %s is left", after, shareWords(left[most]), names[most])
	}
	return fmt.Sprintf("%s %s of the loss along %s is left, %s along %s", after, shareWords(left[most]), names[most], shareWords(left[least]), names[least])
}

// lawsFinding says in how many coordinates the noise has the larger part of the variance.
func lawsFinding(laws []theory.Moment) string {
	noise := 0
	for _, m := range laws {
		if none(m.Start) || none(m.Noise) || m.Start == m.Noise {
			return ""
		}
		if m.Noise > m.Start {
			noise++
		}
	}
	switch n := len(laws); {
	case noise == n:
		return fmt.Sprintf("noise has the larger part of the variance in all %d coordinates", n)
	case noise == 0:
		return fmt.Sprintf("the start has the larger part of the variance in all %d coordinates", n)
	default:
		return fmt.Sprintf("noise has the larger part of the variance in %d of %d coordinates", noise, n)
	}
}

// appliedFinding says how the first setting of one run that moves does so, or which of
// several runs of one length ends with the smallest learning rate.
func appliedFinding(all []theory.AppliedRates) string {
	if len(all) == 1 {
		for _, q := range appliedSettings {
			y := q.of(all[0])
			if len(y) == 0 || slices.ContainsFunc(y, none) || slices.Min(y) == slices.Max(y) {
				continue
			}
			first, last, top := y[0], y[len(y)-1], slices.Max(y)
			switch {
			case top > (1+level)*max(first, last):
				return fmt.Sprintf("the %s rises from %.3g to %.3g, and ends at %.3g", q.name, first, top, last)
			case first > (1+level)*last:
				return fmt.Sprintf("the %s falls from %.3g to %.3g in %s", q.name, first, last, several(len(y), "update"))
			case last > (1+level)*first:
				return fmt.Sprintf("the %s rises from %.3g to %.3g in %s", q.name, first, last, several(len(y), "update"))
			}
			return ""
		}
		if y := all[0].LearningRate; len(y) > 1 && slices.Min(y) == slices.Max(y) {
			return fmt.Sprintf("the learning rate is %s in every update", number(y[0]))
		}
		return ""
	}
	names, ends := mapped(all, func(r theory.AppliedRates) string { return r.Method }), make([]float64, len(all))
	if len(all) == 0 || len(unique(names)) < len(names) {
		return ""
	}
	for i, r := range all {
		n := len(r.LearningRate)
		if n < 2 || len(r.Steps) != len(all[0].Steps) || none(r.LearningRate[n-1]) {
			return ""
		}
		ends[i] = r.LearningRate[n-1]
	}
	order := lowestFirst(ends)
	if low, next := ends[order[0]], ends[order[1]]; next > 1.095*low && low >= 0 {
		return fmt.Sprintf("%s ends with the smallest learning rate, %.3g", names[order[0]], low)
	}
	return ""
}

// estimatorsFinding says how far the median of one estimator is off, or which of several
// is closest.
func estimatorsFinding(all []theory.ScaleEstimates) string {
	names, off := mapped(all, func(e theory.ScaleEstimates) string { return e.Estimator }), make([]float64, len(all))
	for i, e := range all {
		if !countable(e.Median) || !countable(e.Exact) {
			return ""
		}
		off[i] = math.Abs(math.Log(e.Median / e.Exact))
	}
	order := lowestFirst(off)
	if len(all) == 0 || len(unique(names)) < len(names) || len(all) > 1 && off[order[1]]-off[order[0]] <= level {
		return ""
	}
	ratio := timesWords(all[order[0]].Median / all[order[0]].Exact)
	if len(all) == 1 {
		return fmt.Sprintf("the median of %s is %s the exact noise scale", names[0], ratio)
	}
	return fmt.Sprintf("the median of %s is closest to the exact noise scale, %s it", names[order[0]], ratio)
}

// numbersFinding says what the largest and the smallest number of a list are.
func numbersFinding(lists [][]float64) string {
	if len(lists) != 1 || len(lists[0]) < 2 || slices.ContainsFunc(lists[0], none) {
		return ""
	}
	least, most := slices.Min(lists[0]), slices.Max(lists[0])
	if number(least) == number(most) {
		return ""
	}
	return fmt.Sprintf("%d numbers from %s to %s", len(lists[0]), number(least), number(most))
}
