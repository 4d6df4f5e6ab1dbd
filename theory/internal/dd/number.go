package dd

import "math"

// Number is the unevaluated sum Hi + Lo with |Lo| <= ulp(Hi)/2.
type Number struct{ Hi, Lo float64 }

// Exact returns a.
func Exact(a float64) Number { return Number{Hi: a} }

// TwoSum returns a + b without error (Knuth).
func TwoSum(a, b float64) Number {
	s := a + b
	v := s - a
	return Number{s, (a - (s - v)) + (b - v)}
}

// quickSum is TwoSum for |a| >= |b|.
func quickSum(a, b float64) Number {
	s := a + b
	return Number{s, b - (s - a)}
}

// TwoProd returns a·b without error, unless the error underflows.
func TwoProd(a, b float64) Number {
	p := a * b
	if math.IsInf(p, 0) {
		return Number{Hi: p}
	}
	return Number{p, math.FMA(a, b, -p)}
}

// Value returns a rounded to float64.
func (a Number) Value() float64 { return a.Hi + a.Lo }

// Neg returns -a.
func (a Number) Neg() Number { return Number{-a.Hi, -a.Lo} }

// Add returns a + b, with an error of at most 2^-104 (|a| + |b|).
func (a Number) Add(b Number) Number {
	s := TwoSum(a.Hi, b.Hi)
	t := TwoSum(a.Lo, b.Lo)
	s = quickSum(s.Hi, s.Lo+t.Hi)
	return quickSum(s.Hi, s.Lo+t.Lo)
}

// Sub returns a - b, with an error of at most 2^-104 (|a| + |b|).
func (a Number) Sub(b Number) Number { return a.Add(b.Neg()) }

// Mul returns a·b, with a relative error of at most 2^-102.
func (a Number) Mul(b Number) Number {
	p := a.Hi * b.Hi
	e := math.FMA(a.Hi, b.Hi, -p)
	return quickSum(p, e+(a.Hi*b.Lo+a.Lo*b.Hi))
}

// Scale returns a·k for k a power of two, which is exact.
func (a Number) Scale(k float64) Number { return Number{a.Hi * k, a.Lo * k} }

// Div returns a/b, with a relative error of at most 2^-101.
func (a Number) Div(b Number) Number {
	q := a.Hi / b.Hi
	r := a.Sub(b.Mul(Exact(q)))
	return quickSum(q, r.Hi/b.Hi)
}
