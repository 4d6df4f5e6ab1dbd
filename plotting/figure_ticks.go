package plotting

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"nqm/plotting/internal/ticks"
)

// Ticks returns the ticks of an axis between min and max.
func (a Axis) Ticks(min, max float64) []plot.Tick {
	if a.Blank {
		return nil
	}
	switch a.Scale {
	case Log10, Log2:
		return ticks.Powers(a.Scale.base(), min, max)
	case Symmetric:
		return ticks.Symmetric(min, max, a.Linear, a.forward)
	}
	return ticks.Even(min, max, 4)
}

// few reports whether a logarithmic axis has so few powers in it, or so many,
// that its labels stand elsewhere than at each of them.
func (a Axis) few() bool {
	powers := a.forward(a.Max) - a.forward(a.Min)
	return powers < 3 || powers > 9
}

// roomy are the ticks of an axis with labels only where they have room along a
// length: none meets another.
type roomy struct {
	Axis
	length   vg.Length
	vertical bool
}

// apart reports whether no two labels of ticks meet.
func (r roomy) apart(ticks []plot.Tick) bool {
	style := textStyle(tickSize, ink)
	last := vg.Length(math.Inf(-1))
	for _, t := range ticks {
		if t.Label == "" {
			continue
		}
		half, gap := style.Width(t.Label)/2, vg.Length(5)
		if r.vertical {
			half, gap = style.Height(t.Label)/2, 1
		}
		at := vg.Length(r.Normalize(r.Min, r.Max, t.Value)) * r.length
		if at-half < last+gap {
			return false
		}
		last = at + half
	}
	return true
}

// Ticks returns the ticks between min and max.
func (r roomy) Ticks(min, max float64) []plot.Tick {
	all := r.Axis.Ticks(min, max)
	choices := [][]plot.Tick{all}
	switch {
	case r.Scale == Linear && !r.Blank:
		for _, least := range []float64{3, 2, 1} {
			choices = append(choices, ticks.Even(min, max, least))
		}
	case r.Scale == Log10:
		for _, kept := range [][]float64{{1, 2, 3, 5}, {1, 2, 5}, {1, 5}, {1}} {
			choices = append(choices, labelledWhere(all, func(_ int, v float64) bool {
				return slices.Contains(kept, math.Round(10*v/math.Pow(10, math.Floor(math.Log10(v)+1e-9)))/10)
			}))
		}
	}
	for every := 2; every < len(all); every++ {
		choices = append(choices, labelledWhere(all, func(k int, _ float64) bool { return k%every == 0 }))
	}
	best := all
	for _, c := range choices {
		if ticks.Labelled(c) < 2 {
			continue
		}
		if best = c; r.apart(c) {
			break
		}
	}
	return best
}

// labelledWhere keeps the labels of ticks, by their number among those with one
// and their value.
func labelledWhere(all []plot.Tick, keep func(k int, v float64) bool) []plot.Tick {
	kept, k := slices.Clone(all), 0
	for i, t := range all {
		if t.Label == "" {
			continue
		}
		if !keep(k, t.Value) {
			kept[i].Label = ""
		}
		k++
	}
	return kept
}
