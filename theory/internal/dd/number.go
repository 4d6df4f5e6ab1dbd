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

// Sqrt returns √a of a >= 0, with a relative error of at most 2^-100.
func (a Number) Sqrt() Number {
	if a.Hi <= 0 {
		return Number{}
	}
	r := math.Sqrt(a.Hi)
	return quickSum(r, a.Sub(TwoProd(r, r)).Hi/(2*r))
}

// Sincos returns sin x and cos x of |x| <= 2, with an error of at most 2^-96, of the sine
// relative to it: by Taylor's series for a 64th of x, whose angle is then doubled six times.
func Sincos(x float64) (sin, cos Number) {
	one, r := Exact(1), Exact(x/64)
	square := r.Mul(r)
	var odd, even Number // sin r = r (1 - odd), 1 - cos r = r²/2 (1 - even)
	for k := 16.0; k >= 2; k -= 2 {
		odd = square.Mul(one.Sub(odd)).Div(Exact(k * (k + 1)))
		even = square.Mul(one.Sub(even)).Div(Exact((k + 1) * (k + 2)))
	}
	sin = r.Mul(one.Sub(odd))
	versine := square.Mul(one.Sub(even)).Scale(0.5)
	for range 6 {
		sin, versine = sin.Mul(one.Sub(versine)).Scale(2), sin.Mul(sin).Scale(2)
	}
	return sin, one.Sub(versine)
}
