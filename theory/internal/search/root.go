package search

import "math"

// ends are the values of a function at the ends of a bracket: above > 0 at the
// low end and below <= 0 at the high end, with those of an end that stays where
// it is halved (the Illinois rule: Dowell and Jarratt, A modified regula falsi
// method for computing the root of an equation, BIT 1971). By it the order of
// convergence at a simple root is 3^(1/3). Where three looks have not halved the
// bracket between them the fourth does, whatever the function.
type ends struct {
	above, below float64
	side         int     // which end moved last
	width        float64 // of the bracket when it was last halved
	stale        int     // looks since
}

// see takes in a value.
func (e *ends) see(value float64) {
	if value > 0 {
		if e.side < 0 {
			e.below /= 2
		}
		e.above, e.side = value, -1
		return
	}
	if e.side > 0 {
		e.above /= 2
	}
	e.below, e.side = value, 1
}

// part is where in a bracket to look next, as a part of its width: the secant's
// zero, and the middle where there is no secant or it does not get on.
func (e *ends) part(width float64) float64 {
	if e.stale++; width <= e.width/2 || e.width == 0 {
		e.width, e.stale = width, 0
	}
	part := e.above / (e.above - e.below)
	if e.stale >= patience || !(part > 0) { // or infinite values, or none
		return 0.5
	}
	return part
}

// patience is how many looks in a row may leave more than half of a bracket.
const patience = 3

// Bracket holds a root of a function that is > 0 at Low and <= 0 at High; an end
// that is not known yet is infinite, and the other then moves by strides that
// double.
type Bracket struct {
	Low, High float64
	ends
	stride float64
	least  float64 // distance of a look from an end: half of the width asked for
}

// From begins a bracket at x, where the function has the value.
func From(x, value, stride float64) *Bracket {
	b := &Bracket{Low: math.Inf(-1), High: math.Inf(1), stride: stride}
	b.See(x, value)
	return b
}

// Between begins a bracket with both ends.
func Between(low, above, high, below float64) *Bracket {
	return &Bracket{Low: low, High: high, ends: ends{above: above, below: below}}
}

// Open reports whether the bracket is wider than asked for, relative to its ends,
// or has an end that is not known. A bracket of neighbouring floats is not open,
// and one whose other end is at no float64 any more.
func (b *Bracket) Open(absolute, relative float64) bool {
	if b.unknown() {
		return b.stride > 0 && !math.IsInf(2*b.stride, 1)
	}
	mid, enough := b.middle(), absolute+relative*math.Max(math.Abs(b.Low), math.Abs(b.High))
	b.least = enough / 2
	return mid > b.Low && mid < b.High && b.High-b.Low > enough
}

func (b *Bracket) unknown() bool { return math.IsInf(b.Low, -1) || math.IsInf(b.High, 1) }

func (b *Bracket) middle() float64 { return b.Low + (b.High-b.Low)/2 }

// Next returns where to look: strictly between the ends of an open bracket, or
// beyond the one that is known.
func (b *Bracket) Next() float64 {
	if b.unknown() {
		stride := b.stride
		b.stride *= 2
		if math.IsInf(b.Low, -1) {
			return b.High - stride
		}
		return b.Low + stride
	}
	x := b.Low + b.part(b.High-b.Low)*(b.High-b.Low)
	x = math.Min(math.Max(x, b.Low+b.least), b.High-b.least)
	if !(x > b.Low && x < b.High) {
		return b.middle()
	}
	return x
}

// See takes in the value at x.
func (b *Bracket) See(x, value float64) {
	b.see(value)
	if value > 0 {
		b.Low = x
	} else {
		b.High = x
	}
}

// Close narrows the bracket around a root of f until it is not open any more.
func (b *Bracket) Close(f func(float64) float64, absolute, relative float64) {
	for b.Open(absolute, relative) {
		x := b.Next()
		b.See(x, f(x))
	}
}

// Count brackets the least whole number t >= 1 at which a function is <= 0, on
// the assumption that it falls: it is > 0 at Low, as far as is known, and <= 0 at
// High. An end that is not known yet is 0, and the other then moves by factors
// that grow. Between two ends the secant in log t is followed.
type Count struct {
	Low, High int
	ends
	ratio float64 // the next factor
	limit int     // the largest t to look at
}

// CountFrom begins at t <= limit, where the function has the value; ratio > 1 is
// the first factor.
func CountFrom(t int, value, ratio float64, limit int) *Count {
	c := &Count{ratio: ratio, limit: limit}
	c.See(t, value)
	return c
}

// Open reports whether there is a t < High left to look at that is more than a
// part `slack` of it away from Low, or one up to the limit if no High is known.
func (c *Count) Open(slack float64) bool {
	switch {
	case c.High == 0:
		return c.Low < c.limit
	case c.Low == 0:
		return c.High > 1
	}
	return float64(c.High-c.Low) > math.Max(1, slack*float64(c.High))
}

// Next returns a t strictly between the ends, or beyond the one that is known.
func (c *Count) Next() int {
	ratio := c.ratio
	c.ratio = 1 + 4*(ratio-1)
	switch {
	case c.High == 0:
		return int(math.Min(math.Max(float64(c.Low)*ratio, float64(c.Low+1)), float64(c.limit)))
	case c.Low == 0:
		return min(max(int(float64(c.High)/ratio), 1), c.High-1)
	}
	from, to := math.Log(float64(c.Low)), math.Log(float64(c.High))
	t := math.Exp(from + c.part(to-from)*(to-from))
	return min(max(int(t), c.Low+1), c.High-1)
}

// See takes in the value at t.
func (c *Count) See(t int, value float64) {
	c.see(value)
	if value > 0 {
		c.Low = t
	} else {
		c.High = t
	}
}
