package plotting

import (
	"fmt"
	"math"
	"slices"

	"nqm/plotting/internal/colors"
	"nqm/theory"
)

var _ = pictures(CriticalBatches)

// CriticalBatches returns the figure of measured steps against batch size with the
// fitted T = S_min + E_min/B and its asymptotes, the critical batch sizes by each
// definition with their intervals, and below it how far the points are off.
func CriticalBatches(fits []theory.CriticalFit) Figure {
	x := Axis{Label: "batch size B", Scale: Log2}
	p, off := Panel{X: x, Y: Axis{Label: "steps to the target", Scale: Log10}}, residualPanel(x)
	f := Figure{
		Title:   "Critical batch size of measured points",
		Caption: "Points are measured, the line is T = S_min + E_min/B fitted to log T, dotted its two asymptotes, perfect scaling and no gain. Diamonds on the line: the critical batch size by each definition, with its profile interval of 95%. Below, how far the points are off: a pattern says that the law is not theirs.",
	}
	for i, fit := range fits {
		name := nth("fit", i, len(fits))
		color := black
		if len(fits) > 1 {
			color = colors.Sequence(i, len(fits))
		}
		p.Series = append(p.Series, criticalLines(fit, name, color)...)
		own := Series{Name: name, Kind: KindPoints, Color: color, Marker: markers[i%len(markers)]}
		for k, r := range fit.Residuals() {
			own.X, own.Y = append(own.X, fit.BatchSizes[k]), append(own.Y, percent(r))
		}
		off.Series = append(off.Series, own)
		t := estimatesOf(name, fit.Estimates())
		if i == 0 {
			f.Table = t
		} else {
			f.Table.Rows = slices.Concat(f.Table.Rows, t.Rows)
		}
		for _, n := range fit.Notes {
			if name != "" {
				n = name + ": " + n
			}
			f.Notes = append(f.Notes, n)
		}
	}
	f.Notes = unique(f.Notes)
	f.Panels = []Panel{p, off}
	return f.found(batchesFinding(fits)).linked()
}

// criticalLines are the points of one fit, its law, and the marks on it.
func criticalLines(fit theory.CriticalFit, name, color string) []Series {
	low, high := slices.Min(fit.BatchSizes), slices.Max(fit.BatchSizes)
	law := Series{Name: legendName("law", name), Color: color, Width: 2}
	perfect := Series{Name: "asymptotes", Color: grey, Dash: Dotted}
	level := perfect
	for k := range 81 {
		b := low * math.Pow(high/low, float64(k)/80)
		law.X, law.Y = append(law.X, b), append(law.Y, fit.At(b))
		if t := fit.MinSamples.Value / b; t >= fit.MinSteps.Value && t > 0 {
			perfect.X, perfect.Y = append(perfect.X, b), append(perfect.Y, t)
		} else if fit.MinSteps.Value > 0 {
			level.X, level.Y = append(level.X, b), append(level.Y, fit.MinSteps.Value)
		}
	}
	points := Series{Name: legendName("measured", name), Kind: KindPoints, Color: color, Marker: Circle, X: fit.BatchSizes, Y: fit.Steps}
	all := []Series{perfect, level, law}
	for i, c := range fit.Critical {
		if none(c.Value) || !(c.Value > 0) {
			continue
		}
		all = append(all, onLaw(fit, c, neutralLook(i), low, high)...)
	}
	return append(all, points)
}

// onLaw marks a batch size on the law, with its interval where both are in the picture.
func onLaw(fit theory.CriticalFit, c theory.Estimate, look look, low, high float64) []Series {
	name := fmt.Sprintf("critical, %s", c.Name)
	bar := Series{Name: name, Color: look.color, Width: 5}
	from, to := max(c.Low, low), min(c.High, high)
	for k := range 21 {
		if b := from * math.Pow(to/from, float64(k)/20); from < to {
			bar.X, bar.Y = append(bar.X, b), append(bar.Y, fit.At(b))
		}
	}
	mark := Series{Name: name, Kind: KindPoints, Marker: look.marker, Color: look.color}
	if low <= c.Value && c.Value <= high {
		mark.X, mark.Y = Values{c.Value}, Values{fit.At(c.Value)}
	}
	return []Series{bar, mark}
}

func legendName(what, of string) string {
	if of == "" {
		return what
	}
	return what + ", " + of
}
