package plotting

import "math"

// Kind says how a series is drawn.
type Kind string

// The kinds of a series. The zero value is KindLine.
const (
	KindLine    Kind = ""
	KindPoints  Kind = "points"
	KindStep    Kind = "step"    // each y holds until the next x
	KindBand    Kind = "band"    // the area between Y and High
	KindBar     Kind = "bar"     // a bar of height Y from X to To
	KindHeat    Kind = "heat"    // a cell for each Z, in colours of falling brightness
	KindContour Kind = "contour" // lines of equal Z, at Levels
	KindPath    Kind = "path"    // a line with a mark at its start and a head at its end
)

// Dash is the pattern of a line.
type Dash string

// The patterns of a line. The zero value is Solid.
const (
	Solid  Dash = ""
	Dashed Dash = "dashed"
	Dotted Dash = "dotted"
)

// Marker is the shape of a point.
type Marker string

// The shapes of points. The zero value is a circle for Points, and none for
// lines.
const (
	Plain    Marker = ""
	Circle   Marker = "circle"
	Square   Marker = "square"
	Triangle Marker = "triangle"
	Diamond  Marker = "diamond"
	Ring     Marker = "ring"
	Cross    Marker = "cross"
	Plus     Marker = "plus"
	Halo     Marker = "halo" // a ring around another point
)

// Series is one thing drawn in a panel. X and Y have equal lengths, and so has
// each of High, To and Time that is given; a heat map or contour has a grid
// instead: len(X) columns, len(Y) rows, and Z row by row. A contour with as many X, Y and
// Z is given by the points of its lines, each line's in a row with its level as Z.
//
// Series of equal names share one entry in the legend, where a reader toggles
// them together; one without a name has none.
type Series struct {
	Name string `json:"name,omitempty"`
	// Of is the name that a constructor gave. Under another Name all that says Of
	// says Name: the end label, the row of the table, the floor, series that share it.
	Of     string `json:"of,omitempty"`
	Kind   Kind   `json:"kind,omitempty"`
	X      Values `json:"x"`
	Y      Values `json:"y"`
	High   Values `json:"high,omitempty"`   // upper edge of a band
	To     Values `json:"to,omitempty"`     // right edges of bars, whose X are the left ones; nil: X are the centres
	Z      Values `json:"z,omitempty"`      // of a grid: Z[j*len(X)+i] at (X[i], Y[j])
	Levels Values `json:"levels,omitempty"` // of a contour, increasing; nil: chosen
	ZAxis  Axis   `json:"z_axis,omitzero"`  // what Z is, and the scale of its colours
	Time   Values `json:"time,omitempty"`   // when each point is reached

	Color  string  `json:"color"` // as CSS has it, "tomato" or "#ff6347"; empty: the next of the house. Heat maps have their own
	Dash   Dash    `json:"dash,omitempty"`
	Marker Marker  `json:"marker,omitempty"`
	Width  float64 `json:"width,omitempty"` // of a line, in points; 0 means 1.5
	// Opacity of a band, above 0 up to 1; 0 means 0.2. One of 1 masks what lies
	// below it, with End written in it.
	Opacity float64 `json:"opacity,omitempty"`
	// End is a label beside the last point of a line.
	End string `json:"end,omitempty"`
	// Diverges ends the line in an arrow: it goes on where the picture stops.
	Diverges bool `json:"diverges,omitempty"`
}

// Line returns a line through points, to be added to a figure (Figure.With) in the
// next colour of the house.
func Line(name string, x, y []float64) Series { return Series{Name: name, X: x, Y: y, Width: 2} }

// Points returns points, to be added to a figure (Figure.With) in the next colour of
// the house.
func Points(name string, x, y []float64) Series {
	return Series{Name: name, Kind: KindPoints, X: x, Y: y}
}

func (s Series) width() float64 {
	if s.Width == 0 {
		return 1.5
	}
	return s.Width
}

func (s Series) opacity() float64 {
	if s.Opacity == 0 {
		return bandOpacity
	}
	return s.Opacity
}

// masks reports whether the series hides what lies below it.
func (s Series) masks() bool { return s.Kind == KindBand && s.Opacity == 1 }

// heart returns the middle of a band: of its points and upper points.
func (s Series) heart(axis Axis) (x, y float64) {
	n := float64(2 * len(s.X))
	for k := range s.X {
		x, y = x+2*axis.forward(s.X[k])/n, y+(s.Y[k]+s.High[k])/n
	}
	return axis.inverse(x), y
}

// grid reports whether the series has a grid of Z.
func (s Series) grid() bool { return s.Kind == KindHeat || s.Kind == KindContour }

// traced reports whether the series is a contour that is given by its lines.
func (s Series) traced() bool {
	return s.Kind == KindContour && len(s.X) == len(s.Y) && len(s.Y) == len(s.Z)
}

// lined reports whether the points of the series are joined by a line.
func (s Series) lined() bool { return s.Kind == KindLine || s.Kind == KindStep || s.Kind == KindPath }

// edges returns the edges of each bar.
func (s Series) edges() (left, right Values) {
	if s.To != nil {
		return s.X, s.To
	}
	gap := math.Inf(1)
	for k := 1; k < len(s.X); k++ {
		if d := math.Abs(s.X[k] - s.X[k-1]); d > 0 {
			gap = min(gap, d)
		}
	}
	if math.IsInf(gap, 1) {
		gap = 1
	}
	for _, x := range s.X {
		left, right = append(left, x-0.4*gap), append(right, x+0.4*gap)
	}
	return left, right
}

// outlines returns the closed edges of a band, one for each stretch between
// gaps.
func (s Series) outlines() [][][2]float64 {
	var all [][][2]float64
	for _, at := range stretches(s.X) {
		var edge [][2]float64
		for k := at[0]; k < at[1]; k++ {
			edge = append(edge, [2]float64{s.X[k], s.Y[k]})
		}
		for k := at[1] - 1; k >= at[0]; k-- {
			edge = append(edge, [2]float64{s.X[k], s.High[k]})
		}
		all = append(all, edge)
	}
	return all
}

// stairs returns the corners of a step line as a plain line.
func (s Series) stairs() Series {
	t := s
	t.X, t.Y, t.Time = nil, nil, nil
	for k := range s.X {
		if k > 0 && !math.IsNaN(s.X[k]) && !math.IsNaN(s.X[k-1]) {
			t.X, t.Y = append(t.X, s.X[k]), append(t.Y, s.Y[k-1])
		}
		t.X, t.Y = append(t.X, s.X[k]), append(t.Y, s.Y[k])
	}
	return t
}
