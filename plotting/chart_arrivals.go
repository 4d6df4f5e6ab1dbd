package plotting

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(TimeToTarget)

var _ = numbers(func(s theory.SampledSteps) swept {
	median := math.Inf(1)
	if t, ok := s.Quantile(0.5); ok {
		median = float64(t)
	}
	return swept{median, "median of the steps to target", s.Family, fmt.Sprintf("Median steps to loss %g: %s", s.Target, s.Problem)}
})

// TimeToTarget returns the figure of how many steps sampled runs take to a
// target: for each method the share of its runs that have arrived, a stair that
// ends below one where runs were late or overflowed. The answers for the expected
// loss, where they are given, are rings on the stairs of their methods: most
// runs arrive earlier, because the first lucky step counts.
func TimeToTarget(samples []theory.SampledSteps, expected ...theory.Steps) Figure {
	plain := samples
	samples = told(samples, func(s *theory.SampledSteps) (string, *string) { return s.Problem, &s.Method })
	palette := newPalette(mapped(samples, func(s theory.SampledSteps) string { return s.Family }))
	p := Panel{X: arrivalAxis(samples, expected), Y: Axis{Label: "share of runs arrived", Max: 1}}
	t := table.Text("method", "runs", "5%", "median", "95%", "late", "overflowed")
	f := Figure{Title: "Steps to " + targetWords(mapped(samples, func(s theory.SampledSteps) float64 { return s.Target })) + ", run by run: " +
		common(mapped(samples, func(s theory.SampledSteps) string { return s.Problem }))}
	for _, s := range samples {
		l := palette.next(s.Family)
		p.Series = append(p.Series, arrived(s, l, p.X))
		row := []string{s.Method, strconv.Itoa(s.Trials)}
		for _, q := range []float64{0.05, 0.5, 0.95} {
			cell := "–"
			if t, ok := s.Quantile(q); ok {
				cell = strconv.Itoa(t)
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, table.Texts(append(row, strconv.Itoa(s.Late), strconv.Itoa(s.Diverged))...))
		if s.Late > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf("%s: %d of %d runs were still above the target after %d steps.", s.Method, s.Late, s.Trials, s.Limit))
		}
		if s.Diverged > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf("%s: %d of %d runs overflowed.", s.Method, s.Diverged, s.Trials))
		}
		f.Notes = append(f.Notes, partialRuns(s.Method, s.Partial, s.Trials)...)
	}
	labelEnds(p.Series)
	rings := Series{Name: "the expected loss arrives", Kind: KindPoints, Marker: Halo, Color: black}
	for _, e := range expected {
		k := slices.IndexFunc(plain, func(s theory.SampledSteps) bool { return s.Method == e.Method && s.Problem == e.Problem })
		if k < 0 { // as of a spectrum for its rotated problem
			k = slices.IndexFunc(plain, func(s theory.SampledSteps) bool { return s.Method == e.Method })
		}
		if k < 0 || e.Outcome != theory.Reached || !p.X.Scale.shows(float64(e.Steps)) {
			f.Notes = append(f.Notes, fmt.Sprintf("Expected loss, %s: %s.", e.Method, stepsWords(e)))
			continue
		}
		rings.X, rings.Y = append(rings.X, float64(e.Steps)), append(rings.Y, shareBy(samples[k], e.Steps))
	}
	if len(rings.X) > 0 {
		p.Series = append(p.Series, rings)
	}
	f.Caption = "The share of runs whose loss has been at or below the target by step t. " + seedWords(samples)
	f.Panels, f.Table = []Panel{orWords(p)}, t
	return f.found(arrivalFinding(samples)).linked()
}

func seedWords(samples []theory.SampledSteps) string {
	if len(samples) == 0 {
		return ""
	}
	return fmt.Sprintf("%d runs each (seed %d).", samples[0].Trials, samples[0].Seed)
}

// arrivalAxis returns the axis of steps: logarithmic if the arrivals are
// spread over more than a decade.
func arrivalAxis(samples []theory.SampledSteps, expected []theory.Steps) Axis {
	first, last := math.Inf(1), 0.0
	see := func(t int) { first, last = min(first, float64(t)), max(last, float64(t)) }
	for _, s := range samples {
		for _, t := range s.Steps {
			see(t)
		}
		if s.Late > 0 {
			see(s.Limit)
		}
	}
	for _, s := range expected {
		if s.Outcome == theory.Reached {
			see(s.Steps)
		}
	}
	a := Axis{Label: "steps to target T"}
	switch {
	case last == 0: // none has arrived, and none was late
		a.Max, a.Blank = 1, true
	case first > 0 && last > 10*first:
		a.Scale, a.Min, a.Max = Log10, first/1.3, 1.3*last
	default:
		a.Min, a.Max = max(0, first-0.1*(last-first)-1), last+0.1*(last-first)+1
	}
	return a
}

// shareBy returns the share of runs that have arrived by a step.
func shareBy(s theory.SampledSteps, step int) float64 {
	n, _ := slices.BinarySearch(s.Steps, step+1)
	return float64(n) / float64(s.Trials)
}

// arrived returns the stair of the share of runs that have arrived.
func arrived(s theory.SampledSteps, l look, x Axis) Series {
	stair := Series{Name: s.Method, Kind: KindStep, X: Values{x.Min}, Y: Values{0}, Color: l.color, Dash: l.dash, Width: 2}
	for k, t := range s.Steps {
		if k+1 < len(s.Steps) && s.Steps[k+1] == t {
			continue // the last of equal ones counts
		}
		stair.X, stair.Y = append(stair.X, float64(t)), append(stair.Y, float64(k+1)/float64(s.Trials))
	}
	stair.X, stair.Y = append(stair.X, x.Max), append(stair.Y, stair.Y[len(stair.Y)-1])
	return stair
}
