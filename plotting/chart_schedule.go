package plotting

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(Schedules)

var _ = numbers(func(s theory.BestRates) swept {
	return swept{s.Loss, "lowest loss found", s.Family, fmt.Sprintf("Lowest loss found of %d learning rates: %s", len(s.Lengths), s.Problem)}
})

// Schedules returns the figure of best learning-rate schedules: the rate
// against the step as stairs, one line for each result, dark to light in their
// order. Runs of very different lengths are drawn against the part of the run
// that is over. The grey line is the stability limit 2/max h^(1-p).
func Schedules(results []theory.BestRates) Figure {
	results = slices.DeleteFunc(slices.Clone(results), func(s theory.BestRates) bool { return len(s.Lengths) == 0 })
	panel := Panel{Y: Axis{Label: "learning rate α", Scale: Log10}}
	part := false
	panel.X, part = runAxis(results)
	names := scheduleNames(results)
	palette := newPalette(mapped(results, func(s theory.BestRates) string { return s.Family }))
	for i, s := range results {
		line := stairsOf(s.Lengths, s.LearningRates)
		if part {
			for k := range line.X {
				line.X[k] /= float64(s.Steps)
			}
		}
		line.Name, line.Width = names[i], 1.8
		l := palette.next(s.Family)
		line.Color, line.Dash = l.color, l.dash
		panel.Series = append(panel.Series, line)
	}
	panel.References = limits(results)
	return Figure{
		Title:   "Best learning rates: " + common(mapped(results, func(s theory.BestRates) string { return s.Problem })),
		Caption: scheduleCaption(results),
		Panels:  []Panel{panel},
		Table:   schedulesTable(results, names),
	}.found(schedulesFinding(results, names)).linked()
}

var _ = pictures(scheduleSteps)

var _ = numbers(func(s theory.ScheduleSteps) swept {
	return swept{stepsOrNone(s.Outcome, s.Steps), "steps to target, best schedule found", s.Family, fmt.Sprintf("Fewest steps found of a schedule to loss %g: %s", s.Target, s.Problem)}
})

// SchedulesToTarget returns the figure of Schedules for the fewest steps to a
// target, with the certificates as its numbers. Results without a schedule
// are in the table alone.
func SchedulesToTarget(results []theory.ScheduleSteps) Figure {
	var found []theory.BestRates
	for _, s := range results {
		found = append(found, s.Schedule)
	}
	f := Schedules(found)
	f.Table = table.Text("batch size", "power", "steps T", "L(T)", "L(T-1)", "samples", "outcome")
	targets := map[float64]bool{}
	for _, s := range results {
		targets[s.Target] = true
		o := s.Schedule.Optimizer
		row := []string{number(batchIn(o)), number(o.Power), "", number(s.Loss), number(s.Before), "", s.Outcome.String()}
		if s.Outcome == theory.Reached {
			row[2], row[5] = fmt.Sprint(s.Steps), number(s.Samples())
		}
		f.Table.Rows = append(f.Table.Rows, table.Texts(row...))
	}
	f.Title, f.Subtitle = f.about(), ""
	if len(targets) == 1 {
		f.Title += fmt.Sprintf(", to loss %g", results[0].Target)
	}
	f.Caption += " T is the fewest steps to the target that were found; no schedule was found that reaches it in T-1."
	if len(found) == 1 {
		f = f.found(stairsFinding("learning rate", found[0].LearningRates))
	} else {
		f = f.found(fewestFinding(results, scheduleNames(found)))
	}
	return f.linked()
}

// scheduleSteps is SchedulesToTarget where there is a schedule to draw; the error
// has the answers otherwise.
func scheduleSteps(results []theory.ScheduleSteps) (Figure, error) {
	for _, s := range results {
		if len(s.Schedule.Lengths) > 0 {
			return SchedulesToTarget(results), nil
		}
	}
	return Figure{}, fmt.Errorf("plotting: no schedule to draw: %v", results)
}

var _ = pictures(BatchSchedules)

var _ = numbers(func(s theory.BestBatches) swept {
	return swept{s.Loss, "lowest loss found", s.Family, fmt.Sprintf("Lowest loss found of %d batch sizes: %s", len(s.Lengths), s.Problem)}
})

// BatchSchedules returns the figure of best batch-size schedules: the batch size
// against the samples used, as stairs. The caption says how far they are
// proved.
func BatchSchedules(results []theory.BestBatches) Figure {
	panel := Panel{X: Axis{Label: "samples used"}, Y: Axis{Label: "batch size B", Scale: Log2}}
	tail := tails(mapped(results, func(s theory.BestBatches) string { return s.Problem }))
	var names []string
	t := table.Text("learning rate", "samples", "steps", "B at first", "B at last", "loss", "bound")
	palette := newPalette(mapped(results, func(s theory.BestBatches) string { return s.Family }))
	for _, s := range results {
		line := stairsOf(samplesIn(s.Lengths, s.BatchSizes), s.BatchSizes)
		line.Name = fmt.Sprintf("%s α=%.3g, %d steps", s.Family, s.LearningRate, s.Steps) + tail(s.Problem)
		l := palette.next(s.Family)
		line.Width, line.Color, line.Dash = 1.8, l.color, l.dash
		names = append(names, line.Name)
		panel.Series = append(panel.Series, line)
		t.Rows = append(t.Rows, table.Texts(number(s.LearningRate), number(s.Samples), fmt.Sprint(s.Steps),
			number(s.BatchSizes[0]), number(s.BatchSizes[len(s.BatchSizes)-1]), number(s.Loss), number(s.Bound)))
	}
	labelEnds(panel.Series)
	return Figure{
		Title:   "Best batch sizes: " + common(mapped(results, func(s theory.BestBatches) string { return s.Problem })),
		Caption: batchCaption(results),
		Panels:  []Panel{panel},
		Table:   t,
	}.found(batchSchedulesFinding(results, names)).linked()
}

// batchCaption says how far the worst is proved.
func batchCaption(results []theory.BestBatches) string {
	text := "Batch sizes for the samples given, with a constant learning rate."
	if len(results) > 0 {
		worst := slices.MaxFunc(results, func(a, b theory.BestBatches) int { return cmp.Compare(a.Gap(), b.Gap()) })
		text += " The expected loss at the end is " + worst.Proved() + "."
	}
	return text + " Stairs hold until the next change."
}

var _ = pictures(each("What schedules buy", func(c theory.ScheduleComparison) string { return c.Problem },
	func(c theory.ScheduleComparison) string { return fmt.Sprintf("%g samples", c.Samples) }, ScheduleComparison))

// ScheduleComparison returns the figure of what schedules of the learning rate
// and of the batch size buy: both settings of both, against the samples used.
func ScheduleComparison(c theory.ScheduleComparison) Figure {
	batch := batchIn(c.Rates.Optimizer)
	rates := fmt.Sprintf("best rates, %d steps", c.Rates.Steps)
	batches := fmt.Sprintf("best batch sizes, %d steps", c.Batches.Steps)
	axis := Axis{Label: "samples used", Max: c.Samples}
	line := func(name string, batchSizes, y []float64, lengths []int) Series {
		s := stairsOf(samplesIn(lengths, batchSizes), y)
		l := neutralLook(0)
		if name == batches {
			l = neutralLook(1)
		}
		s.Name, s.Width, s.Color, s.Dash = name, 2, l.color, l.dash
		return s
	}
	constant := func(v float64, n int) []float64 { return slices.Repeat([]float64{v}, n) }
	n, m := len(c.Rates.Lengths), len(c.Batches.Lengths)
	return Figure{
		Title:   fmt.Sprintf("What schedules buy with %g samples: %s", c.Samples, c.Problem),
		Caption: comparisonCaption(c),
		Columns: 2,
		Panels: []Panel{
			{Title: "learning rate", X: axis, Y: Axis{Label: "learning rate α", Scale: Log10}, Series: []Series{
				line(rates, constant(batch, n), c.Rates.LearningRates, c.Rates.Lengths),
				line(batches, c.Batches.BatchSizes, constant(c.Batches.LearningRate, m), c.Batches.Lengths)},
				References: []Reference{{At: c.Rates.Limit, Label: "stability limit"}}},
			{Title: "batch size", X: axis, Y: Axis{Label: "batch size B", Scale: Log2}, Series: []Series{
				line(rates, constant(batch, n), constant(batch, n), c.Rates.Lengths),
				line(batches, c.Batches.BatchSizes, c.Batches.BatchSizes, c.Batches.Lengths)}},
		},
		Table: comparisonTable(c),
	}.found(buysFinding(c)).linked()
}

func comparisonCaption(c theory.ScheduleComparison) string {
	text := fmt.Sprintf("Lowest expected loss found for %g samples on each side: a learning rate that falls, or a batch size that grows. Either does alike where α h is small; the batch size takes fewer steps.", c.Samples)
	if c.Samples != c.Given {
		text += fmt.Sprintf(" Of the %g samples given, the whole steps of B=%s use %g.", c.Given, table.InFull(batchIn(c.Rates.Optimizer)), c.Samples)
	}
	return text
}

func comparisonTable(c theory.ScheduleComparison) table.Table {
	t := table.Text("schedule", "steps", "samples", "loss")
	for _, row := range []struct {
		name, steps   string
		samples, loss float64
	}{
		{"one learning rate", fmt.Sprint(c.Rate.Steps), c.Rate.Samples(), c.Rate.Loss},
		{fmt.Sprintf("%d learning rates", len(c.Rates.Lengths)), fmt.Sprint(c.Rates.Steps), c.Rates.Samples(), c.Rates.Loss},
		{"one batch size", fmt.Sprint(c.Batch.Steps), c.Batch.Samples, c.Batch.Loss},
		{fmt.Sprintf("%d batch sizes", len(c.Batches.Lengths)), fmt.Sprint(c.Batches.Steps), c.Batches.Samples, c.Batches.Loss},
		{"Bayes bound", "", c.Samples, c.Bayes},
	} {
		t.Rows = append(t.Rows, table.Texts(row.name, row.steps, number(row.samples), number(row.loss)))
	}
	return t
}

// stairsOf returns a step line over pieces of the given lengths.
func stairsOf[L int | float64](lengths []L, y []float64) Series {
	s := Series{Kind: KindStep}
	var x float64
	for k, n := range lengths {
		s.X, s.Y = append(s.X, x), append(s.Y, y[k])
		x += float64(n)
	}
	s.X, s.Y = append(s.X, x), append(s.Y, y[len(y)-1])
	return s
}

// samplesIn returns the samples of each piece.
func samplesIn(lengths []int, batchSizes []float64) []float64 {
	samples := make([]float64, len(lengths))
	for k, n := range lengths {
		samples[k] = float64(n) * batchSizes[k]
	}
	return samples
}

// alike is by how much lengths of runs may differ on one axis of steps.
const alike = 2

// runAxis returns the axis of steps, or of the part of the run.
func runAxis(results []theory.BestRates) (a Axis, part bool) {
	shortest, longest := math.MaxInt, 0
	for _, s := range results {
		shortest, longest = min(shortest, s.Steps), max(longest, s.Steps)
	}
	if longest/alike > shortest {
		return Axis{Label: "part of the run, t/T", Max: 1}, true
	}
	return Axis{Label: "steps t", Max: float64(longest)}, false
}

// scheduleNames says in what the results differ.
func scheduleNames(results []theory.BestRates) []string {
	differ := func(what func(s theory.BestRates) float64) bool {
		return slices.ContainsFunc(results, func(s theory.BestRates) bool { return what(s) != what(results[0]) })
	}
	power := differ(func(s theory.BestRates) float64 { return s.Optimizer.Power })
	steps := differ(func(s theory.BestRates) float64 { return float64(s.Steps) })
	pieces := differ(func(s theory.BestRates) float64 { return float64(len(s.Lengths)) })
	family := func(s theory.BestRates) string { return strings.TrimPrefix(s.Family, "preconditioned ") } // the power says so
	families := unique(mapped(results, family))
	names := make([]string, len(results))
	tail := tails(mapped(results, func(s theory.BestRates) string { return s.Problem }))
	for i, s := range results {
		names[i] = "B=" + table.InFull(batchIn(s.Optimizer))
		if len(families) > 1 || len(results) == 1 {
			names[i] = family(s) + ", " + names[i]
		}
		if power {
			names[i] += fmt.Sprintf(", p=%g", s.Optimizer.Power)
		}
		if pieces {
			names[i] += fmt.Sprintf(", %d pieces", len(s.Lengths))
		}
		if steps {
			names[i] += fmt.Sprintf(", T=%d", s.Steps)
		}
		names[i] += tail(s.Problem)
	}
	return names
}

// batchIn is the batch size of an optimizer without a schedule of it.
func batchIn(o theory.Optimizer) float64 {
	if o.BatchSize == 0 {
		return 1
	}
	return o.BatchSize
}

// limits are the stability limits, each once.
func limits(results []theory.BestRates) []Reference {
	var lines []Reference
	for _, s := range results {
		r := Reference{At: s.Limit, Label: "stability limit"}
		if s.Optimizer.Power != 0 {
			r.Label += fmt.Sprintf(", p=%g", s.Optimizer.Power)
		}
		if !slices.ContainsFunc(lines, func(l Reference) bool { return l.At == r.At }) {
			lines = append(lines, r)
		}
	}
	return lines
}

func scheduleCaption(results []theory.BestRates) string {
	text := "Learning rates of the lowest expected loss that was found under the stability limit, constant in each piece."
	held := 0
	for _, s := range results {
		held = max(held, s.AtLimit)
	}
	if held > 0 {
		text += " Rates on the grey line would rather be larger."
	}
	return text
}

func schedulesTable(results []theory.BestRates, names []string) table.Table {
	t := table.Text("schedule", "steps", "pieces", "loss", "largest α", "last α", "at the limit", "residual")
	for i, s := range results {
		t.Rows = append(t.Rows, table.Texts(names[i], fmt.Sprint(s.Steps), fmt.Sprint(len(s.Lengths)), number(s.Loss),
			number(slices.Max(s.LearningRates)), number(s.LearningRates[len(s.LearningRates)-1]), fmt.Sprint(s.AtLimit), fmt.Sprintf("%.0e", s.Residual)))
	}
	return t
}
