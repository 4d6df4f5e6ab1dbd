package nqmkit

import "math/bits"

// plan says how the leaps between chosen steps are composed of single steps,
// the same way in all directions: its parts are made in order, each a kind of
// step or two earlier parts, one after the other.
type plan struct {
	parts []part
	// exact are the doublings, and the parts that they are made of.
	exact []bool
	// leaps are the parts between chosen steps, each named once; order is the
	// place among them of the leap to each chosen step.
	leaps, order []int

	known  map[part]int // places of the parts
	placed map[int]int  // places of the leaps among leaps
}

// part is a step of a kind, if first < 0, or the part first and the part then.
type part struct{ first, then, kind int }

// standing is the part of no step at all, with which every plan begins.
const standing = 0

func newPlan() *plan {
	return &plan{parts: []part{{first: -1, kind: -1}}, exact: []bool{false}, known: map[part]int{}, placed: map[int]int{}}
}

// step is one step of a kind.
func (p *plan) step(kind int) int { return p.place(part{first: -1, kind: kind}) }

// join is one part after another.
func (p *plan) join(first, then int) int {
	switch {
	case first == standing:
		return then
	case then == standing:
		return first
	}
	return p.place(part{first: first, then: then})
}

// place returns the place of what, which it adds if it is new.
func (p *plan) place(what part) int {
	at, ok := p.known[what]
	if !ok {
		at = len(p.parts)
		p.parts, p.exact = append(p.parts, what), append(p.exact, false)
		p.known[what] = at
	}
	return at
}

// power is n times the same part: doublings make 2, 4, 8, ..., these make the
// digits of n in base 16, and those n. Equal digits are made once.
func (p *plan) power(base, n int) int {
	switch {
	case base == standing || n == 0:
		return standing
	case n == 1:
		return base
	case n&(n-1) == 0:
		half := p.power(base, n/2)
		twice := p.join(half, half)
		p.mark(twice)
		return twice
	}
	digit := n & (15 << (bits.TrailingZeros(uint(n)) &^ 3))
	if digit == n {
		digit = n & -n
	}
	return p.join(p.power(base, digit), p.power(base, n-digit))
}

// mark makes a part exact, and what it is made of.
func (p *plan) mark(k int) {
	if p.exact[k] {
		return
	}
	p.exact[k] = true
	if what := p.parts[k]; what.first >= 0 {
		p.mark(what.first)
		p.mark(what.then)
	}
}

// look ends the leap to the next chosen step.
func (p *plan) look(leap int) {
	at, ok := p.placed[leap]
	if !ok {
		at = len(p.leaps)
		p.leaps = append(p.leaps, leap)
		p.placed[leap] = at
	}
	p.order = append(p.order, at)
}
