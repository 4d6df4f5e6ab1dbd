package plotting

import (
	"fmt"
	"math"
)

// Axis is one axis of a panel.
type Axis struct {
	Label string `json:"label,omitempty"` // quantity, symbol, and unit if there is one
	Scale Scale  `json:"scale,omitempty"`
	// Min and Max bound the axis. One that is 0 is as the data have it; if the
	// other is set, an axis that is not logarithmic reaches to 0 at least.
	Min float64 `json:"min,omitempty"`
	Max float64 `json:"max,omitempty"`
	// Linear is the half-width of the linear part of a symmetric axis, > 0.
	// Zero: a thousandth of its reach.
	Linear float64 `json:"linear,omitempty"`
	// Blank leaves out ticks and numbers: the places mean nothing but an order.
	Blank bool `json:"blank,omitempty"`
}

// Scale says how an axis maps its numbers.
type Scale string

// The scales of an axis. The zero value is Linear.
const (
	Linear    Scale = ""
	Log10     Scale = "log10"     // positive numbers only; others are left out, and a note says so
	Log2      Scale = "log2"      // likewise
	Symmetric Scale = "symmetric" // linear around 0, logarithmic on both sides
)

func (s Scale) known() bool {
	return s == Linear || s == Log10 || s == Log2 || s == Symmetric
}

// logarithmic reports whether only positive numbers have a place.
func (s Scale) logarithmic() bool { return s == Log10 || s == Log2 }

func (s Scale) base() float64 {
	if s == Log2 {
		return 2
	}
	return 10
}

// shows reports whether a number has a place on an axis of the scale.
func (s Scale) shows(v float64) bool {
	return math.Abs(v) <= largest && (!s.logarithmic() || v >= 1/largest)
}

// largest is the largest number that has a place: a hundredth of what overflows, so that no
// end of an axis and no length of one does.
const largest = 1e306

// bounded reports whether the axis has a bound of its own.
func (a Axis) bounded() bool { return a.Min != 0 || a.Max != 0 }

// fixed reports whether no data move the ends of the axis away from each other.
func (a Axis) fixed() bool { return a.bounded() && a.Min < a.Max && a.Scale.shows(a.Min) }

// forward maps a number to its place, in units in which the axis is even.
func (a Axis) forward(v float64) float64 {
	switch a.Scale {
	case Log10:
		return math.Log10(v)
	case Log2:
		return math.Log2(v)
	case Symmetric:
		return math.Copysign(math.Log10(1+math.Abs(v)/a.Linear), v)
	}
	return v
}

// inverse maps a place to its number.
func (a Axis) inverse(u float64) float64 {
	switch a.Scale {
	case Log10:
		return math.Pow(10, u)
	case Log2:
		return math.Exp2(u)
	case Symmetric:
		return math.Copysign(a.Linear*(math.Pow(10, math.Abs(u))-1), u)
	}
	return u
}

// Normalize maps v to a place between 0 (min) and 1 (max).
func (a Axis) Normalize(min, max, v float64) float64 {
	low, high := a.forward(min), a.forward(max)
	return (a.forward(v) - low) / (high - low)
}

func (a Axis) validate() error {
	if !a.Scale.known() {
		return fmt.Errorf("axis %q: scale %q: want linear (empty), log10, log2 or symmetric", a.Label, a.Scale)
	}
	if !(a.Linear >= 0) || math.IsInf(a.Linear, 0) {
		return fmt.Errorf("axis %q: linear part %v: want a finite number >= 0", a.Label, a.Linear)
	}
	wrong := func(end float64) bool { return end != 0 && (!a.Scale.shows(end) || math.Abs(end) < 1/largest) }
	if wrong(a.Min) || wrong(a.Max) || a.Min != 0 && a.Max != 0 && a.Min >= a.Max {
		return fmt.Errorf("axis %q from %v to %v: want increasing finite bounds, positive on a logarithmic axis, or 0 for an end as the data have it", a.Label, a.Min, a.Max)
	}
	return nil
}

// fitted returns the axis with bounds, and the linear part of a symmetric one:
// its own, or those of the numbers from low to high, with the share pad of the
// length added at each end.
func (a Axis) fitted(low, high, pad float64) Axis {
	if a.Scale == Symmetric && a.Linear == 0 {
		seen := func(v float64) float64 { // of the data, what a set end leaves in sight
			if a.Max != 0 {
				v = min(v, a.Max)
			}
			if a.Min != 0 {
				v = max(v, a.Min)
			}
			return math.Abs(v)
		}
		a.Linear = max(seen(low), seen(high), math.Abs(a.Min), math.Abs(a.Max)) / 1000
		if a.Linear == 0 || math.IsInf(a.Linear, 0) {
			a.Linear = 1
		}
	}
	if a.bounded() {
		return a.completed(low, high, pad)
	}
	if low > high { // no numbers
		low, high = 1, 10
	}
	from, to := a.forward(low), a.forward(high)
	if a.narrow(from, to) {
		half := 0.5
		if a.Scale == Linear && to != 0 {
			half = max(0.1*math.Abs(to), 1/largest)
		}
		from, to = from-half, to+half
	}
	room := pad * (to - from)
	a.Min, a.Max = a.inverse(from-room), a.inverse(to+room)
	if a.Scale == Linear && low >= 0 && a.Min < 0 {
		a.Min = 0
	}
	if a.Scale.logarithmic() {
		a.Min, a.Max = max(a.Min, 1/largest), min(a.Max, largest)
	}
	if math.IsInf(a.Min, 0) || math.IsInf(a.Max, 0) {
		a.Min, a.Max = low, high
	}
	return a
}

// narrow reports whether two places are so near that no numbers tell their ends apart.
func (a Axis) narrow(from, to float64) bool {
	size := max(math.Abs(from), math.Abs(to), 1e10/largest) // a length below 10^-305 has few digits
	if a.Scale.logarithmic() {
		size = max(size, 1)
	}
	return !(to-from > 1e-9*size)
}

// completed returns an axis that has a bound with both: the one that is 0 as the
// numbers from low to high have it.
func (a Axis) completed(low, high, pad float64) Axis {
	free := Axis{Scale: a.Scale, Linear: a.Linear}.fitted(low, high, pad)
	beyond := func(end, direction float64) float64 {
		at := a.forward(end)
		beyond := a.inverse(at + direction*max(1, 0.1*math.Abs(at)))
		if a.Scale.logarithmic() {
			return min(max(beyond, 1/largest), largest)
		}
		return beyond
	}
	switch log := a.Scale.logarithmic(); {
	case a.Min == 0 && (log || a.Max < 0 || low < 0):
		if a.Min = free.Min; a.narrow(a.forward(a.Min), a.forward(a.Max)) {
			a.Min = beyond(a.Max, -1)
		}
	case a.Max == 0 && (log || a.Min > 0 || high > 0):
		if a.Max = free.Max; a.narrow(a.forward(a.Min), a.forward(a.Max)) {
			a.Max = beyond(a.Min, 1)
		}
	}
	return a
}

// stretched returns a linear axis that shows so many times as much, if that is
// more, around the same middle.
func (a Axis) stretched(times float64) Axis {
	if more := (max(times, 1) - 1) * (a.Max - a.Min) / 2; more > 0 {
		a.Min, a.Max = a.Min-more, a.Max+more
	}
	return a
}

// inside reports whether v lies on the axis, give or take a rounding.
func (a Axis) inside(v float64) bool {
	at := a.Normalize(a.Min, a.Max, v)
	return -1e-9 <= at && at <= 1+1e-9
}

// clamped returns v moved onto the axis.
func (a Axis) clamped(v float64) float64 { return min(max(v, a.Min), a.Max) }
