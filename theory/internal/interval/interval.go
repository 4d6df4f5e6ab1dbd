// Package interval encloses real functions over an interval of their variable:
// every result holds the true values of the function, and of its derivative, for
// all points of the interval. Ends are rounded outwards.
package interval

import "math"

// Range is the set of numbers from Lo to Hi.
type Range struct{ Lo, Hi float64 }

// All is every number.
var All = Range{math.Inf(-1), math.Inf(1)}

// At is the number v alone.
func At(v float64) Range { return Range{v, v} }

// Around is v with an error of at most e.
func Around(v, e float64) Range { return Range{v - e, v + e}.out(0) }

// Hull is the least range that holds a and b.
func Hull(a, b Range) Range { return Range{math.Min(a.Lo, b.Lo), math.Max(a.Hi, b.Hi)} }

// Meet is what a and b have in common; they must overlap.
func Meet(a, b Range) Range { return Range{math.Max(a.Lo, b.Lo), math.Min(a.Hi, b.Hi)} }

// out widens the ends by `more` and by rounding; not a number is All.
func (a Range) out(more float64) Range {
	if math.IsNaN(a.Lo) || math.IsNaN(a.Hi) {
		return All
	}
	return Range{down(a.Lo - more), up(a.Hi + more)}
}

func down(v float64) float64 { return math.Nextafter(v, math.Inf(-1)) }

func up(v float64) float64 { return math.Nextafter(v, math.Inf(1)) }

// Positive reports whether all numbers of a are > 0.
func (a Range) Positive() bool { return a.Lo > 0 }

// Negative reports whether all numbers of a are < 0.
func (a Range) Negative() bool { return a.Hi < 0 }

// Definite reports whether all numbers of a have the same sign, and none is 0.
func (a Range) Definite() bool { return a.Lo > 0 || a.Hi < 0 }

// Add is a + b.
func (a Range) Add(b Range) Range { return Range{a.Lo + b.Lo, a.Hi + b.Hi}.out(0) }

// Sub is a - b.
func (a Range) Sub(b Range) Range { return Range{a.Lo - b.Hi, a.Hi - b.Lo}.out(0) }

// Neg is -a.
func (a Range) Neg() Range { return Range{-a.Hi, -a.Lo} }

// Scale is k a.
func (a Range) Scale(k float64) Range { return a.Mul(At(k)) }

// Mul is a b, where 0 times infinity is 0.
func (a Range) Mul(b Range) Range {
	p, q, r, s := product(a.Lo, b.Lo), product(a.Lo, b.Hi), product(a.Hi, b.Lo), product(a.Hi, b.Hi)
	return Range{math.Min(math.Min(p, q), math.Min(r, s)), math.Max(math.Max(p, q), math.Max(r, s))}.out(0)
}

func product(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}

// Div is a / b, All where b holds 0.
func (a Range) Div(b Range) Range {
	if !b.Definite() {
		return All
	}
	return a.Mul(Range{1 / b.Hi, 1 / b.Lo}.out(0))
}

// Sqrt is the root of the part of a that is >= 0.
func (a Range) Sqrt() Range {
	r := Range{math.Sqrt(math.Max(a.Lo, 0)), math.Sqrt(math.Max(a.Hi, 0))}.out(0)
	r.Lo = math.Max(r.Lo, 0)
	return r
}

// relative is the error of the functions of package math, at least.
const relative = 0x1p-51

// Exp is e^a.
func (a Range) Exp() Range {
	lo, hi := math.Exp(a.Lo), math.Exp(a.Hi)
	return Range{math.Max(down(lo-relative*lo), 0), up(hi + relative*hi)}
}

// Sin is sin a.
func (a Range) Sin() Range { return a.Sub(Range{down(math.Pi / 2), up(math.Pi / 2)}).Cos() }

// Cos is cos a.
func (a Range) Cos() Range {
	if !(a.Hi-a.Lo < 2*math.Pi) {
		return Range{-1, 1}
	}
	c, d := math.Cos(a.Lo), math.Cos(a.Hi)
	r := Range{math.Min(c, d), math.Max(c, d)}.out(relative)
	// Extremes are at the multiples of π; those at an end count.
	const near = 1e-9
	first, last := math.Ceil(a.Lo/math.Pi-near), math.Floor(a.Hi/math.Pi+near)
	for k := first; k <= last; k++ {
		if math.Mod(k, 2) == 0 {
			r.Hi = 1
		} else {
			r.Lo = -1
		}
	}
	return Meet(r, Range{-1, 1})
}
