package plotting

import "slices"

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
		agree(panels, func(p *Panel) *Axis { return &p.X }, func(s Series) []Values { return []Values{s.afterZero().X, s.To} })
		agree(panels, func(p *Panel) *Axis { return &p.Y }, func(s Series) []Values { return []Values{s.Y, s.High} })
	}
	return f
}

// agree gives an axis of several panels one scale. Of returns the numbers of a
// series along it.
func agree(panels []*Panel, axis func(*Panel) *Axis, of func(Series) []Values) {
	scales := mapped(panels, func(p *Panel) Scale { return axis(p).Scale })
	if len(slices.Compact(slices.Clone(scales))) == 1 {
		return
	}
	common, from := Log10, 0.0
	for _, p := range panels {
		if a := axis(p); a.Scale.logarithmic() && a.Min > 0 && (from == 0 || a.Min < from) {
			from = a.Min
		}
		for _, s := range p.Series {
			for _, v := range slices.Concat(of(s)...) {
				if v <= 0 && axis(p).Scale == Linear {
					common = Linear
				}
			}
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
