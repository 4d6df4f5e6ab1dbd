package plotting

import "slices"

// completed returns frames with the panels of the one that has most: where a frame
// lacks one of them, as a comparison at the start lacks the runs that it saves, words
// stand in its place. Panels are known by the labels of their axes, in their order;
// frames of others stay as they are.
func (f Frames) completed() Frames {
	most := slices.MaxFunc(f.Figures, func(a, b Figure) int { return len(a.Panels) - len(b.Panels) })
	for k, g := range f.Figures {
		if len(g.Panels) == len(most.Panels) {
			continue
		}
		var all []Panel
		for _, p := range most.Panels {
			if len(g.Panels) > 0 && g.Panels[0].X.Label == p.X.Label && g.Panels[0].Y.Label == p.Y.Label {
				all, g.Panels = append(all, g.Panels[0]), g.Panels[1:]
				continue
			}
			all = append(all, Panel{Title: p.Title, X: p.X, Y: p.Y, Equal: p.Equal}.blank("nothing to draw"))
		}
		if len(g.Panels) == 0 {
			f.Figures[k].Panels, f.Figures[k].Columns = all, most.Columns
		}
	}
	return f
}

// agreed returns frames with one scale of each axis, where those of their
// figures differ: symmetric if one is; else logarithmic, if that loses no more
// than a start at 0; else linear.
func (f Frames) agreed() Frames {
	for i := range f.Figures[0].Panels {
		panels := make([]*Panel, len(f.Figures))
		for k := range f.Figures {
			if i >= len(f.Figures[k].Panels) {
				return f
			}
			f.Figures[k].Panels = slices.Clone(f.Figures[k].Panels)
			panels[k] = &f.Figures[k].Panels[i]
		}
		agree(panels, true, func(p *Panel) *Axis { return &p.X }, func(s Series) []Values { return []Values{s.afterZero().X, s.To} })
		agree(panels, false, func(p *Panel) *Axis { return &p.Y }, func(s Series) []Values { return []Values{s.Y, s.High} })
		for _, p := range panels {
			if p.empty() && !p.says() {
				*p = p.blank("nothing to draw")
			}
		}
	}
	return f
}

// agree gives an axis of several panels one scale. Of returns the numbers of a
// series along it; vertical references lie at a place of it, or the others do.
func agree(panels []*Panel, vertical bool, axis func(*Panel) *Axis, of func(Series) []Values) {
	scales := mapped(panels, func(p *Panel) Scale { return axis(p).Scale })
	if len(slices.Compact(slices.Clone(scales))) == 1 {
		return
	}
	common, from := Log10, 0.0
	for _, p := range panels {
		if a := axis(p); a.Scale.logarithmic() && a.Min > 0 && (from == 0 || a.Min < from) {
			from = a.Min
		}
		var along Values
		for _, s := range p.Series {
			along = append(along, slices.Concat(of(s)...)...)
		}
		for _, r := range p.References {
			if r.Vertical == vertical {
				along = append(along, r.At)
			}
		}
		if axis(p).Scale == Linear && slices.ContainsFunc(along, func(v float64) bool { return v <= 0 }) {
			common = Linear
		}
	}
	if slices.Contains(scales, Symmetric) {
		common = Symmetric
	}
	for _, p := range panels {
		a := axis(p)
		if a.Scale = common; common.logarithmic() && a.bounded() && a.Min <= 0 {
			if a.Min = from; !(0 < a.Min && a.Min < a.Max) {
				a.Min, a.Max = 0, 0
			}
		}
		if common.logarithmic() && axis(p) == &p.X {
			p.Series = mapped(p.Series, Series.afterZero)
		}
	}
}

// afterZero returns the series without a start at 0, unless that is all of it.
func (s Series) afterZero() Series {
	if s.grid() || len(s.X) < 2 || s.X[0] != 0 {
		return s
	}
	kept := s
	kept.X, kept.Y, kept.High, kept.To, kept.Time = nil, nil, nil, nil, nil
	for k := 1; k < len(s.X); k++ {
		kept.take(s, k)
	}
	return kept
}
