package theory

import "math"

// dd is an unevaluated sum hi + lo with |lo| <= ulp(hi)/2: about 106 bits
// (Dekker 1971; Hida, Li, Bailey 2001). It holds what float64 would cancel:
// 1 - αh, the discriminant of a pair of roots, the powers of a matrix.
type dd struct{ hi, lo float64 }

func exact(a float64) dd { return dd{hi: a} }

// twoSum returns a + b without error (Knuth).
func twoSum(a, b float64) dd {
	s := a + b
	v := s - a
	return dd{s, (a - (s - v)) + (b - v)}
}

// quickSum is twoSum for |a| >= |b|.
func quickSum(a, b float64) dd {
	s := a + b
	return dd{s, b - (s - a)}
}

// twoProd returns a·b without error, unless the error underflows.
func twoProd(a, b float64) dd {
	p := a * b
	if math.IsInf(p, 0) {
		return dd{hi: p}
	}
	return dd{p, math.FMA(a, b, -p)}
}

func (a dd) value() float64 { return a.hi + a.lo }

func (a dd) neg() dd { return dd{-a.hi, -a.lo} }

func (a dd) add(b dd) dd {
	s := twoSum(a.hi, b.hi)
	t := twoSum(a.lo, b.lo)
	s = quickSum(s.hi, s.lo+t.hi)
	return quickSum(s.hi, s.lo+t.lo)
}

func (a dd) sub(b dd) dd { return a.add(b.neg()) }

func (a dd) mul(b dd) dd {
	p := a.hi * b.hi
	e := math.FMA(a.hi, b.hi, -p)
	return quickSum(p, e+(a.hi*b.lo+a.lo*b.hi))
}

// scale returns a·k for k a power of two, which is exact.
func (a dd) scale(k float64) dd { return dd{a.hi * k, a.lo * k} }

func (a dd) div(b dd) dd {
	q := a.hi / b.hi
	r := a.sub(b.mul(exact(q)))
	return quickSum(q, r.hi/b.hi)
}
