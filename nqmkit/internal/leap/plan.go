package leap

import "math/bits"

// Plan is a powering plan: how the leaps between chosen steps are composed of
// single steps, the same way in all directions. Its parts are made in order, each
// a kind of step or two earlier parts, one after the other.
type Plan struct {
	parts []part
	// exact are the doublings, and the parts that they are made of.
	exact []bool
	// Leaps are the parts between chosen steps, each named once; Order is the
	// place among them of the leap to each chosen step.
	Leaps, Order []int

	known  map[part]int // places of the parts
	placed map[int]int  // places of the leaps among leaps
}

// part is a step of a kind, if first < 0, or the part first and the part then.
type part struct{ first, then, kind int }

// Standing is the part of no step at all, with which every plan begins.
const Standing = 0

// NewPlan returns a plan without leaps.
func NewPlan() *Plan {
	return &Plan{parts: []part{{first: -1, kind: -1}}, exact: []bool{false}, known: map[part]int{}, placed: map[int]int{}}
}

// Step is one step of a kind.
func (p *Plan) Step(kind int) int { return p.place(part{first: -1, kind: kind}) }

// Join is one part after another.
func (p *Plan) Join(first, then int) int {
	switch {
	case first == Standing:
		return then
	case then == Standing:
		return first
	}
	return p.place(part{first: first, then: then})
}

// place returns the place of what, which it adds if it is new.
func (p *Plan) place(what part) int {
	at, ok := p.known[what]
	if !ok {
		at = len(p.parts)
		p.parts, p.exact = append(p.parts, what), append(p.exact, false)
		p.known[what] = at
	}
	return at
}

// Repeat is n times the same part: doublings make 2, 4, 8, ..., these make the
// digits of n in base 16, and those n. Equal digits are made once.
func (p *Plan) Repeat(base, n int) int {
	switch {
	case base == Standing || n == 0:
		return Standing
	case n == 1:
		return base
	case n&(n-1) == 0:
		half := p.Repeat(base, n/2)
		twice := p.Join(half, half)
		p.mark(twice)
		return twice
	}
	digit := n & (15 << (bits.TrailingZeros(uint(n)) &^ 3))
	if digit == n {
		digit = n & -n
	}
	return p.Join(p.Repeat(base, digit), p.Repeat(base, n-digit))
}

// mark makes a part exact, and what it is made of.
func (p *Plan) mark(k int) {
	if p.exact[k] {
		return
	}
	p.exact[k] = true
	if what := p.parts[k]; what.first >= 0 {
		p.mark(what.first)
		p.mark(what.then)
	}
}

// Look ends the leap to the next chosen step.
func (p *Plan) Look(leap int) {
	at, ok := p.placed[leap]
	if !ok {
		at = len(p.Leaps)
		p.Leaps = append(p.Leaps, leap)
		p.placed[leap] = at
	}
	p.Order = append(p.Order, at)
}
