package plotting

import (
	"fmt"
	"strconv"

	"nqm/plotting/internal/ticks"
	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(ScaleEstimators)

// ScaleEstimators returns the figure of estimators of the gradient noise scale
// beside its exact value: a bar over the central 90% of the estimates of each,
// with their median, their mean, and the quotient of the pooled averages. A bar
// off the line has a bias; a long one, spread.
func ScaleEstimators(estimates []theory.ScaleEstimates) Figure {
	estimates = told(estimates, func(e *theory.ScaleEstimates) (string, *string) { return e.Problem, &e.Estimator })
	x := Axis{Label: "simple noise scale B", Scale: Log10}
	f := Figure{
		Title:   "Estimates of the gradient noise scale: " + common(mapped(estimates, func(e theory.ScaleEstimates) string { return e.Problem })),
		Table:   estimatesTable(estimates),
		Height:  rowsHeight(len(estimates)),
		Caption: "Bars hold the central 90% of the estimates; the dashed line is the exact value. The mean of a quotient is thrown far off where its denominator comes near zero; the median and the quotient of the pooled averages are not.",
	}
	rows := make([]labelledRow, len(estimates))
	for i, e := range estimates {
		if e.Low <= 0 || e.Mean <= 0 {
			x.Scale, x.Linear = Symmetric, e.Exact
		}
		rows[i] = labelledRow{
			label: fmt.Sprintf("%s: median %s of %.3g", e.Estimator, ticks.Minus(fmt.Sprintf("%.3g", e.Median)), e.Exact),
			look:  look{color: grey}, bar: [2]float64{e.Low, e.High},
			marks: []rowMark{{"median", Circle, e.Median}, {"mean", Cross, e.Mean}, {"pooled", Halo, e.Pooled}},
		}
		if e.Negative > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf("%s: %s%% of the trials estimate |g|² as not positive.", e.Estimator, number(100*e.Negative)))
		}
	}
	f.Panels = []Panel{rowsPanel(x, rows, exactScales(estimates)...)}
	if len(estimates) > 0 {
		f.Caption += fmt.Sprintf(" %d trials (seed %d).", estimates[0].Trials, estimates[0].Seed)
	}
	return f.found(estimatorsFinding(estimates)).linked()
}

// exactScales returns a line for each exact value, which is one at one point.
func exactScales(estimates []theory.ScaleEstimates) []Reference {
	var lines []Reference
	seen := map[float64]bool{}
	for _, e := range estimates {
		if !seen[e.Exact] {
			seen[e.Exact] = true
			lines = append(lines, Reference{At: e.Exact, Vertical: true})
		}
	}
	return lines
}

func estimatesTable(estimates []theory.ScaleEstimates) table.Table {
	t := table.Text("estimator", "exact", "mean", "bias", "± error", "spread", "5%", "median", "95%", "pooled", "trials")
	for _, e := range estimates {
		row := []string{e.Estimator}
		for _, v := range []float64{e.Exact, e.Mean, e.Bias, e.BiasStdErr, e.StdDev, e.Low, e.Median, e.High, e.Pooled} {
			row = append(row, number(v))
		}
		t.Rows = append(t.Rows, table.Texts(append(row, strconv.Itoa(e.Trials))...))
	}
	return t
}
