package plotting

import (
	"fmt"
	"math"
	"slices"

	"nqm/plotting/internal/colors"
	"nqm/theory"
)

var _ = pictures(FittedRuns)

// FittedRuns returns the figure of a noisy quadratic system fitted to runs: measured
// against fitted loss, how far each run is off against its steps, and the table of the
// parameters with their intervals. Notes say what the runs leave open.
func FittedRuns(fits []theory.RunsFit) Figure {
	loss := Panel{Title: "Measured against fitted", X: Axis{Label: "fitted loss", Scale: Log10}, Y: Axis{Label: "measured loss", Scale: Log10}}
	off := residualPanel(Axis{Label: "steps K", Scale: Log10})
	off.Title = "How far off"
	f := Figure{
		Title:   "Noisy quadratic system fitted to runs",
		Caption: "Left, measured against fitted loss: on the line the law is right. Right, the same in percent against the steps of a run, a symbol for each size of model: a pattern is what the law misses. The table has the parameters with profile intervals of 95%.",
		Columns: 2,
	}
	low, high := math.Inf(1), 0.0
	for i, fit := range fits {
		name := nth("fit", i, len(fits))
		for _, s := range bySize(fit, name, colors.Sequence(i, max(len(fits), 2))) {
			loss.Series = append(loss.Series, s.against)
			off.Series = append(off.Series, s.off)
		}
		for _, r := range fit.Residuals() {
			low, high = min(low, r.Fitted, r.Observed), max(high, r.Fitted, r.Observed)
		}
		t := estimatesOf(name, fit.Estimates())
		if i == 0 {
			f.Table = t
		} else {
			f.Table.Rows = slices.Concat(f.Table.Rows, t.Rows)
		}
		f.Notes = append(f.Notes, fmt.Sprintf("%sΣ ½ (log loss - log law)² = %.6g over %d runs, %.2f%% a run.", legendPrefix(name), fit.Sum, len(fit.Runs), 100*fit.Misfit))
		for _, n := range fit.Notes {
			f.Notes = append(f.Notes, legendPrefix(name)+n)
		}
	}
	loss.Series = append([]Series{{Name: "the law", X: Values{low, high}, Y: Values{low, high}, Color: grey, Dash: Dashed}}, loss.Series...)
	f.Panels = []Panel{orWords(loss), orWords(off)}
	return f
}

func legendPrefix(name string) string {
	if name == "" {
		return ""
	}
	return name + ": "
}

// sized are the runs of one size of model.
type sized struct{ against, off Series }

// mostSizes is how many sizes have a symbol of their own.
const mostSizes = 12

// bySize are the runs of a fit, from small models to large ones.
func bySize(fit theory.RunsFit, name, color string) []sized {
	var sizes []float64
	for _, r := range fit.Runs {
		sizes = append(sizes, r.Size)
	}
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	residuals, all := fit.Residuals(), []sized{}
	groups := make([][]float64, 0, len(sizes))
	for _, n := range sizes {
		if len(sizes) > mostSizes && len(groups) == 1 {
			groups[0] = append(groups[0], n)
			continue
		}
		groups = append(groups, []float64{n})
	}
	for g, of := range groups {
		s := Series{Name: legendName(fmt.Sprintf("N = %.3g", of[0]), name), Kind: Points, Marker: markers[g%len(markers)], Color: colors.Ramp(color, float64(g)/float64(max(len(groups)-1, 1)))}
		if len(of) > 1 {
			s.Name = legendName("runs", name)
		}
		pair := sized{s, s}
		for k, r := range fit.Runs {
			if slices.Contains(of, r.Size) {
				pair.against.X, pair.against.Y = append(pair.against.X, residuals[k].Fitted), append(pair.against.Y, r.Loss)
				pair.off.X, pair.off.Y = append(pair.off.X, float64(r.Steps)), append(pair.off.Y, percent(residuals[k]))
			}
		}
		all = append(all, pair)
	}
	return all
}
