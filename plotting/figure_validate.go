package plotting

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"nqm/plotting/internal/colors"
	"nqm/theory/table"
)

// The most of what one figure can hold: beyond, a notebook that shows it
// cannot be used.
const (
	mostPanels = 64
	mostHeight = 10. // times the usual
	mostValues = 4_000_000
	mostCells  = 250_000 // of a heat map
)

// Validate returns an error that says what in the figure cannot be drawn
// truly, or nil.
func (f Figure) Validate() error {
	if len(f.Panels) == 0 || len(f.Panels) > mostPanels {
		return fmt.Errorf("plotting: %q has %d panels: want at least one panel, at most %d", f.Title, len(f.Panels), mostPanels)
	}
	if !(f.Height >= 0) || f.Height > mostHeight {
		return fmt.Errorf("plotting: %q: height %v: want 0 to %v times the usual", f.Title, f.Height, mostHeight)
	}
	if f.Columns < 0 {
		return fmt.Errorf("plotting: %q: %d columns: want 0 or more", f.Title, f.Columns)
	}
	for i, p := range f.Panels {
		if err := p.validate(); err != nil {
			return fmt.Errorf("plotting: panel %d of %q: %w", i, f.Title, err)
		}
	}
	return validateTable(f.Table)
}

func (p Panel) validate() error {
	for _, a := range []Axis{p.X, p.Y} {
		if err := a.validate(); err != nil {
			return err
		}
	}
	if p.Equal && (p.X.Scale != Linear || p.Y.Scale != Linear) {
		return errors.New("equal axes that are not linear: want both linear")
	}
	values := 0
	for i, s := range p.Series {
		if err := s.validate(p.X, p.Y); err != nil {
			return fmt.Errorf("series %d (%q): %w", i, s.Name, err)
		}
		values += len(s.X) + len(s.Z)
	}
	if p.empty() && !p.says() {
		return errors.New("nothing to draw: no series has a point that its axes can show")
	}
	if values > mostValues {
		return fmt.Errorf("%d points: want at most %d", values, mostValues)
	}
	return p.validateMarks()
}

// empty reports whether no series has a point that the axes can show.
func (p Panel) empty() bool {
	return !slices.ContainsFunc(p.Series, func(s Series) bool { return len(s.drawable(p.X.Scale, p.Y.Scale).X) > 0 })
}

// says reports whether the words of a region stand for what is not drawn.
func (p Panel) says() bool {
	return p.X.fixed() && p.Y.fixed() && slices.ContainsFunc(p.Regions, func(r Region) bool { return r.Label != "" })
}

func (p Panel) validateMarks() error {
	for _, r := range p.References {
		if !p.axisOf(r.Vertical).Scale.shows(r.At) {
			return fmt.Errorf("reference %q at %v: want a finite number, positive on a logarithmic axis", r.Label, r.At)
		}
	}
	for _, r := range p.Regions {
		if !(r.From < r.To) {
			return fmt.Errorf("region %q from %v to %v: want increasing ends", r.Label, r.From, r.To)
		}
		if _, err := colors.Parse(r.color()); err != nil {
			return fmt.Errorf("region %q: %w", r.Label, err)
		}
	}
	return nil
}

func (s Series) validate(x, y Axis) error {
	if err := s.validateLook(); err != nil {
		return err
	}
	for _, values := range []Values{s.X, s.Y, s.High, s.To, s.Z, s.Levels, s.Time} {
		if k := slices.IndexFunc(values, math.IsNaN); k >= 0 {
			return fmt.Errorf("entry %d is NaN: want a number", k)
		}
	}
	if s.grid() {
		return s.validateGrid(x, y)
	}
	n := len(s.X)
	if len(s.Y) != n || s.Kind == KindBand && len(s.High) != n {
		return fmt.Errorf("%d x, %d y and %d upper values: want equal lengths", n, len(s.Y), len(s.High))
	}
	if s.To != nil && len(s.To) != n || s.Time != nil && len(s.Time) != n {
		return fmt.Errorf("%d x, %d right edges and %d times: want equal lengths", n, len(s.To), len(s.Time))
	}
	if !slices.IsSorted(s.Time) {
		return errors.New("times fall: want times in order")
	}
	return nil
}

func (s Series) validateLook() error {
	switch s.Kind {
	case KindLine, KindPoints, KindStep, KindBand, KindBar, KindHeat, KindContour, KindPath:
	default:
		return fmt.Errorf("kind %q: want line (empty), points, step, band, bar, heat, contour or path", s.Kind)
	}
	switch s.Dash {
	case Solid, Dashed, Dotted:
	default:
		return fmt.Errorf("dash %q: want solid (empty), dashed or dotted", s.Dash)
	}
	switch s.Marker {
	case Plain, Circle, Square, Triangle, Diamond, Ring, Cross, Plus, Halo:
	default:
		return fmt.Errorf("marker %q: want circle, square, triangle, diamond, ring, cross, plus, halo or none (empty)", s.Marker)
	}
	if s.Kind != KindHeat && s.Color != "" {
		if _, err := colors.Parse(s.Color); err != nil {
			return err
		}
	}
	if !(0 <= s.Opacity && s.Opacity <= 1) {
		return fmt.Errorf("opacity %v: want 0 to 1", s.Opacity)
	}
	if !(s.Width >= 0) || math.IsInf(s.Width, 0) {
		return fmt.Errorf("width %v: want a finite number >= 0", s.Width)
	}
	return nil
}

func (s Series) validateGrid(x, y Axis) error {
	if s.traced() {
		for k := range s.X {
			if !x.Scale.shows(s.X[k]) || !y.Scale.shows(s.Y[k]) || !s.ZAxis.Scale.shows(s.Z[k]) {
				return fmt.Errorf("point %d of a contour at %v, %v, of level %v: want finite numbers, positive on a logarithmic axis", k, s.X[k], s.Y[k], s.Z[k])
			}
		}
		return s.ZAxis.validate()
	}
	if len(s.X) < 2 || len(s.Y) < 2 || len(s.Z) != len(s.X)*len(s.Y) {
		return fmt.Errorf("a grid of %d by %d with %d values: want at least 2 by 2, and a value for each", len(s.X), len(s.Y), len(s.Z))
	}
	if len(s.Z) > mostCells {
		return fmt.Errorf("a grid of %d cells: want at most %d", len(s.Z), mostCells)
	}
	for _, side := range []struct {
		at   Values
		axis Axis
	}{{s.X, x}, {s.Y, y}} {
		for k, v := range side.at {
			if !side.axis.Scale.shows(v) || k > 0 && v <= side.at[k-1] {
				return fmt.Errorf("grid line %d at %v: want finite increasing numbers, positive on a logarithmic axis", k, v)
			}
		}
	}
	for k := 1; k < len(s.Levels); k++ {
		if s.Levels[k] <= s.Levels[k-1] {
			return fmt.Errorf("level %v after %v: want increasing levels", s.Levels[k], s.Levels[k-1])
		}
	}
	if s.ZAxis.Scale == Symmetric {
		return errors.New("colours on a symmetric scale: want linear, log10 or log2")
	}
	return s.ZAxis.validate()
}

func validateTable(t table.Table) error {
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("plotting: row %d of the table has %d cells: want %d", i, len(row), len(t.Columns))
		}
	}
	return nil
}
