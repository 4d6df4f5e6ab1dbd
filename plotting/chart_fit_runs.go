package plotting

import (
	"fmt"
	"math"
	"slices"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
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
	return f.found(runsFinding(fits)).linked()
}

func legendPrefix(name string) string {
	if name == "" {
		return ""
	}
	return name + ": "
}

var _ = pictures(HeldOutRuns)

// HeldOutRuns returns the figure of laws that were fitted to some runs and predict others:
// how far each hidden run is off against its steps, and how far each law is off on what it
// saw and on what it did not.
func HeldOutRuns(laws []theory.HeldOut) Figure {
	panel := residualPanel(Axis{Label: "steps K", Scale: Log10})
	f := Figure{
		Title:   "Runs that no law had seen",
		Caption: "How far the loss of each hidden run is off, in percent of what a law predicted that was fitted to the others. A law with more numbers fits better; it is better where it predicts better.",
		Table:   table.Text("law", "runs fitted", "off by", "runs hidden", "off by, hidden"),
	}
	for i, h := range laws {
		s := Series{Name: h.Law, Kind: KindPoints, Marker: markers[i%len(markers)], Color: colors.Sequence(i, max(len(laws), 2))}
		for k, r := range h.Residuals() {
			s.X, s.Y = append(s.X, float64(h.Runs[k].Steps)), append(s.Y, percent(r))
		}
		panel.Series = append(panel.Series, s)
		f.Table.Rows = append(f.Table.Rows, table.Texts(h.Law, fmt.Sprint(h.Fitted), fmt.Sprintf("%.2f%%", 100*h.Misfit), fmt.Sprint(len(h.Runs)), fmt.Sprintf("%.2f%%", 100*h.Off())))
	}
	f.Panels = []Panel{orWords(panel)}
	return f.found(heldOutFinding(laws)).linked()
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
		s := Series{Name: legendName(fmt.Sprintf("N = %.3g", of[0]), name), Kind: KindPoints, Marker: markers[g%len(markers)], Color: colors.Ramp(color, float64(g)/float64(max(len(groups)-1, 1)))}
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
