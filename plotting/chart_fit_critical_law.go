package plotting

import (
	"fmt"
	"math"
	"slices"

	"nqm/plotting/internal/colors"
	"nqm/theory"
)

var _ = pictures(each("Critical batch size against model size", theory.CriticalLaw.String, func(theory.CriticalLaw) string { return "" }, CriticalBatchLaw))

// CriticalBatchLaw returns the figure of the critical batch size against the size of the
// model by two definitions: of each size by itself, and of the law through all sizes, which
// is followed by a quarter beyond them. Below it, how far the points are off the law. It
// panics on a law that FitCriticalLaw did not make.
func CriticalBatchLaw(l theory.CriticalLaw) Figure {
	grow := Panel{X: Axis{Label: "model size N", Scale: Log10}, Y: Axis{Label: "critical batch size B", Scale: Log10}}
	low, high := slices.Min(l.Sizes), slices.Max(l.Sizes)
	var along Values
	var fitted [][]theory.Estimate
	for k := range 20 {
		along = append(along, low*math.Pow(high/low, 1.5*float64(k)/19-0.25))
		at, err := l.At(along[k])
		if err != nil {
			panic(err)
		}
		fitted = append(fitted, at)
	}
	for i := range 2 { // the two definitions, behind S_min and E_min
		of := func(all []theory.Estimate) theory.Estimate { return all[2+i] }
		grow.Series = append(grow.Series, lawLines(along, mapped(fitted, of), l.Fits[0].Critical[i].Name, neutralLook(i))...)
	}
	for i := range 2 {
		of := func(f theory.CriticalFit) theory.Estimate { return f.Critical[i] }
		grow.Series = append(grow.Series, markedSizes(l.Sizes, mapped(l.Fits, of), l.Fits[0].Critical[i].Name, neutralLook(i))...)
	}
	return Figure{
		Title:   "Critical batch size against model size",
		Caption: "Points are the critical batch sizes of each size by itself, by two definitions; lines are T = S_min + E_min/B with S_min and E_min as powers of N, fitted to all sizes at once; bars and bands are profile intervals of 95%. Below, how far the measured steps are off: a pattern says that the law is not theirs.",
		Notes:   slices.Clone(l.Notes),
		Table:   estimatesOf("", l.Exponents),
		Panels:  []Panel{orWords(grow), orWords(offTheLaw(l))},
	}.found(criticalFinding(l.Exponents[2])).linked()
}

// lawLines are a number along x with its band, in parts where the data bound them.
func lawLines(x Values, along []theory.Estimate, name string, l look) []Series {
	var value, low, high Values
	for _, e := range along {
		gap := math.NaN()
		v, from, to := e.Value, e.Low, e.High
		if none(v) || v == 0 {
			v = gap
		}
		if e.IsOpen() {
			from, to = gap, gap
		}
		value, low, high = append(value, v), append(low, from), append(high, to)
	}
	var all []Series
	for _, at := range stretches(low) {
		all = append(all, Series{Name: name, Kind: KindBand, X: x[at[0]:at[1]], Y: low[at[0]:at[1]], High: high[at[0]:at[1]], Color: l.color})
	}
	for _, at := range stretches(value) {
		all = append(all, Series{Name: name, X: x[at[0]:at[1]], Y: value[at[0]:at[1]], Color: l.color, Dash: l.dash, Width: 2})
	}
	return all
}

// markedSizes are the numbers of each size by itself, with bars where the data bound them.
func markedSizes(sizes []float64, own []theory.Estimate, name string, l look) []Series {
	marks := Series{Name: name, Kind: KindPoints, Color: l.color, Marker: l.marker}
	var all []Series
	for k, e := range own {
		if none(e.Value) || e.Value == 0 {
			continue
		}
		marks.X, marks.Y = append(marks.X, sizes[k]), append(marks.Y, e.Value)
		if !e.IsOpen() {
			all = append(all, Series{Name: name, X: Values{sizes[k], sizes[k]}, Y: Values{e.Low, e.High}, Color: l.color})
		}
	}
	if len(marks.X) > 0 {
		all = append(all, marks)
	}
	return all
}

// criticalFinding says how the critical batch size changes with the size, if the interval does.
func criticalFinding(e theory.Estimate) string {
	switch {
	case e.Low > 0:
		return fmt.Sprintf("the critical batch size grows as N^%.2f (%.2f to %.2f)", e.Value, e.Low, e.High)
	case e.High < 0:
		return fmt.Sprintf("the critical batch size falls as N^%.2f (%.2f to %.2f)", e.Value, e.Low, e.High)
	}
	return ""
}

// offTheLaw is how far the points of each size are off.
func offTheLaw(l theory.CriticalLaw) Panel {
	p := residualPanel(Axis{Label: "batch size B", Scale: Log2})
	residuals, err := l.Residuals()
	if err != nil {
		panic(err)
	}
	for i, own := range l.Fits {
		s := Series{Name: "N = " + number(l.Sizes[i]), Kind: KindPoints, Marker: markers[i%len(markers)], Color: colors.Sequence(i, len(l.Fits)), X: own.BatchSizes}
		for _, r := range residuals[:len(own.Steps)] {
			s.Y = append(s.Y, percent(r))
		}
		residuals = residuals[len(own.Steps):]
		p.Series = append(p.Series, s)
	}
	return p
}
