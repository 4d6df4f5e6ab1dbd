// Package leap takes many steps of a linear method at once, in one direction: it
// powers the matrix of a step and the covariance of its noise, by a plan that all
// directions share.
package leap

import (
	"math"

	"nqm/theory"
)

// Square is a matrix of n rows of n.
type Square []float64

// Vector has the state of any method, and room beyond it.
type Vector [theory.MaxState]float64

// Powers are the leaps of all parts of a plan, in one direction. A leap is a number
// of steps at once: z' = A z + N(0, V) for noise of variance 1.
type Powers struct {
	n       int
	av      Square // A and V of each part, one after the other
	d       Square // D = I - A of each part
	whole   []bool // whether D has digits that A has rounded away
	scratch Square
}

// Compose makes the leap of each part of p of n variables from single steps:
//
//	A = A_then A_first        V = A_then V_first A_then' + V_then
//
// Only positive terms enter V, so that it never cancels. Doubling would amplify
// the rounding of A, so that what is doubled keeps D, too,
//
//	D = D_first + D_then - D_then D_first
//
// which has the digits of the slowest mode, beside fast ones too, until all have
// decayed; from then on the power itself is squared, which keeps the digits of
// the decay. Other leaps have few products in a row.
func (s *Powers) Compose(p *Plan, n int, single func(kind int) (d Square, b Vector)) {
	parts := len(p.parts)
	s.n, s.scratch = n, Grown(s.scratch, n*n)
	s.av, s.d = Grown(s.av, 2*parts*n*n), Grown(s.d, parts*n*n)
	s.whole = Grown(s.whole, parts)
	s.stand()
	for k, what := range p.parts[1:] {
		switch k++; {
		case what.first < 0:
			d, b := single(what.kind)
			s.single(k, d, &b)
		case p.exact[k]:
			s.double(k, what)
		default:
			s.join(k, what)
		}
	}
}

// Grown returns v with n entries, of any value.
func Grown[S ~[]E, E any](v S, n int) S {
	if cap(v) < n {
		return make(S, n)
	}
	return v[:n]
}

// Of returns A and V of a part: two slices stay in registers, where a struct of
// both goes through memory, which took a quarter of skip-ahead.
func (s *Powers) Of(k int) (a, v Square) {
	size := s.n * s.n
	both := s.av[2*k*size:][: 2*size : 2*size]
	return both[:size:size], both[size:]
}

func (s *Powers) exact(k int) Square {
	size := s.n * s.n
	return s.d[k*size:][:size:size]
}

// stand makes the leap of no step.
func (s *Powers) stand() {
	a, v := s.Of(Standing)
	clear(v)
	for i := range a {
		a[i] = Identity(i/s.n, i%s.n)
	}
}

// Identity is entry (i, j) of the identity matrix.
func Identity(i, j int) float64 {
	if i == j {
		return 1
	}
	return 0
}

// single makes the leap of one step.
func (s *Powers) single(k int, d Square, b *Vector) {
	a, v := s.Of(k)
	copy(s.exact(k), d)
	s.whole[k] = true
	a.without(d, s.n)
	for i := range v {
		v[i] = b[i/s.n] * b[i%s.n]
	}
}

// join makes a leap of two.
func (s *Powers) join(k int, what part) {
	switch s.n {
	case 1:
		l, first, then := s.av[2*k:][:2], s.av[2*what.first:][:2], s.av[2*what.then:][:2]
		l[0], l[1] = then[0]*first[0], float64(then[0]*then[0]*first[1])+then[1]
	case 2:
		joinTwo((*[8]float64)(s.av[8*k:]), (*[8]float64)(s.av[8*what.first:]), (*[8]float64)(s.av[8*what.then:]))
	default:
		a, v := s.Of(k)
		firstA, firstV := s.Of(what.first)
		thenA, thenV := s.Of(what.then)
		a.product(thenA, firstA, s.n)
		copy(v, firstV)
		v.push(thenA, thenV, s.scratch, s.n)
	}
}

// double is join with D, as long as A is not small.
func (s *Powers) double(k int, what part) {
	s.join(k, what)
	a, _ := s.Of(k)
	once, _ := s.Of(what.first)
	s.whole[k] = s.whole[what.first] && s.whole[what.then] && (what.first != what.then || !(once.size() < 0.5))
	if !s.whole[k] {
		return
	}
	d, first, then := s.exact(k), s.exact(what.first), s.exact(what.then)
	d.product(then, first, s.n)
	for i := range d {
		d[i] = first[i] + then[i] - d[i]
	}
	a.without(d, s.n)
}

// without writes I - d.
func (c Square) without(d Square, n int) {
	for i, v := range d {
		c[i] = 0 - v
	}
	for i := 0; i < len(d); i += n + 1 {
		c[i]++
	}
}

// joinTwo is join for two variables, of which most methods have no more.
func joinTwo(l, first, then *[8]float64) {
	a, b, c, d := then[0], then[1], then[2], then[3]
	v, w, x := first[4], first[5], first[7] // V = (v w; w x)
	p, q := float64(a*v)+float64(b*w), float64(a*w)+float64(b*x)
	r, s := float64(c*v)+float64(d*w), float64(c*w)+float64(d*x)
	l[4] = float64(p*a) + float64(q*b) + then[4]
	l[5] = float64(p*c) + float64(q*d) + then[5]
	l[6] = l[5]
	l[7] = float64(r*c) + float64(s*d) + then[7]
	v, w, x, y := first[0], first[1], first[2], first[3]
	l[0], l[1] = float64(a*v)+float64(b*x), float64(a*w)+float64(b*y)
	l[2], l[3] = float64(c*v)+float64(d*x), float64(c*w)+float64(d*y)
}

// push takes a covariance through a leap: v becomes a v a' + more.
func (v Square) push(a, more, scratch Square, n int) {
	scratch.product(a, v, n)
	for i := range n {
		for j := range n {
			sum := more[i*n+j]
			for k := range n {
				sum += float64(scratch[i*n+k] * a[j*n+k])
			}
			v[i*n+j] = sum
		}
	}
}

// product writes a b.
func (c Square) product(a, b Square, n int) {
	for i := range n {
		for j := range n {
			sum := 0.0
			for k := range n {
				sum += float64(a[i*n+k] * b[k*n+j])
			}
			c[i*n+j] = sum
		}
	}
}

func (c Square) size() float64 {
	size := 0.0
	for _, v := range c {
		size = max(size, math.Abs(v))
	}
	return size
}

// Cholesky writes the lower triangular L with L L' = v, for a v that may be
// singular: a pivot that is rounding of its diagonal counts as 0, and so does
// its column. What has overflowed stays without bound.
func (l Square) Cholesky(v Square, n int) {
	if n == 2 {
		choleskyTwo((*[4]float64)(l), (*[4]float64)(v))
		return
	}
	clear(l)
	for j := range n {
		pivot := v[j*n+j]
		for k := range j {
			pivot -= float64(l[j*n+k] * l[j*n+k])
		}
		root := pivotRoot(pivot, v[j*n+j])
		if root == 0 {
			continue
		}
		l[j*n+j] = root
		for i := j + 1; i < n; i++ {
			sum := v[i*n+j]
			for k := range j {
				sum -= float64(l[i*n+k] * l[j*n+k])
			}
			l[i*n+j] = sum / root
		}
	}
}

// choleskyTwo is Cholesky for two variables.
func choleskyTwo(l, v *[4]float64) {
	root, across := pivotRoot(v[0], v[0]), 0.0
	if root != 0 {
		across = v[2] / root
	}
	*l = [4]float64{root, 0, across, pivotRoot(v[3]-float64(across*across), v[3])}
}

// pivotRoot returns √pivot, or 0 for a pivot that is rounding of its diagonal.
func pivotRoot(pivot, diagonal float64) float64 {
	if pivot <= 1e-15*diagonal {
		return 0
	}
	return math.Sqrt(pivot)
}
