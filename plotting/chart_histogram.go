package plotting

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"nqm/theory/table"
)

// Distribution is a sample of numbers to be counted, such as the steps to
// target of each of many runs. Infinite ones (a run that never arrived) are
// counted apart.
type Distribution struct {
	Name     string    // in the legend
	Family   string    // of methods, for the colour
	Values   []float64 // one for each run
	Expected float64   // a number to compare with, marked by a line; 0: none
}

// Histogram returns the figure that counts the numbers of each distribution in
// bins along the axis, even on its scale and the same for all; several
// distributions stand one below the other.
// Without a title it is what the figure finds. The error names a distribution without a
// finite number.
func Histogram(title string, axis Axis, distributions ...Distribution) (Figure, error) {
	f := Figure{Title: cmp.Or(title, upper(histogramFinding(distributions)), "Histogram"), Table: table.Text("", "runs", "median", "5%", "95%", "never")}
	low, high := math.Inf(1), math.Inf(-1)
	largest := 0
	for _, d := range distributions {
		for _, v := range d.Values {
			if axis.Scale.shows(v) {
				low, high = min(low, v), max(high, v)
			}
		}
		largest = max(largest, len(d.Values))
	}
	if low > high {
		return Figure{}, fmt.Errorf("plotting: histogram %q: no number that its axis can show", title)
	}
	axis = axis.fitted(low, high, 0.02)
	bins := min(max(int(4*math.Cbrt(float64(largest))), 5), 60)
	palette := newPalette(mapped(distributions, func(d Distribution) string { return d.Family }))
	for _, d := range distributions {
		bars, inside := counted(d, palette.next(d.Family).color, axis, bins)
		p := Panel{X: axis, Y: Axis{Label: "runs in a bin"}, Series: []Series{bars}}
		if d.Expected != 0 && axis.inside(d.Expected) {
			p.References = []Reference{{At: d.Expected, Label: "expected loss reaches it", Vertical: true}}
		}
		if never := len(d.Values) - len(inside); never > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf("%s: %d of %d runs have no number on the axis (never, or beyond it).", d.Name, never, len(d.Values)))
		}
		f.Panels = append(f.Panels, p)
		f.Table.Rows = append(f.Table.Rows, table.Texts(d.Name, fmt.Sprint(len(d.Values)),
			number(quantile(d.Values, 0.5)), number(quantile(d.Values, 0.05)), number(quantile(d.Values, 0.95)), fmt.Sprint(len(d.Values)-len(inside))))
	}
	f.Caption = "How many runs fall into each bin; bins are equally wide on the axis."
	return f.linked(), nil
}

// counted returns the bars of a distribution, and the numbers that they count.
func counted(d Distribution, color string, a Axis, bins int) (Series, []float64) {
	bars := Series{Name: d.Name, Kind: KindBar, Color: color, Y: make(Values, bins)}
	low, high := a.forward(a.Min), a.forward(a.Max)
	for k := range bins {
		bars.X = append(bars.X, a.inverse(low+(high-low)*float64(k)/float64(bins)))
		bars.To = append(bars.To, a.inverse(low+(high-low)*float64(k+1)/float64(bins)))
	}
	var inside []float64
	for _, v := range d.Values {
		if a.Scale.shows(v) && a.inside(v) {
			k := int(float64(bins) * a.Normalize(a.Min, a.Max, v))
			bars.Y[min(max(k, 0), bins-1)]++
			inside = append(inside, v)
		}
	}
	return bars, inside
}

// quantile returns the nearest-rank quantile of a list, NaN of an empty one.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
