package plotting

import (
	"math"
	"sort"

	"nqm/theory"
)

// Spectrum returns the figure of a problem: curvature and gradient noise of
// its directions in falling order of curvature, on logarithmic axes.
func Spectrum(p theory.Problem) Figure {
	panel := Panel{
		X: Axis{Label: "direction i", Scale: Log10},
		Y: Axis{Label: "h and c", Scale: Log10},
	}
	ranks, h, c := ranked(p)
	panel.Series = []Series{
		{Name: "curvature h", X: ranks, Y: h, Color: blue, Width: 2.5},
		{Name: "noise variance c of one example", X: ranks, Y: c, Color: orange, Dash: Dashed, Width: 1.5},
	}
	return Figure{
		Title:   "Problem: " + p.String(),
		Caption: "Eigenvalues of the Hessian and the gradient noise along them. Directions without curvature or noise have no place on a logarithmic axis.",
		Panels:  []Panel{panel},
		Table:   problemTable(p),
	}
}

func problemTable(p theory.Problem) Table {
	s, err := theory.SummaryOf(p)
	if err != nil {
		return Table{}
	}
	return summaryTable(s)
}

func summaryTable(s theory.Summary) Table {
	table := Table{Columns: []string{"quantity", "value"}}
	for _, row := range []struct {
		quantity string
		value    float64
	}{
		{"dimension d", s.Dimension},
		{"condition number κ", s.Condition},
		{"tr H", s.TraceH},
		{"tr C", s.TraceC},
		{"effective dimension", s.EffectiveDimension},
		{"loss at the start", s.StartLoss},
		{"noise scale B_noise = tr HC / g'Hg", s.NoiseScale},
		{"noise scale B_simple = tr C / g'g", s.SimpleNoiseScale},
	} {
		table.Rows = append(table.Rows, []string{row.quantity, number(row.value)})
	}
	return table
}

// neighbours is the ratio of ranks that are drawn as one where a law's
// directions are not written out.
const neighbours = 1.004

// grouped returns p with all of its directions: those that a law implies are
// grouped with their neighbours, at the middle rank of each group.
func grouped(p theory.Problem) theory.Problem {
	law := p.Law
	if law.Count <= float64(p.Len()) {
		return p
	}
	q := theory.Problem{Name: p.Name, Streaming: p.Streaming}
	add := func(d theory.Direction, count float64) {
		q.Curvature, q.Noise = append(q.Curvature, d.Curvature), append(q.Noise, d.Noise)
		q.Mean, q.Variance = append(q.Mean, d.Mean), append(q.Variance, d.Variance)
		q.Multiplicity = append(q.Multiplicity, count)
	}
	for i := range p.Len() {
		add(p.Direction(i), 1)
	}
	for first := float64(p.Len()) + 1; first <= law.Count; {
		last := min(math.Ceil(first*neighbours), law.Count)
		add(law.At((first+last)/2), last-first+1)
		first = last + 1
	}
	return q
}

// spectrumPoints is how many directions of a long spectrum are drawn.
const spectrumPoints = 400

// ranked returns curvature and noise at ranks from 1 to the dimension, in
// falling order of curvature, at geometrically spaced ranks if there are many.
func ranked(p theory.Problem) (ranks, h, c []float64) {
	p = grouped(p)
	order := make([]int, p.Len())
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return p.Curvature[order[a]] > p.Curvature[order[b]] })
	before := 0.0 // directions of higher rank
	next := 1.0   // the rank from which a point is worth drawing
	ratio := math.Pow(p.Dimension(), 1.0/spectrumPoints)
	for _, i := range order {
		d := p.Direction(i)
		first, last := before+1, before+d.Multiplicity
		for _, rank := range []float64{first, last} {
			corner := rank == first && last > first*ratio // of a step that is seen
			if rank < next && rank != p.Dimension() && !corner || len(ranks) > 0 && ranks[len(ranks)-1] == rank {
				continue
			}
			ranks, h, c = append(ranks, rank), append(h, d.Curvature), append(c, d.Noise)
			next = max(rank+1, rank*ratio)
		}
		before += d.Multiplicity
	}
	return ranks, h, c
}

// Scree returns the figure of the curvatures of a problem in falling order, on
// a linear axis of directions: a scree plot.
func Scree(p theory.Problem) Figure {
	ranks, h, _ := ranked(p)
	return Figure{
		Title:   "Scree: " + p.String(),
		Caption: "Eigenvalues of the Hessian in falling order.",
		Panels: []Panel{{
			X:      Axis{Label: "direction i"},
			Y:      Axis{Label: "curvature h", Scale: Log10},
			Series: []Series{{Name: "curvature h", Kind: Points, X: ranks, Y: h, Color: blue}},
		}},
		Table: problemTable(p),
	}
}

// densityBins is how many bins a density has.
const densityBins = 24

// Density returns the figure of how many directions of a problem have which
// curvature, in bins of equal width on a logarithmic axis.
func Density(p theory.Problem) Figure {
	p = grouped(p)
	low, high := math.Inf(1), 0.0
	flat := 0.0
	for i := range p.Len() {
		if d := p.Direction(i); d.Curvature > 0 {
			low, high = min(low, d.Curvature), max(high, d.Curvature)
		} else {
			flat += d.Multiplicity
		}
	}
	x := Axis{Label: "curvature h", Scale: Log10}.fitted(low, high, 0.02)
	bars, _ := counted(Distribution{Name: "directions", Family: "SGD"}, x, densityBins)
	for i := range p.Len() {
		if d := p.Direction(i); d.Curvature > 0 {
			k := int(densityBins * x.Normalize(x.Min, x.Max, d.Curvature))
			bars.Y[min(max(k, 0), densityBins-1)] += d.Multiplicity
		}
	}
	f := Figure{
		Title:   "Density of the spectrum: " + p.String(),
		Caption: "How many eigenvalues of the Hessian fall into each bin; bins are equally wide on the logarithmic axis.",
		Panels:  []Panel{{X: x, Y: Axis{Label: "directions in a bin", Scale: Log10}, Series: []Series{bars}}},
		Table:   problemTable(p),
	}
	if flat > 0 {
		f.Notes = []string{number(flat) + " directions have no curvature, and no place on the axis."}
	}
	return f
}
