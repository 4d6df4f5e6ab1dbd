package plotting

import (
	"fmt"
	"math"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(PairedDifference)

// PairedDifference returns the figure of a paired comparison: the difference in
// loss of two methods that were sampled with the same noise, with its interval,
// and how many times as many independent runs the same interval would take.
// Where the band is clear of zero the two are told apart. The axis of the
// difference is linear around zero and logarithmic beyond. Several comparisons
// share the axes, with a colour each.
func PairedDifference(comparisons ...theory.PairedCurve) Figure {
	const more = "Runs that independent noise would take"
	last, linear := 0, math.Inf(1)
	for _, c := range comparisons {
		last, linear = max(last, lastOf(c.Steps)), min(linear, finest(c))
	}
	if math.IsInf(linear, 1) {
		linear = 0
	}
	var methods []string
	for _, c := range comparisons {
		methods = append(methods, c.Methods[:]...)
	}
	x := stepAxis(last, methods...)
	difference := Panel{X: x, Y: Axis{Label: "difference in loss", Scale: Symmetric, Linear: linear}, References: []Reference{{At: 0}}}
	savings := Panel{Title: more, X: x, Y: Axis{Label: "times as many", Scale: Log10}, References: []Reference{{At: 1}}}
	var f Figure
	names := pairedNames(comparisons)
	for i, c := range comparisons {
		steps, name, l, band := asFloats(c.Steps), names[i], orderedLook(i, len(comparisons)), grey
		savingName := name
		if band = l.color; len(comparisons) == 1 {
			name, savingName, l, band = "mean difference, with its interval", more, look{color: black}, grey
		}
		difference.Series = append(difference.Series,
			x.fromStart(Series{Name: name, Kind: KindBand, X: steps, Y: c.Low, High: c.High, Color: band}),
			x.fromStart(Series{Name: name, X: steps, Y: c.Mean, Color: l.color, Dash: l.dash, Width: 2}))
		saving := x.fromStart(countables(Series{Name: savingName, X: steps, Y: c.Saving, Color: l.color, Dash: l.dash, Width: 2}))
		if len(saving.X) > 1 {
			savings.Series = append(savings.Series, saving)
		}
		f.Notes = append(f.Notes, partialRuns(c.Methods[0]+" and "+c.Methods[1], c.Partial, c.Trials)...)
	}
	f.Title, f.Caption, f.Table = pairedWords(comparisons), pairedCaption(comparisons), pairedTable(comparisons, names)
	if len(comparisons) == 1 {
		difference.Regions = lowerRegions(comparisons[0])
	}
	if f.Panels = []Panel{difference}; len(savings.Series) > 0 {
		f.Panels = append(f.Panels, savings)
	}
	return f.found(pairedFinding(comparisons)).linked()
}

// pairedNames says which methods were compared, and on which problem if there
// are several.
func pairedNames(comparisons []theory.PairedCurve) []string {
	problems := unique(mapped(comparisons, func(c theory.PairedCurve) string { return c.Problem }))
	return table.Distinct(mapped(comparisons, func(c theory.PairedCurve) string {
		name := c.Methods[0] + " − " + c.Methods[1]
		if len(problems) > 1 {
			name += ", " + c.Problem
		}
		return name
	}))
}

func pairedWords(comparisons []theory.PairedCurve) string {
	if len(comparisons) == 1 {
		return "Loss of " + comparisons[0].Methods[0] + " minus loss of " + comparisons[0].Methods[1]
	}
	return "Differences in loss: " + common(mapped(comparisons, func(c theory.PairedCurve) string { return c.Problem }))
}

func pairedCaption(comparisons []theory.PairedCurve) string {
	var who []string
	for _, c := range comparisons {
		who = append(who, fmt.Sprintf("%s, %d runs with the same noise for both (seed %d)", c.Problem, c.Trials, c.Seed))
	}
	caption := strings.Join(unique(who), "; ") + "."
	for _, level := range unique(mapped(comparisons, func(c theory.PairedCurve) string { return fmt.Sprintf("%g%%", 100*c.Level) })) {
		caption += fmt.Sprintf(" The band is the %s interval of the expected difference at each step: where it is clear of zero, the methods are told apart.", level)
	}
	return caption
}

// lowerRegions says on which side of zero which method is lower.
func lowerRegions(c theory.PairedCurve) []Region {
	var regions []Region
	if high := highest(c.High); high > 0 {
		regions = append(regions, Region{From: 0, To: math.Inf(1), Label: "lower loss: " + c.Methods[1], Color: grey})
	}
	if low := -highest(mapped(c.Low, func(v float64) float64 { return -v })); low < 0 {
		regions = append(regions, Region{From: math.Inf(-1), To: 0, Label: "lower loss: " + c.Methods[0], Color: slate})
	}
	return regions
}

// finest returns the half-width of the narrowest interval that is not a point,
// within which zero is worth a linear axis; +Inf if there is none.
func finest(c theory.PairedCurve) float64 {
	least := math.Inf(1)
	for k := range c.Low {
		if half := (c.High[k] - c.Low[k]) / 2; half > 0 {
			least = min(least, half)
		}
	}
	return least
}

func pairedTable(comparisons []theory.PairedCurve, names []string) table.Table {
	heads := []string{"t", "mean difference", "low", "high", "verdict"}
	if len(comparisons) > 1 {
		heads = append([]string{"difference"}, heads...)
	}
	t, all := table.Text(heads...), 0
	for i, c := range comparisons {
		all += len(c.Steps)
		for _, k := range few(len(c.Steps), 6) {
			verdict := "not told apart"
			switch {
			case c.Low[k] > 0:
				verdict = c.Methods[1] + " is lower"
			case c.High[k] < 0:
				verdict = c.Methods[0] + " is lower"
			}
			row := []string{fmt.Sprint(c.Steps[k]), number(c.Mean[k]), number(c.Low[k]), number(c.High[k]), verdict}
			if len(comparisons) > 1 {
				row = append([]string{names[i]}, row...)
			}
			t.Rows = append(t.Rows, table.Texts(row...))
		}
	}
	return partOf(t, all)
}
