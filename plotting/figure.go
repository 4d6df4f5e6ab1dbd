package plotting

import (
	"errors"
	"fmt"
	"math"
	"regexp"
)

// Figure is a picture as plain data: panels one below the other.
type Figure struct {
	Title string `json:"title"`
	// Caption says how to read the figure and what to conclude from it. It
	// stands below the figure on a page, and is not part of a saved image.
	Caption string  `json:"caption,omitempty"`
	Panels  []Panel `json:"panels"`
	// Table holds the figure's main numbers.
	Table Table `json:"table"`
}

// Panel is one pair of axes with what is drawn in it.
type Panel struct {
	X          Axis        `json:"x"`
	Y          Axis        `json:"y"`
	Series     []Series    `json:"series"` // the later over the earlier
	References []Reference `json:"references,omitempty"`
}

// Axis is one axis of a panel.
type Axis struct {
	Label string `json:"label"` // quantity, symbol, and unit if there is one
	Scale Scale  `json:"scale,omitempty"`
	// Min and Max bound the axis. Both zero: as the data have it.
	Min float64 `json:"min,omitempty"`
	Max float64 `json:"max,omitempty"`
}

// bounded reports whether the axis has bounds of its own.
func (a Axis) bounded() bool { return a.Min != 0 || a.Max != 0 }

// Scale says how an axis maps its numbers.
type Scale string

// The scales of an axis. The zero value is Linear.
const (
	Linear Scale = ""
	Log10  Scale = "log10" // positive numbers only; others are left out
)

// Kind says how a series is drawn.
type Kind string

// The kinds of a series. The zero value is Line.
const (
	Line   Kind = ""
	Points Kind = "points"
	Band   Kind = "band" // the area between Y and High
)

// Dash is the pattern of a line.
type Dash string

// The patterns of a line. The zero value is Solid.
const (
	Solid  Dash = ""
	Dashed Dash = "dashed"
	Dotted Dash = "dotted"
)

// Series is one line, set of points or band. X, Y (and High of a band) have
// equal lengths. Series of equal names share one entry in the legend; one
// without a name has none.
type Series struct {
	Name  string    `json:"name,omitempty"`
	Kind  Kind      `json:"kind,omitempty"`
	X     []float64 `json:"x"`
	Y     []float64 `json:"y"`
	High  []float64 `json:"high,omitempty"` // upper edge of a band
	Color string    `json:"color"`          // "#rrggbb"
	Dash  Dash      `json:"dash,omitempty"`
	Width float64   `json:"width,omitempty"` // of a line, in points; 0 means 1.5
	// Diverges ends the line in an arrow: it goes on where the picture stops.
	Diverges bool `json:"diverges,omitempty"`
}

// Reference is a grey line across a panel, at a value of its y axis.
type Reference struct {
	Y     float64 `json:"y"`
	Label string  `json:"label"`
}

var colorPattern = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Validate returns an error that says what in the figure cannot be drawn
// truly, or nil.
func (f Figure) Validate() error {
	if len(f.Panels) == 0 {
		return errors.New("plotting: a figure needs at least one panel")
	}
	for i, p := range f.Panels {
		if err := p.validate(); err != nil {
			return fmt.Errorf("plotting: panel %d of %q: %w", i, f.Title, err)
		}
	}
	return nil
}

func (p Panel) validate() error {
	for _, a := range []Axis{p.X, p.Y} {
		if a.bounded() && (!(a.Min < a.Max) || !a.Scale.shows(a.Min) || !a.Scale.shows(a.Max)) {
			return fmt.Errorf("axis %q from %v to %v: want increasing finite bounds, positive on a logarithmic axis", a.Label, a.Min, a.Max)
		}
	}
	points := 0
	for i, s := range p.Series {
		if err := s.validate(); err != nil {
			return fmt.Errorf("series %d (%q): %w", i, s.Name, err)
		}
		points += len(s.drawable(p.X.Scale, p.Y.Scale).X)
	}
	if points == 0 {
		return errors.New("nothing to draw: no series has a point that its axes can show")
	}
	for _, r := range p.References {
		if math.IsNaN(r.Y) || math.IsInf(r.Y, 0) {
			return fmt.Errorf("reference %q at %v: want a finite number", r.Label, r.Y)
		}
	}
	return nil
}

func (s Series) validate() error {
	if len(s.X) != len(s.Y) || s.Kind == Band && len(s.High) != len(s.X) {
		return fmt.Errorf("%d x, %d y and %d upper values: want equal lengths", len(s.X), len(s.Y), len(s.High))
	}
	if !colorPattern.MatchString(s.Color) {
		return fmt.Errorf("color %q: want the form #rrggbb", s.Color)
	}
	for _, values := range [][]float64{s.X, s.Y, s.High} {
		for k, v := range values {
			if math.IsNaN(v) {
				return fmt.Errorf("entry %d is NaN: want a number", k)
			}
		}
	}
	return nil
}

// drawable returns the series with the points that the scales can show: finite
// and, on a logarithmic axis, positive. A line that leaves the finite numbers
// is cut there and diverges.
func (s Series) drawable(x, y Scale) Series {
	kept := s
	kept.X, kept.Y, kept.High = nil, nil, nil
	for k := range s.X {
		if math.IsInf(s.Y[k], 1) && s.Kind == Line {
			kept.Diverges = true
			break
		}
		if !x.shows(s.X[k]) || !y.shows(s.Y[k]) || s.Kind == Band && !y.shows(s.High[k]) {
			continue
		}
		kept.X, kept.Y = append(kept.X, s.X[k]), append(kept.Y, s.Y[k])
		if s.Kind == Band {
			kept.High = append(kept.High, s.High[k])
		}
	}
	return kept
}

func (s Scale) shows(v float64) bool {
	return !math.IsInf(v, 0) && (s != Log10 || v > 0)
}

// outline returns the points of a band's closed edge.
func (s Series) outline() [][2]float64 {
	n := len(s.X)
	edge := make([][2]float64, 0, 2*n)
	for k := range n {
		edge = append(edge, [2]float64{s.X[k], s.Y[k]})
	}
	for k := n - 1; k >= 0; k-- {
		edge = append(edge, [2]float64{s.X[k], s.High[k]})
	}
	return edge
}

func (s Series) width() float64 {
	if s.Width == 0 {
		return 1.5
	}
	return s.Width
}
