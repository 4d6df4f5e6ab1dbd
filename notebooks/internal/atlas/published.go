package atlas

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
)

// What the notebook that the paper's authors published gives, recomputed with
// it: 100 bins, the best of 100 learning rates and, for momentum, 20 momenta;
// and its schedules.
var (
	//go:embed published.json
	publishedSteps []byte
	//go:embed published-schedules.json
	publishedSchedules []byte
)

// comparisons are the figures that hold the published numbers against exact ones.
var comparisons = []Figure{
	{"published-against-exact", "published steps to loss 0.01 against tuned settings, in the published bins and on the exact spectrum", publishedAgainstExact},
}

func embedded(data []byte) nqmkit.Table {
	var t nqmkit.Table
	if err := json.Unmarshal(data, &t); err != nil {
		panic(fmt.Errorf("atlas: %w", err))
	}
	return t
}

// compared is one published point with what it becomes, one cause at a time.
type compared struct {
	Method    string
	Power     float64
	BatchSize float64
	Published int
	// Checked is how many steps the published settings really take in the
	// published bins, -1 if they never come to the target.
	Checked int
	Tuned   theory.Tuned // the best settings in the published bins
	Exact   theory.Tuned // the best settings on the exact spectrum
}

func comparePublished() []compared {
	t := embedded(publishedSteps)
	powers, batches, steps := t.Numbers("power"), t.Numbers("batch_size"), t.Numbers("steps")
	alphas, betas := t.Numbers("learning_rate"), t.Numbers("momentum")
	binned, exact := nqmkit.PublishedBins(dimension, bins), nqmkit.PowerLaw(dimension, 1)
	rows := make([]float64, len(steps))
	for i := range rows {
		rows[i] = float64(i)
	}
	return nqmkit.Sweep("published point", rows, func(row float64) compared {
		i := int(row)
		c := compared{Method: fmt.Sprint(t.Rows[i][0]), Power: powers[i], BatchSize: batches[i], Published: int(steps[i])}
		free := nqmkit.SGD(nqmkit.Free)
		if c.Method != "SGD" {
			free = nqmkit.Momentum(nqmkit.Free, nqmkit.Free)
		}
		free = free.Precondition(c.Power).Batch(c.BatchSize)
		c.Checked = nqmkit.StepsToTarget(binned, target, nqmkit.Momentum(alphas[i], betas[i]).Precondition(c.Power).Batch(c.BatchSize)).Steps
		c.Tuned, c.Exact = nqmkit.Tune(binned, target, free), nqmkit.Tune(exact, target, free)
		return c
	}).Results
}

// The causes of a difference, each as the share of steps that it takes away
// or adds.
func (c compared) counting() float64 { return change(c.Published, c.Checked) }
func (c compared) grid() float64     { return change(c.Checked, c.Tuned.Steps.Steps) }
func (c compared) binning() float64  { return change(c.Tuned.Steps.Steps, c.Exact.Steps.Steps) }

func change(from, to int) float64 {
	if from < 0 || to < 0 {
		return math.Inf(1)
	}
	return float64(to)/float64(from) - 1
}

func publishedAgainstExact() drawn {
	all := comparePublished()
	f := plotting.Figure{
		Subtitle: fmt.Sprintf("Steps to loss %g over the published ones", target),
		Caption:  fmt.Sprintf("Fewest steps to loss %g over those of the published grid of settings, at each batch size. In the same 100 bins the difference is the grid; on the exact spectrum the bins come to it.", target),
		Columns:  2,
	}
	for _, power := range []float64{0, 0.5} {
		panel := plotting.Panel{Title: fmt.Sprintf("power %g", power), X: plotting.Axis{Label: "batch size B", Scale: plotting.Log2},
			Y: plotting.Axis{Label: "steps over published", Min: 0.82, Max: 1.02}, References: []plotting.Reference{{At: 1}}}
		for _, method := range []string{"SGD", "momentum"} {
			binned, exact := line(method, method+", 100 bins", nil, nil), line(method, method+", exact spectrum", nil, nil)
			binned.Dash, exact.Dash = plotting.Dashed, plotting.Solid
			for _, c := range all {
				if c.Method == method && c.Power == power {
					binned.X, exact.X = append(binned.X, c.BatchSize), append(exact.X, c.BatchSize)
					binned.Y = append(binned.Y, 1+change(c.Published, c.Tuned.Steps.Steps))
					exact.Y = append(exact.Y, 1+change(c.Published, c.Exact.Steps.Steps))
				}
			}
			panel.Series = append(panel.Series, inLegend(binned), inLegend(exact))
		}
		f.Panels = append(f.Panels, panel)
	}
	fewest, most := math.Inf(1), math.Inf(-1)
	for _, c := range all {
		ratio := 1 + change(c.Published, c.Tuned.Steps.Steps)
		fewest, most = min(fewest, ratio), max(most, ratio)
	}
	f.Title = fmt.Sprintf("The best settings take %.3g to %.3g of the published steps, in the same bins", fewest, most)
	return drawn{f, comparisonTable(all)}
}

func comparisonTable(all []compared) nqmkit.Table {
	var t nqmkit.Table
	for _, name := range []string{"method", "power", "batch_size", "published_steps", "published_settings_steps",
		"tuned_in_bins_steps", "tuned_exact_steps", "change_by_counting", "change_by_grid", "change_by_bins",
		"learning_rate", "momentum", "loss_at_steps", "loss_before", "best_before"} {
		unit := map[string]string{"batch_size": "examples", "learning_rate": "1/curvature"}[name]
		t.Columns = append(t.Columns, nqmkit.Column{Name: name, Unit: unit})
	}
	for _, c := range all {
		s := c.Exact.Steps
		t.Rows = append(t.Rows, []any{c.Method, c.Power, c.BatchSize, c.Published, c.Checked,
			c.Tuned.Steps.Steps, s.Steps, c.counting(), c.grid(), c.binning(),
			c.Exact.Optimizer.LearningRate, c.Exact.Optimizer.Momentum, s.Loss, s.Before, c.Exact.BestBefore})
	}
	return t
}
