package plotting

import (
	"fmt"
	"math"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(CoordinateLaws)

// CoordinateLaws returns the figure of the laws of coordinates, as
// theory.Moments has them. One is drawn as the density of its normal law. Of
// several the mean with one standard deviation on either side stands above, and
// the variance that the start has left and the noise has put in below, in their
// order. A note counts the laws that have grown beyond all bounds.
func CoordinateLaws(laws []theory.Moment) Figure {
	if len(laws) == 1 {
		return bell(laws[0])
	}
	x := Axis{Label: "coordinate i", Min: 1, Max: float64(len(laws))}
	mean := Series{Name: "mean, with one standard deviation", Color: black, Width: 2}
	start := Series{Name: "variance left of the start", Color: black, Dash: Dotted, Width: 2}
	noise := Series{Name: "variance put in by the noise", Color: grey, Dash: Dashed, Width: 2}
	switch {
	case len(laws) <= mostMarkers: // each for itself
		x.Min, x.Max = 0, x.Max+1
		mean.Kind, start.Kind, noise.Kind = KindPoints, KindPoints, KindPoints
		start.Marker, noise.Marker = Square, Triangle
	case len(laws) >= 1000:
		x.Scale = Log10
	}
	at := placesOf(len(laws))
	var spread []Series
	f := Figure{
		Title:   fmt.Sprintf("Laws of %d coordinates", len(laws)),
		Caption: "Exact. Above, the mean with one standard deviation on either side; below, the two parts of the variance.",
		Table:   lawsTable(laws),
	}
	for _, k := range at {
		m, i := laws[k], float64(k+1)
		start.X, start.Y = append(start.X, i), append(start.Y, m.Start)
		noise.X, noise.Y = append(noise.X, i), append(noise.Y, m.Noise)
		if none(m.Mean) || none(m.Variance) {
			continue
		}
		mean.X, mean.Y = append(mean.X, i), append(mean.Y, m.Mean)
		deviation := math.Sqrt(m.Variance)
		if mean.Kind == KindPoints {
			spread = append(spread, Series{Name: mean.Name, X: Values{i, i}, Y: Values{m.Mean - deviation, m.Mean + deviation}, Color: colors.Shade(grey, -0.4), Width: 8})
			continue
		}
		if spread == nil {
			spread = []Series{{Name: mean.Name, Kind: KindBand, Color: grey}}
		}
		band := &spread[0]
		band.X, band.Y, band.High = append(band.X, i), append(band.Y, m.Mean-deviation), append(band.High, m.Mean+deviation)
	}
	if grown := len(at) - len(mean.X); grown > 0 {
		f.Notes = []string{fmt.Sprintf("%d of %d coordinates have grown beyond all bounds.", grown, len(at))}
	}
	var parts []Series
	for _, part := range []Series{countables(start), countables(noise)} {
		if len(part.X) > 0 {
			parts = append(parts, part)
		}
	}
	f.Panels = []Panel{
		orWords(Panel{X: x, Y: Axis{Label: "coordinate θ"}, Series: append(spread, mean)}),
		orWords(Panel{X: x, Y: Axis{Label: "variance of θ", Scale: Log10}, Series: parts}),
	}
	shareY(f.Panels[1:], deepest)
	return f.found(lawsFinding(laws)).linked()
}

// bellNodes is how many points a bell has.
const bellNodes = 161

// bell draws the density of one coordinate.
func bell(m theory.Moment) Figure {
	f := Figure{
		Title:   fmt.Sprintf("Law of a coordinate: mean %s, variance %s", number(m.Mean), number(m.Variance)),
		Caption: "The density of the coordinate, normal for Gaussian noise and a Gaussian or certain start.",
		Table:   lawsTable([]theory.Moment{m}),
	}
	p := Panel{X: Axis{Label: "coordinate θ"}, Y: Axis{Label: "density"}}
	deviation := math.Sqrt(m.Variance)
	switch {
	case none(m.Mean) || none(m.Variance):
		f.Notes = []string{"The coordinate has grown beyond all bounds."}
	case deviation == 0:
		f.Notes = []string{fmt.Sprintf("The coordinate is certain: %s.", number(m.Mean))}
	default:
		line := Series{Name: "density", Color: black, Width: 2}
		foot := Series{Name: "density", Kind: KindBand, Color: grey, Y: make(Values, bellNodes)}
		for k := range bellNodes {
			z := 8 * (float64(k)/(bellNodes-1) - 0.5)
			line.X = append(line.X, m.Mean+z*deviation)
			line.Y = append(line.Y, math.Exp(-z*z/2)/(deviation*math.Sqrt(2*math.Pi)))
		}
		foot.X, foot.High = line.X, line.Y
		p.Series = []Series{foot, line}
		p.References = []Reference{{At: m.Mean, Label: "mean", Vertical: true}}
	}
	f.Panels = []Panel{orWords(p)}
	return f.linked()
}

func lawsTable(laws []theory.Moment) table.Table {
	t := table.Text("coordinate", "mean", "variance", "left of the start", "put in by the noise", "E θ²")
	for _, k := range few(len(laws), 12) {
		m := laws[k]
		t.Rows = append(t.Rows, table.Texts(fmt.Sprint(k+1), number(m.Mean), number(m.Variance), number(m.Start), number(m.Noise), number(m.SecondMoment())))
	}
	return partOf(t, len(laws))
}
