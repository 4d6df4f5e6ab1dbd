package plotting

import (
	"math"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Lines are labelled at their ends while there are few, with short names.
const (
	mostEnds    = 6
	longestName = 24
)

// labelEnds labels each line at its end, if there are more than one and the
// labels have room.
func labelEnds(lines []Series) {
	if len(lines) < 2 || len(lines) > mostEnds {
		return
	}
	for _, s := range lines {
		if utf8.RuneCountInString(s.Name) > longestName {
			return
		}
	}
	for i := range lines {
		lines[i].End = lines[i].Name
	}
}

// stepAxis returns the axis of steps of some methods: logarithmic from a thousand
// steps on, but linear where one has a schedule, whose shape that would bend.
func stepAxis(last int, methods ...string) Axis {
	a := Axis{Label: "steps t", Max: float64(last)}
	if last >= 1000 && !slices.ContainsFunc(methods, scheduled.MatchString) {
		a.Scale, a.Min = Log10, 1
	}
	return a
}

// scheduled finds a schedule in the name of a method, as in "SGD α=0.5, cosine 1 to
// 0 in 500 steps".
var scheduled = regexp.MustCompile(` in \d+ steps|, (linear|cosine) `)

// fromStart returns the series from the start of an axis of steps on: the start
// t = 0 has no place on a logarithmic one.
func (a Axis) fromStart(s Series) Series {
	kept := s
	kept.X, kept.Y, kept.High = nil, nil, nil
	for k, x := range s.X {
		if x >= a.Min {
			kept.take(s, k)
		}
	}
	return kept
}

func lossAxis() Axis { return Axis{Label: "loss L(t)", Scale: Log10} }

// Curves that diverge may rise to this multiple of what the others need.
const headroom = 30

// below cuts a series where it first exceeds the ceiling.
func below(ceiling float64, s Series) Series {
	for k, y := range s.Y {
		if y > ceiling {
			s.X, s.Y, s.Diverges = s.X[:k], s.Y[:k], true
			return s
		}
	}
	return s
}

// crowded is the part of an axis that a line of text takes.
const crowded = 0.07

func asFloats(steps []int) []float64 {
	x := make([]float64, len(steps))
	for k, t := range steps {
		x[k] = float64(t)
	}
	return x
}

func lastOf(steps []int) int {
	if len(steps) == 0 {
		return 0
	}
	return steps[len(steps)-1]
}

func highest(values []float64) float64 {
	top := math.Inf(-1)
	for _, v := range values {
		top = max(top, v)
	}
	return top
}

// countables returns a series without the points that are 0 or infinite: where
// nothing is left to gain, or to know.
func countables(s Series) Series {
	kept := s
	kept.X, kept.Y = nil, nil
	for k, y := range s.Y {
		if countable(y) {
			kept.take(s, k)
		}
	}
	return kept
}

// positive returns a series without its zeros at the start, where there is no
// noise yet: they have no place on a logarithmic axis.
func positive(s Series) Series {
	for len(s.Y) > 0 && s.Y[0] == 0 {
		s.X, s.Y = s.X[1:], s.Y[1:]
	}
	return s
}

// orWords returns a panel that says that there is nothing to draw, if there is
// nothing, without numbers on its axes.
func orWords(p Panel) Panel {
	for _, s := range p.Series {
		if len(s.X) > 0 {
			return p
		}
	}
	return p.blank("nothing to draw: see the notes")
}

// blank returns a panel with words and no numbers on its axes.
func (p Panel) blank(words string) Panel {
	for _, a := range []*Axis{&p.X, &p.Y} {
		if a.Blank = true; !a.fixed() {
			a.Min, a.Max = 1, 10
		}
	}
	p.Regions = append(p.Regions, Region{From: math.Inf(-1), To: math.Inf(1), Label: words})
	return p
}

func withoutEnds(parts []Series) []Series {
	for i := range parts {
		parts[i].End = ""
	}
	return parts
}

func countNone(values Values) int {
	count := 0
	for _, v := range values {
		if none(v) {
			count++
		}
	}
	return count
}

// trimmed returns a series without the ends that have no value, and with gaps
// for those between (+Inf would be drawn as divergence).
func trimmed(s Series) Series {
	for len(s.Y) > 0 && none(s.Y[0]) {
		s.X, s.Y = s.X[1:], s.Y[1:]
	}
	for n := len(s.Y); n > 0 && none(s.Y[n-1]); n-- {
		s.X, s.Y = s.X[:n-1], s.Y[:n-1]
	}
	for k, v := range s.Y {
		if none(v) {
			s.Y[k] = math.Inf(-1)
		}
	}
	return s
}

// Logarithmic axes are for positive numbers over this ratio, in powers of two
// if all are.
const longRange = 30

// axisOver returns an axis that suits the numbers.
func axisOver(label string, values Values) Axis {
	low, high, twos := math.Inf(1), 0.0, true
	for _, v := range values {
		if none(v) {
			continue
		}
		if !(v > 0) {
			return Axis{Label: label}
		}
		low, high = min(low, v), max(high, v)
		mantissa, _ := math.Frexp(v)
		twos = twos && mantissa == 0.5
	}
	switch {
	case !(high/low > longRange):
		return Axis{Label: label}
	case twos:
		return Axis{Label: label, Scale: Log2}
	}
	return Axis{Label: label, Scale: Log10}
}

// spectrumPoints is how many directions of a long spectrum are drawn.
const spectrumPoints = 400

// placesOf returns the places of a long list that are drawn: all, or
// geometrically spaced ones.
func placesOf(n int) []int {
	var at []int
	for rank := 1.0; rank < float64(n); rank = max(rank+1, rank*math.Pow(float64(n), 1.0/spectrumPoints)) {
		at = append(at, int(rank)-1)
	}
	return append(at, n-1)
}
