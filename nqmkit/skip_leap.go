package nqmkit

import "math"

// square is a matrix of n rows of n.
type square []float64

// leap is a number of steps at once: z' = A z + N(0, V) for noise of variance 1.
type leap struct{ a, v square }

// leaps are the leaps of all parts of a plan, in one direction.
type leaps struct {
	n       int
	a, v, d square // of each part, one after the other; D = I - A
	whole   []bool // whether D has digits that A has rounded away
	scratch square
}

// compose makes the leap of each part of p of n variables from single steps:
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
func (s *leaps) compose(p *plan, n int, single func(kind int) step) {
	parts := len(p.parts)
	s.n, s.scratch = n, grown(s.scratch, n*n)
	s.a, s.v, s.d = grown(s.a, parts*n*n), grown(s.v, parts*n*n), grown(s.d, parts*n*n)
	s.whole = grown(s.whole, parts)
	s.stand()
	for k, what := range p.parts[1:] {
		switch k++; {
		case what.first < 0:
			s.single(k, single(what.kind))
		case p.exact[k] || what.first == what.then:
			s.exactly(k, what)
		default:
			s.join(k, what)
		}
	}
}

// grown returns v with n entries, of any value.
func grown[S ~[]E, E any](v S, n int) S {
	if cap(v) < n {
		return make(S, n)
	}
	return v[:n]
}

// of is the leap of a part.
func (s *leaps) of(k int) leap {
	size := s.n * s.n
	return leap{s.a[k*size:][:size:size], s.v[k*size:][:size:size]}
}

func (s *leaps) exact(k int) square {
	size := s.n * s.n
	return s.d[k*size:][:size:size]
}

// stand makes the leap of no step.
func (s *leaps) stand() {
	l := s.of(standing)
	clear(l.v)
	for i := range l.a {
		l.a[i] = identity(i/s.n, i%s.n)
	}
}

// single makes the leap of one step.
func (s *leaps) single(k int, t step) {
	l := s.of(k)
	copy(s.exact(k), t.d)
	s.whole[k] = true
	for i := range l.a {
		l.a[i] = identity(i/s.n, i%s.n) - t.d[i]
		l.v[i] = t.b[i/s.n] * t.b[i%s.n]
	}
}

// join makes a leap of two.
func (s *leaps) join(k int, what part) {
	switch s.n {
	case 1:
		a := s.a[what.then]
		s.a[k], s.v[k] = a*s.a[what.first], float64(a*a*s.v[what.first])+s.v[what.then]
	case 2:
		first, then := 4*what.first, 4*what.then
		joinTwo((*[4]float64)(s.a[4*k:]), (*[4]float64)(s.v[4*k:]),
			(*[4]float64)(s.a[first:]), (*[4]float64)(s.v[first:]), (*[4]float64)(s.a[then:]), (*[4]float64)(s.v[then:]))
	default:
		l, first, then := s.of(k), s.of(what.first), s.of(what.then)
		l.a.product(then.a, first.a, s.n)
		copy(l.v, first.v)
		l.v.push(then, s.scratch, s.n)
	}
}

// exactly is join with D, as long as A is not small.
func (s *leaps) exactly(k int, what part) {
	s.join(k, what)
	l := s.of(k)
	s.whole[k] = s.whole[what.first] && s.whole[what.then] && (what.first != what.then || !(s.of(what.first).a.size() < 0.5))
	if !s.whole[k] {
		return
	}
	d, first, then := s.exact(k), s.exact(what.first), s.exact(what.then)
	d.product(then, first, s.n)
	for i := range d {
		d[i] = first[i] + then[i] - d[i]
		l.a[i] = identity(i/s.n, i%s.n) - d[i]
	}
}

// joinTwo is join for two variables, of which most methods have no more.
func joinTwo(a, v, a1, v1, a2, v2 *[4]float64) {
	p, q := float64(a2[0]*v1[0])+float64(a2[1]*v1[1]), float64(a2[0]*v1[1])+float64(a2[1]*v1[3])
	r, s := float64(a2[2]*v1[0])+float64(a2[3]*v1[1]), float64(a2[2]*v1[1])+float64(a2[3]*v1[3])
	v[0] = float64(p*a2[0]) + float64(q*a2[1]) + v2[0]
	v[1] = float64(p*a2[2]) + float64(q*a2[3]) + v2[1]
	v[2] = v[1]
	v[3] = float64(r*a2[2]) + float64(s*a2[3]) + v2[3]
	a[0], a[1] = float64(a2[0]*a1[0])+float64(a2[1]*a1[2]), float64(a2[0]*a1[1])+float64(a2[1]*a1[3])
	a[2], a[3] = float64(a2[2]*a1[0])+float64(a2[3]*a1[2]), float64(a2[2]*a1[1])+float64(a2[3]*a1[3])
}

// push takes a covariance through a leap: v becomes A v A' + V.
func (v square) push(l leap, scratch square, n int) {
	scratch.product(l.a, v, n)
	for i := range n {
		for j := range n {
			sum := l.v[i*n+j]
			for k := range n {
				sum += float64(scratch[i*n+k] * l.a[j*n+k])
			}
			v[i*n+j] = sum
		}
	}
}

// product writes a b.
func (c square) product(a, b square, n int) {
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

func (c square) size() float64 {
	size := 0.0
	for _, v := range c {
		size = max(size, math.Abs(v))
	}
	return size
}

// cholesky writes the lower triangular L with L L' = v, for a v that may be
// singular: a pivot that is rounding of its diagonal counts as 0, and so does
// its column. What has overflowed stays without bound.
func (l square) cholesky(v square, n int) {
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

// choleskyTwo is cholesky for two variables.
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
