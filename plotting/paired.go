package plotting

import (
	"fmt"
	"math"

	"nqm/theory"
)

// PairedDifference returns the figure of a paired comparison: the difference in
// loss of two methods that were sampled with the same noise, with its interval,
// and how many times as many independent runs the same interval would take.
// Where the band is clear of zero the two are told apart. The axis of the
// difference is linear around zero and logarithmic beyond.
func PairedDifference(c theory.PairedCurve) Figure {
	x := stepAxis(lastOf(c.Steps))
	steps := asFloats(c.Steps)
	const name = "mean difference, with its interval"
	difference := Panel{
		X: x, Y: Axis{Label: "difference in loss", Scale: Symmetric, Linear: finest(c)},
		Series: []Series{
			x.from(Series{Name: name, Kind: Band, X: steps, Y: c.Low, High: c.High, Color: grey}),
			x.from(Series{Name: name, X: steps, Y: c.Mean, Color: black, Width: 2}),
		},
		References: []Reference{{At: 0}},
	}
	if high := highest(c.High); high > 0 {
		difference.Regions = append(difference.Regions, Region{From: 0, To: math.Inf(1), Label: "lower loss: " + c.Methods[1], Color: skyBlue})
	}
	if low := -highest(negated(c.Low)); low < 0 {
		difference.Regions = append(difference.Regions, Region{From: math.Inf(-1), To: 0, Label: "lower loss: " + c.Methods[0], Color: orange})
	}
	f := Figure{
		Title: "Loss of " + c.Methods[0] + " minus loss of " + c.Methods[1],
		Caption: fmt.Sprintf("%s, %d runs with the same noise for both (seed %d). The band is the %g%% interval of the expected difference at each step: where it is clear of zero, the methods are told apart.",
			c.Problem, c.Trials, c.Seed, 100*c.Level),
		Panels: []Panel{difference},
		Notes:  partialRuns(c.Methods[0]+" and "+c.Methods[1], c.Partial, c.Trials),
		Table:  pairedTable(c),
	}
	const more = "Runs that independent noise would take"
	saving := x.from(countables(Series{Name: more, X: steps, Y: c.Saving, Color: black, Width: 2}))
	if len(saving.X) > 1 {
		f.Panels = append(f.Panels, Panel{
			Title: more, X: x, Y: Axis{Label: "times as many", Scale: Log10},
			Series: []Series{saving}, References: []Reference{{At: 1}},
		})
	}
	return f
}

// finest returns the half-width of the narrowest interval that is not a point,
// within which zero is worth a linear axis.
func finest(c theory.PairedCurve) float64 {
	least := math.Inf(1)
	for k := range c.Low {
		if half := (c.High[k] - c.Low[k]) / 2; half > 0 {
			least = min(least, half)
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

func highest(values []float64) float64 {
	top := math.Inf(-1)
	for _, v := range values {
		top = max(top, v)
	}
	return top
}

func negated(values []float64) []float64 {
	return mapped(values, func(v float64) float64 { return -v })
}

func lastOf(steps []int) int {
	if len(steps) == 0 {
		return 0
	}
	return steps[len(steps)-1]
}

// partialRuns is the note of sampling that was interrupted.
func partialRuns(name string, partial bool, trials int) []string {
	if !partial {
		return nil
	}
	return []string{fmt.Sprintf("Partial: an interrupt ended the sampling of %s after %d runs.", name, trials)}
}

func pairedTable(c theory.PairedCurve) Table {
	t := Table{Columns: []string{"t", "mean difference", "low", "high", "verdict"}}
	for _, k := range few(len(c.Steps), 6) {
		verdict := "not told apart"
		switch {
		case c.Low[k] > 0:
			verdict = c.Methods[1] + " is lower"
		case c.High[k] < 0:
			verdict = c.Methods[0] + " is lower"
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(c.Steps[k]), number(c.Mean[k]), number(c.Low[k]), number(c.High[k]), verdict})
	}
	return t
}
