package plotting

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"nqm/theory/table"
)

// Frames is one figure for each value of a parameter: where scripts run, a
// slider inside the figure goes through them, with no kernel and no network;
// elsewhere all frames, or some of many, stand side by side. All frames share their axes, so
// that the eye can compare them.
type Frames struct {
	Parameter string   `json:"parameter"` // what the slider changes, with its symbol
	Values    Values   `json:"values"`    // the parameter's values, one for each frame
	Figures   []Figure `json:"figures"`
	Start     int      `json:"start"` // the frame that is seen first
}

// mostFrames is how many frames one figure may have.
const mostFrames = 200

// Validate returns an error that says why the frames cannot be one figure, or
// nil.
func (f Frames) Validate() error {
	if n := len(f.Figures); n == 0 || n > mostFrames || len(f.Values) != n || f.Start < 0 || f.Start >= n {
		return fmt.Errorf("plotting: %d frames of %q with %d values, starting at %d: want 1 to %d, a value for each, and a start among them",
			n, f.Parameter, len(f.Values), f.Start, mostFrames)
	}
	if slices.ContainsFunc(f.Values, math.IsNaN) {
		return fmt.Errorf("plotting: a value of %q is NaN: want numbers", f.Parameter)
	}
	first := f.Figures[0]
	for k, figure := range f.Figures {
		if err := figure.Validate(); err != nil {
			return err
		}
		if len(figure.Panels) != len(first.Panels) || figure.columns() != first.columns() {
			return fmt.Errorf("plotting: frame %d of %q has other panels than the first", k, f.Parameter)
		}
		for i, p := range figure.Panels {
			if p.X.Scale != first.Panels[i].X.Scale || p.Y.Scale != first.Panels[i].Y.Scale {
				return fmt.Errorf("plotting: frame %d of %q has another scale in panel %d than the first", k, f.Parameter, i)
			}
		}
	}
	return nil
}

// aligned returns valid frames with the same bounds of each axis and colour
// scale in every frame: the widest of all.
func (f Frames) aligned() Frames {
	f.Figures = mapped(f.Figures, func(g Figure) Figure {
		g.Panels = slices.Clone(g.Panels)
		return g
	})
	for i := range f.Figures[0].Panels {
		views := make([]view, len(f.Figures))
		for k, g := range f.Figures {
			views[k] = g.Panels[i].view()
		}
		x, y := widest(views, func(v view) Axis { return v.X }), widest(views, func(v view) Axis { return v.Y })
		z, heat := widestColors(views)
		for k := range f.Figures {
			p := &f.Figures[k].Panels[i]
			p.X, p.Y = within(p.X, x), within(p.Y, y)
			if !heat {
				continue
			}
			p.Series = mapped(p.Series, func(s Series) Series {
				if s.Kind == KindHeat {
					s.ZAxis = within(s.ZAxis, z)
				}
				return s
			})
		}
	}
	return f
}

// widest returns the bounds that show every frame. A blank axis has none to
// show, and stays blank if all are.
func widest(views []view, axis func(view) Axis) Axis {
	all := axis(views[0])
	for _, v := range views[1:] {
		a := axis(v)
		if all.Blank != a.Blank {
			if all.Blank {
				all = a
			}
			continue
		}
		all.Min, all.Max, all.Linear = min(all.Min, a.Min), max(all.Max, a.Max), min(all.Linear, a.Linear)
	}
	return all
}

func widestColors(views []view) (Axis, bool) {
	var with []view
	for _, v := range views {
		if _, ok := v.heatSeries(); ok {
			with = append(with, v)
		}
	}
	if len(with) == 0 {
		return Axis{}, false
	}
	return widest(with, func(v view) Axis { s, _ := v.heatSeries(); return s.zAxis() }), true
}

// within returns the axis with the bounds of another, and its name if it has
// none.
func within(a, bounds Axis) Axis {
	a.Min, a.Max, a.Linear, a.Blank = bounds.Min, bounds.Max, bounds.Linear, bounds.Blank
	a.Label = cmp.Or(a.Label, bounds.Label)
	return a
}

// allNumbers returns the tables of all frames as one, the parameter first.
// Tables of other columns than the first, as of curves at other steps, would
// stand under the wrong heads: then each number has a row with its own.
func (f Frames) allNumbers() table.Table {
	lines := mapped(f.Figures, func(g Figure) [][]string { return g.Table.Lines() })
	heads := lines[0][0]
	alike := !slices.ContainsFunc(lines, func(own [][]string) bool { return !slices.Equal(own[0], heads) })
	t := table.Text(append([]string{f.Parameter}, heads...)...)
	if !alike {
		t = table.Text(f.Parameter, cmp.Or(heads...), "number", "value")
	}
	for k, own := range lines {
		for _, row := range own[1:] {
			at := []string{number(f.Values[k])}
			if alike {
				t.Rows = append(t.Rows, padded(append(at, row...), len(t.Columns)))
				continue
			}
			for c := 1; c < len(row); c++ {
				t.Rows = append(t.Rows, table.Texts(at[0], row[0], own[0][c], row[c]))
			}
		}
	}
	return t
}

// padded returns a row of exactly n texts.
func padded(cells []string, n int) []any {
	return table.Texts(append(cells, make([]string, max(n-len(cells), 0))...)[:n]...)
}
