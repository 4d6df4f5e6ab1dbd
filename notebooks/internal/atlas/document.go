package atlas

import (
	"fmt"
	"math"
	"strings"

	"nqm/nqmkit"
	"nqm/theory"
)

// document is the comparison with the published numbers as Markdown, point by
// point, with the cause of each difference.
func document() string {
	var b strings.Builder
	b.WriteString(`# Published numbers and exact ones

The paper's authors published a notebook with its experiments on the noisy quadratic model. Here are its numbers of steps to loss 0.01 (h = 1/i, C = H, θ(0) ~ N(0, I), d = 10000), and what becomes of them as one cause of error after the other is taken away. Everything but the column *published* is computed by nqm, and certified: the loss is at or below the target at the step given, and above it one step before.

This page is written by

    go test ./notebooks/internal/atlas -run Document -update

## Fixed settings

- *published*: the best of 100 learning rates (momentum: of 2000 pairs), on a spectrum in 100 bins.
- *checked*: the steps that the published settings really take in these bins. The published search returns the last step that misses the target, so that one step more is the rule. It also assumes that the loss falls with every step, which is wrong under momentum, and adds 1e-8 to a denominator of SGD's loss, which counts at small batch sizes.
- *tuned*: the fewest steps in the same bins, with settings chosen continuously. What it saves is the price of the grid.
- *exact*: the fewest steps on all 10000 eigenvalues. The rest is the price of the bins, in which every eigenvalue is lowered to the next bin.

One column names each cause that changes the number by more than 1%. The last one says how it is known that no settings take fewer steps than *tuned* and *exact*: *proved* for every learning rate under the limit of stability, by branch and bound (` + "`theory.Prove`" + `), or *searched* over the learning rate and momentum together.

| method | power | batch size | published | checked | tuned | exact | exact against published | causes above 1% | tuned and exact are the fewest |
|---|---|---|---|---|---|---|---|---|---|
`)
	for _, c := range comparePublished() {
		fmt.Fprintf(&b, "| %s | %g | %.0f | %d | %d | %d | %d | %s | %s | %s |\n", c.Method, c.Power, c.BatchSize,
			c.Published, c.Checked, c.Tuned.Steps.Steps, c.Exact.Steps.Steps, percent(change(c.Published, c.Exact.Steps.Steps)), c.causes(), c.optimality())
	}
	b.WriteString(`
## Schedules

Piecewise-constant learning rates, the best that a search found. The published search ends at the last length of a piece that misses the target, so that its true answer is one step a piece more (*checked*), and its runs are whole multiples of the number of pieces. Where a published number is too low, no schedule was found that reaches the target in *checked* steps: the published formula adds 1e-8 to a denominator, which makes the noise of flat directions smaller than it is.

| pieces | power | batch size | published | checked | tuned | exact | exact against published | causes above 1% |
|---|---|---|---|---|---|---|---|---|
`)
	for _, c := range compareSchedules() {
		fmt.Fprintf(&b, "| %d | %g | %.0f | %d | %d | %d | %d | %s | %s |\n", c.Pieces, c.Power, c.BatchSize,
			c.Published, c.checked(), c.Tuned.Steps, c.Exact.Steps, percent(change(c.Published, c.Exact.Steps)), c.causes())
	}
	return b.String()
}

func percent(v float64) string { return fmt.Sprintf("%+.1f%%", 100*v) }

// optimality says how it is known that neither number can be less.
func (c compared) optimality() string {
	if a, b := c.Tuned.Optimality(), c.Exact.Optimality(); a != b {
		return a + ", " + b
	}
	return c.Exact.Optimality()
}

// causes names what changes the number by more than 1%.
func (c compared) causes() string {
	return above1(cause{"counting", c.counting()}, cause{"grid", c.grid()}, cause{"bins", c.binning()})
}

// cause is why a number changes, and by which share.
type cause struct {
	name  string
	share float64
}

func above1(causes ...cause) string {
	var parts []string
	for _, c := range causes {
		if math.Abs(c.share) > 0.01 {
			parts = append(parts, c.name+" "+percent(c.share))
		}
	}
	return strings.Join(parts, ", ")
}

// comparedSchedule is a published schedule beside the best ones.
type comparedSchedule struct {
	Pieces       int
	Power        float64
	BatchSize    float64
	Published    int
	Tuned, Exact theory.ScheduleSteps
}

// checked is the published number with the step a piece that is missing.
func (c comparedSchedule) checked() int { return c.Published + c.Pieces }

func (c comparedSchedule) causes() string {
	if c.Tuned.Steps > c.checked() {
		return "published too low"
	}
	return above1(cause{"counting", change(c.Published, c.checked())}, cause{"whole pieces", change(c.checked(), c.Tuned.Steps)},
		cause{"bins", change(c.Tuned.Steps, c.Exact.Steps)})
}

func compareSchedules() []comparedSchedule {
	t := embedded(publishedSchedules)
	pieces, powers, batches, steps := t.Numbers("pieces"), t.Numbers("power"), t.Numbers("batch_size"), t.Numbers("steps")
	binned, exact := nqmkit.PublishedBins(dimension, bins), nqmkit.PowerLaw(dimension, 1)
	rows := make([]float64, len(steps))
	for i := range rows {
		rows[i] = float64(i)
	}
	return nqmkit.Sweep("published schedule", rows, func(row float64) comparedSchedule {
		i := int(row)
		m := nqmkit.SGD(1).Precondition(powers[i]).Batch(batches[i])
		return comparedSchedule{int(pieces[i]), powers[i], batches[i], int(steps[i]),
			nqmkit.ScheduleToTarget(binned, target, m, int(pieces[i])), nqmkit.ScheduleToTarget(exact, target, m, int(pieces[i]))}
	}).Results
}
