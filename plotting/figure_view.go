package plotting

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// view is a panel made ready for drawing, in one place for every output: its
// axes have bounds, its series hold only what the axes can show, and the notes
// say what that left out.
type view struct {
	Panel
	notes   []string
	columns int       // of the figure
	ends    vg.Length // how wide a label in the right margin may be
}

// view returns the panel ready for drawing. The panel is valid.
func (p Panel) view() view {
	v := view{Panel: p}
	v.Series = make([]Series, len(p.Series))
	for i, s := range p.Series {
		v.Series[i] = s.drawable(p.X.Scale, p.Y.Scale)
		v.note(p, s, v.Series[i])
	}
	v.X, v.Y = v.fit()
	for _, r := range p.References {
		if a := v.axisOf(r.Vertical); !a.inside(r.At) {
			v.notes = append(v.notes, fmt.Sprintf("Reference “%s” at %s lies outside the picture.", r.Label, number(r.At)))
		}
	}
	for i, s := range v.Series {
		switch n := v.outside(s); {
		case n == 0 || s.Name == "":
		case n == len(s.X):
			v.notes = append(v.notes, fmt.Sprintf("%s lies outside the picture.", called(p.Series[i])))
		case s.Of != "" && s.lined() && slices.Contains(NeutralColors(), s.Color): // a bound or a model, which goes on
		default:
			v.notes = append(v.notes, fmt.Sprintf("%s: %d of %d points lie outside the picture.", called(p.Series[i]), n, len(s.X)))
		}
	}
	return v
}

// to returns the view with equal axes, if it has them, on a data area of a width
// and a height: as many units in a length on both.
func (v view) to(width, height float64) view {
	if v.Equal {
		x, y := (v.X.Max-v.X.Min)/width, (v.Y.Max-v.Y.Min)/height
		v.X, v.Y = v.X.stretched(y/x), v.Y.stretched(x/y)
	}
	return v
}

// note records how many points of a series have no place on the axes.
func (v *view) note(p Panel, s, kept Series) {
	if s.grid() {
		if n := countNot(s.Z, s.ZAxis.Scale.shows); n > 0 && s.Kind == KindHeat && !slices.ContainsFunc(p.Series, Series.masks) {
			v.notes = append(v.notes, fmt.Sprintf("Grey cells: %d of %d values are infinite%s.", n, len(s.Z), orNotPositive(s.ZAxis.Scale)))
		}
		return
	}
	if s.Kind == KindBar && p.Y.Scale.logarithmic() {
		s = s.standing()
	}
	left := len(s.X) - (len(kept.X) - countNot(kept.X, func(x float64) bool { return !math.IsNaN(x) }))
	if left == 0 || kept.Diverges {
		return
	}
	v.notes = append(v.notes, fmt.Sprintf("%s: %d of %d points left out: infinite%s.",
		called(s), left, len(s.X), orNotPositive(p.X.Scale, p.Y.Scale)))
}

// standing returns the bars that are not empty: an empty one has no height to
// draw.
func (s Series) standing() Series {
	kept := s
	kept.X, kept.Y = nil, nil
	for k, y := range s.Y {
		if y != 0 {
			kept.X, kept.Y = append(kept.X, s.X[k]), append(kept.Y, y)
		}
	}
	return kept
}

func orNotPositive(scales ...Scale) string {
	for _, s := range scales {
		if s.logarithmic() {
			return ", or not positive on a logarithmic axis"
		}
	}
	return ""
}

func called(s Series) string {
	if s.Name == "" {
		return "A series without a name"
	}
	return "“" + s.Name + "”"
}

func countNot(values Values, good func(float64) bool) int {
	n := 0
	for _, v := range values {
		if !good(v) {
			n++
		}
	}
	return n
}

// outside counts the points that lie beyond the bounds of the axes.
func (v view) outside(s Series) int {
	if s.grid() || s.Kind == KindBand {
		return 0
	}
	n := 0
	for k := range s.X {
		if !v.X.inside(s.X[k]) || !v.Y.inside(s.Y[k]) {
			n++
		}
	}
	return n
}

// drawable returns the series with the points that the scales can show: finite
// and, on a logarithmic axis, positive. A line has a gap (NaN) where points
// are left out; one that leaves the finite numbers upwards is cut there and
// diverges.
func (s Series) drawable(x, y Scale) Series {
	if s.grid() {
		return s
	}
	if s.Kind == KindBar {
		s.X, s.To = s.edges()
	}
	kept := s
	kept.X, kept.Y, kept.High, kept.To, kept.Time = nil, nil, nil, nil, nil
	for k := range s.X {
		if s.Y[k] > largest && s.lined() {
			kept.Diverges = true
			break
		}
		good := x.shows(s.X[k]) && y.shows(s.Y[k]) &&
			(s.Kind != KindBand || y.shows(s.High[k])) && (s.Kind != KindBar || x.shows(s.To[k]))
		if !good {
			kept.gap()
			continue
		}
		kept.take(s, k)
	}
	kept.trim()
	return kept
}

// take appends point k of another series.
func (s *Series) take(from Series, k int) {
	s.X, s.Y = append(s.X, from.X[k]), append(s.Y, from.Y[k])
	if from.High != nil {
		s.High = append(s.High, from.High[k])
	}
	if from.To != nil {
		s.To = append(s.To, from.To[k])
	}
	if from.Time != nil {
		s.Time = append(s.Time, from.Time[k])
	}
}

// gap ends the current stretch of a line or band.
func (s *Series) gap() {
	n := len(s.X)
	if !s.lined() && s.Kind != KindBand || n == 0 || math.IsNaN(s.X[n-1]) {
		return
	}
	hole := math.NaN()
	s.X, s.Y = append(s.X, hole), append(s.Y, hole)
	if s.Kind == KindBand {
		s.High = append(s.High, hole)
	}
	if len(s.Time) > 0 {
		s.Time = append(s.Time, s.Time[n-1])
	}
}

// trim takes away a gap at the end.
func (s *Series) trim() {
	n := len(s.X) - 1
	if n < 0 || !math.IsNaN(s.X[n]) {
		return
	}
	s.X, s.Y = s.X[:n], s.Y[:n]
	if s.Kind == KindBand {
		s.High = s.High[:n]
	}
	if s.Time != nil {
		s.Time = s.Time[:n]
	}
}

// fit returns the axes with the bounds that show all series and references.
func (v view) fit() (x, y Axis) {
	lowX, highX, lowY, highY := v.extent()
	padX, padY := 0.0, 0.04
	for _, r := range v.Regions {
		if !r.Vertical && r.Label != "" && !v.Y.Blank {
			padY = 0.14 // for its label
		}
	}
	for _, s := range v.Series {
		switch s.Kind {
		case KindPoints, KindPath:
			padX = 0.03
		case KindHeat:
			return v.X.fitted(lowX, highX, 0), v.Y.fitted(lowY, highY, 0)
		}
	}
	return v.X.fitted(lowX, highX, padX), v.Y.fitted(lowY, highY, padY)
}

// extent returns the smallest and largest numbers on each axis.
func (v view) extent() (lowX, highX, lowY, highY float64) {
	lowX, lowY = math.Inf(1), math.Inf(1)
	highX, highY = math.Inf(-1), math.Inf(-1)
	widen := func(low, high *float64, values Values) {
		for _, x := range values {
			if !math.IsNaN(x) {
				*low, *high = min(*low, x), max(*high, x)
			}
		}
	}
	for _, s := range v.Series {
		x, y := s.X, s.Y
		if s.Kind == KindHeat {
			x, y = cellEdges(v.X, s.X), cellEdges(v.Y, s.Y)
		}
		widen(&lowX, &highX, x)
		widen(&lowX, &highX, s.To)
		widen(&lowY, &highY, y)
		widen(&lowY, &highY, s.High)
		if s.Kind == KindBar && v.Y.Scale == Linear && len(s.Y) > 0 {
			widen(&lowY, &highY, Values{0})
		}
	}
	for _, r := range v.References {
		if r.Vertical {
			widen(&lowX, &highX, Values{r.At})
		} else {
			widen(&lowY, &highY, Values{r.At})
		}
	}
	return lowX, highX, lowY, highY
}

// cellEdges returns the edges of the cells of a grid: half-way between its
// lines, as the axis has it.
func cellEdges(a Axis, lines Values) Values {
	if a.Scale == Symmetric && a.Linear == 0 {
		a.Linear = max(math.Abs(lines[0]), math.Abs(lines[len(lines)-1])) / 1000
	}
	n := len(lines)
	edges := make(Values, n+1)
	at := func(i int) float64 { return a.forward(lines[i]) }
	edges[0], edges[n] = a.inverse(at(0)-(at(1)-at(0))/2), a.inverse(at(n-1)+(at(n-1)-at(n-2))/2)
	for i := 1; i < n; i++ {
		edges[i] = a.inverse((at(i-1) + at(i)) / 2)
	}
	for _, i := range []int{0, n} {
		if math.Abs(edges[i]) < 1e-12*math.Abs(lines[n-1]-lines[0]) {
			edges[i] = 0 // but for rounding
		}
	}
	return edges
}

// views returns the panels ready for drawing.
func (f Figure) views() []view {
	views := make([]view, len(f.Panels))
	for i, p := range f.Panels {
		views[i] = p.view()
		views[i].columns = f.columns()
	}
	return views
}

// notes returns what the picture leaves out: the figure's own notes, and those
// of drawing it.
func (f Figure) notes() []string {
	all := append([]string(nil), f.Notes...)
	for _, v := range f.views() {
		all = append(all, v.notes...)
	}
	return unique(all)
}

// lastInside returns the last place of a series that lies in the picture, or
// -1, which a grid, whose X and Y differ in length, always has.
func (v view) lastInside(s Series) int {
	if s.grid() {
		return -1
	}
	for k := len(s.X) - 1; k >= 0; k-- {
		if v.X.inside(s.X[k]) && v.Y.inside(s.Y[k]) {
			return k
		}
	}
	return -1
}

// barFoot returns where bars stand: at 0, or at the foot of an axis without.
func (v view) barFoot() float64 {
	if v.Y.Scale.logarithmic() {
		return v.Y.Min
	}
	return v.Y.clamped(0)
}
