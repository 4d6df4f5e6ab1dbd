package plotting

import (
	"gonum.org/v1/plot"

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

// sparseTicks are the ticks of an axis that has little room.
type sparseTicks struct{ Axis }

// Ticks returns the ticks between min and max.
func (a sparseTicks) Ticks(min, max float64) []plot.Tick {
	if a.Scale == Linear && !a.Blank {
		return ticks.Even(min, max, 2)
	}
	return ticks.Sparse(a.Axis.Ticks(min, max))
}
