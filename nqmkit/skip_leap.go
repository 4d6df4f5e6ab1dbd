package nqmkit

import (
	"math"
	"math/bits"
)

// square is a matrix of n rows of n.
type square []float64

// leap is a number of steps at once: z' = A z + N(0, V) for noise of variance 1.
// D = I - A is kept until A is small.
type leap struct{ d, a, v square }

// doublings returns the leaps of 1, 2, 4, ... steps, as many as gap needs:
//
//	D_2k = 2 D_k - D_k²        V_2k = V_k + A_k V_k A_k'
//
// Only positive terms enter V, so that it never cancels. D keeps the digits of the
// slowest mode, beside fast ones too, until that has decayed; from then on the
// power itself is squared, which keeps the digits of the decay.
func (t step) doublings(gap int) []leap {
	n := t.n
	all := make([]leap, max(bits.Len(uint(gap)), 1))
	cells := make(square, (3*len(all)+1)*n*n)
	cut := func() square {
		c := cells[: n*n : n*n]
		cells = cells[n*n:]
		return c
	}
	scratch := cut()
	for k := range all {
		all[k] = leap{cut(), cut(), cut()}
		if k > 0 {
			all[k].twice(all[k-1], scratch, n)
			continue
		}
		copy(all[0].d, t.d)
		for i := range n * n {
			all[0].a[i] = identity(i/n, i%n) - t.d[i]
			all[0].v[i] = t.b[i/n] * t.b[i%n]
		}
	}
	return all
}

// twice makes next the leap of twice as many steps as l.
func (next *leap) twice(l leap, scratch square, n int) {
	copy(next.v, l.v)
	next.v.push(l, scratch, n)
	if l.d == nil || l.a.size() < 0.5 {
		next.d = nil
		next.a.product(l.a, l.a, n)
		return
	}
	next.d.product(l.d, l.d, n)
	for i := range next.d {
		next.d[i] = 2*l.d[i] - next.d[i]
		next.a[i] = identity(i/n, i%n) - next.d[i]
	}
}

// push takes a covariance through a leap: v becomes A v A' + V.
func (v square) push(l leap, scratch square, n int) {
	switch n {
	case 1:
		v[0] = float64(l.a[0]*v[0]*l.a[0]) + l.v[0]
	case 2:
		v.push2(l.a, l.v)
	default:
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
}

// push2 is push for two variables, of which most methods have no more.
func (v square) push2(a, extra square) {
	_, _, _ = v[3], a[3], extra[3]
	p, q := float64(a[0]*v[0])+float64(a[1]*v[1]), float64(a[0]*v[1])+float64(a[1]*v[3])
	r, s := float64(a[2]*v[0])+float64(a[3]*v[1]), float64(a[2]*v[1])+float64(a[3]*v[3])
	v[0] = float64(p*a[0]) + float64(q*a[1]) + extra[0]
	v[1] = float64(p*a[2]) + float64(q*a[3]) + extra[1]
	v[2] = v[1]
	v[3] = float64(r*a[2]) + float64(s*a[3]) + extra[3]
}

// product writes a b.
func (c square) product(a, b square, n int) {
	if n == 2 {
		_, _, _ = a[3], b[3], c[3]
		c[0], c[1] = float64(a[0]*b[0])+float64(a[1]*b[2]), float64(a[0]*b[1])+float64(a[1]*b[3])
		c[2], c[3] = float64(a[2]*b[0])+float64(a[3]*b[2]), float64(a[2]*b[1])+float64(a[3]*b[3])
		return
	}
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

// over writes the leap of gap steps, composed of doublings: A to a, and V to v.
func over(all []leap, gap int, a, v, scratch, spare square, n int) {
	clear(v)
	for i := range n {
		for j := range n {
			a[i*n+j] = identity(i, j)
		}
	}
	for gap := uint(gap); gap != 0; gap &= gap - 1 {
		l := all[bits.TrailingZeros(gap)]
		v.push(l, scratch, n)
		if n == 1 {
			a[0] *= l.a[0]
			continue
		}
		spare.product(a, l.a, n)
		copy(a, spare)
	}
}

// cholesky writes the lower triangular L with L L' = v, for a v that may be
// singular: a pivot that is rounding of its diagonal counts as 0, and so does
// its column. What has overflowed stays without bound.
func (l square) cholesky(v square, n int) {
	clear(l)
	for j := range n {
		pivot := v[j*n+j]
		for k := range j {
			pivot -= float64(l[j*n+k] * l[j*n+k])
		}
		if pivot <= 1e-15*v[j*n+j] {
			continue
		}
		root := math.Sqrt(pivot)
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
