package plotting

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(func(problems []titled) (Figure, error) {
	for _, p := range problems {
		if err := p.Validate(); err != nil {
			return Figure{}, err
		}
	}
	return spectra(problems), nil
})

// Spectrum returns the figure of a problem: curvature and gradient noise of
// its directions in falling order of curvature, on logarithmic axes. Several
// problems have a colour each, for both.
func Spectrum(problems ...theory.Problem) Figure {
	return spectra(mapped(problems, func(p theory.Problem) titled { return titled{p.String(), p} }))
}

func spectra(problems []titled) Figure {
	panel := Panel{
		X: Axis{Label: "direction i", Scale: Log10},
		Y: Axis{Label: "h and c", Scale: Log10},
	}
	names := table.Distinct(mapped(problems, func(p titled) string { return p.text }))
	for i, p := range problems {
		ranks, h, c := ranked(p.Problem)
		curvature := Series{Name: "curvature h", X: ranks, Y: h, Color: black, Width: 2.5}
		noise := Series{Name: "noise variance c of one example", X: ranks, Y: c, Color: grey, Dash: Dashed, Width: 1.5}
		if len(problems) > 1 {
			curvature.Name, noise.Name, curvature.Color = names[i], names[i], colors.Sequence(i, len(problems))
			noise.Color = curvature.Color
		}
		if p.Band.Low != nil {
			panel.Series = append(panel.Series, spectrumBand(p.Problem, curvature))
		}
		panel.Series = append(panel.Series, curvature, noise)
	}
	f := Figure{
		Title:   "Problem: " + strings.Join(names, ""),
		Caption: "Eigenvalues of the Hessian and the gradient noise along them. Directions without curvature or noise have no place on a logarithmic axis.",
		Panels:  []Panel{panel},
	}
	if slices.ContainsFunc(problems, func(p titled) bool { return p.Band.Low != nil }) {
		f.Caption += " A band holds each curvature that was measured."
	}
	for i, p := range problems {
		if note := p.Note; note != "" {
			if len(problems) > 1 {
				note = names[i] + ": " + note
			}
			f.Notes = append(f.Notes, upper(note)+".")
		}
	}
	if len(problems) > 1 {
		f.Title = fmt.Sprintf("Spectra of %d problems", len(problems))
		f.Caption += " Solid: curvature h; dashed: noise variance c of one example."
	}
	return f.sized(names, mapped(problems, func(p titled) theory.Problem { return p.Problem })...)
}

// sized returns a figure of problems with the table of their sizes, and what these say.
func (f Figure) sized(names []string, problems ...theory.Problem) Figure {
	summaries := make([]theory.Summary, len(problems))
	for i, p := range problems {
		var err error
		if summaries[i], err = theory.SummaryOf(p); err != nil {
			return f.linked()
		}
	}
	f.Table = summaryTable(names, summaries...)
	return f.found(summaryFinding(names, summaries)).linked()
}

const flatDirections = "flat directions, h = 0"

// summaryTable returns the sizes of problems, by their names if there are
// several.
func summaryTable(names []string, problems ...theory.Summary) table.Table {
	if len(problems) == 1 {
		names = []string{"value"}
	}
	t := table.Text(append([]string{"quantity"}, names...)...)
	for _, row := range []struct {
		quantity string
		value    func(theory.Summary) float64
	}{
		{"dimension d", func(s theory.Summary) float64 { return s.Dimension }},
		{flatDirections, func(s theory.Summary) float64 { return s.Flat }},
		{"condition number κ", func(s theory.Summary) float64 { return s.Condition }},
		{"tr H", func(s theory.Summary) float64 { return s.TraceH }},
		{"tr C", func(s theory.Summary) float64 { return s.TraceC }},
		{"effective dimension", func(s theory.Summary) float64 { return s.EffectiveDimension }},
		{"loss at the start", func(s theory.Summary) float64 { return s.StartLoss }},
		{"noise scale B_noise = tr HC / g'Hg", func(s theory.Summary) float64 { return s.NoiseScale }},
		{"noise scale B_simple = tr C / g'g", func(s theory.Summary) float64 { return s.SimpleNoiseScale }},
	} {
		if row.quantity == flatDirections && !slices.ContainsFunc(problems, func(s theory.Summary) bool { return s.Flat > 0 }) {
			continue
		}
		cells := mapped(problems, func(s theory.Summary) string { return number(row.value(s)) })
		t.Rows = append(t.Rows, table.Texts(append([]string{row.quantity}, cells...)...))
	}
	return t
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
	q := theory.Problem{Name: p.Name, Note: p.Note, Streaming: p.Streaming, Correlated: p.Correlated}
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
	next := 0.0   // the rank from which a point is worth drawing
	ratio := math.Pow(p.Dimension(), 1.0/spectrumPoints)
	for _, i := range order {
		d := p.Direction(i)
		first, last := before+min(1, d.Multiplicity), before+d.Multiplicity
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

// spectrumBand returns the band of the curvatures at the ranks of their line.
func spectrumBand(p theory.Problem, line Series) Series {
	band := line
	band.Kind = KindBand
	band.Y, band.High = levels(p.Band.Low, p.Multiplicity, line.X), levels(p.Band.High, p.Multiplicity, line.X)
	smallest := math.Inf(1)
	for _, h := range line.Y {
		if h > 0 {
			smallest = min(smallest, h)
		}
	}
	for k := range band.Y { // 0 has no place
		band.Y[k] = max(band.Y[k], min(smallest, band.High[k]))
	}
	return band
}

// levels returns the curvatures of rising ranks where those of a list, each with its
// multiplicity, stand in falling order.
func levels(h, multiplicity, ranks []float64) []float64 {
	p := theory.Problem{Curvature: h, Multiplicity: multiplicity}
	order := make([]int, len(h))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return h[order[a]] > h[order[b]] })
	at, k, reached := make([]float64, len(ranks)), 0, p.Direction(order[0]).Multiplicity
	for i, rank := range ranks {
		for reached < rank && k < len(order)-1 {
			k++
			reached += p.Direction(order[k]).Multiplicity
		}
		at[i] = h[order[k]]
	}
	return at
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
			Series: []Series{{Name: "curvature h", Kind: KindPoints, X: ranks, Y: h, Color: black}},
		}},
	}.sized(nil, p)
}

// densityBins is how many bins a density has.
const densityBins = 24

// Density returns the figure of how many directions of a problem have which
// curvature, in bins of equal width on a logarithmic axis.
func Density(p theory.Problem) Figure {
	whole := p
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
	bars, _ := counted(Distribution{Name: "directions"}, grey, x, densityBins)
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
	}
	if flat > 0 {
		f.Notes = []string{number(flat) + " directions have no curvature, and no place on the axis."}
	}
	return f.sized(nil, whole)
}
