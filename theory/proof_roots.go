package theory

import "math"

// discs bound the two roots of z² - s z + p for all settings in a product of discs, and
// its coefficients for the real ones among them.
type discs struct {
	q1, q2 float64 // |r1| and |r2| are at most, q1 >= q2
	f1, f2 float64 // |1 - r1| and |1 - r2| are at most
	gap    float64 // |r1 - r2| is at least
	s, p   span
	disc   span // s² - 4p
}

func spanAround(center, radius float64) span { return span{center - radius, center + radius} }

// over returns the values of a bilinear function over a patch.
func (c *bilinear) over(x patch) span {
	return spanAround(c.at(x.center[0], x.center[1]), x.moves(c[1]+c[3]*x.center[1], c[2]+c[3]*x.center[0], c[3]))
}

// moves bounds |a Δy + b Δb + c Δy Δb|.
func (x patch) moves(a, b, c float64) float64 {
	return math.Abs(a)*x.radius[0] + math.Abs(b)*x.radius[1] + math.Abs(c)*x.radius[0]*x.radius[1]
}

// roots bounds the roots over a patch. The coefficients move by at most ds and dp, and
// the discriminant by dd. A root r moves to r + e with
//
//	e² ± (√disc - Δs) e + (Δp - r Δs) = 0
//
// so that by Rouché's theorem one is within the smaller solution of the equation with
// the moduli, if that is real; the other moves by ds besides. Otherwise
// both are within (ds + √(|disc| + dd))/2 of s/2.
func (m *provedMode) roots(x patch) discs {
	y, b := x.center[0], x.center[1]
	s, p := m.s.at(y, b), m.p.at(y, b)
	sy, sb, py, pb := m.s[1]+m.s[3]*b, m.s[2]+m.s[3]*y, m.p[1]+m.p[3]*b, m.p[2]+m.p[3]*y
	ds, dp := x.moves(sy, sb, m.s[3]), x.moves(py, pb, m.p[3])
	disc := s*s - 4*p
	dd := x.moves(2*s*sy-4*py, 2*s*sb-4*pb, 2*s*m.s[3]-4*m.p[3]) + ds*ds
	r := discs{s: spanAround(s, ds), p: spanAround(p, dp), disc: spanAround(disc, dd)}
	size := math.Abs(disc)
	root := math.Sqrt(size)
	if dd < size {
		r.gap = math.Sqrt(size - dd)
	}
	// rootMoves is how far a root re ± im i moves.
	rootMoves := func(re, im float64) float64 {
		left := root - ds
		rest := x.moves(math.Hypot(py-re*sy, im*sy), math.Hypot(pb-re*sb, im*sb), math.Hypot(m.p[3]-re*m.s[3], im*m.s[3]))
		if left <= 0 || 4*rest > left*left {
			return math.Inf(1)
		}
		return 2 * rest / (left + math.Sqrt(left*left-4*rest))
	}
	if disc > 0 {
		r1, r2 := (s+root)/2, (s-root)/2
		d1, d2 := rootMoves(r1, 0), rootMoves(r2, 0)
		d1, d2 = math.Min(d1, d2+ds), math.Min(d2, d1+ds)
		if d1 < math.Inf(1) {
			r.q1, r.q2, r.f1, r.f2 = math.Abs(r1)+d1, math.Abs(r2)+d2, math.Abs(1-r1)+d1, math.Abs(1-r2)+d2
			if r.q1 < r.q2 {
				r.q1, r.q2, r.f1, r.f2 = r.q2, r.q1, r.f2, r.f1
			}
			r.gap = math.Max(r.gap, root-d1-d2)
			return r
		}
	} else if d := rootMoves(s/2, root/2); d < math.Inf(1) {
		r.q1, r.f1 = math.Sqrt(p)+d, math.Sqrt(math.Max(0, 1-s+p))+d
		r.q2, r.f2 = r.q1, r.f1
		r.gap = math.Max(r.gap, root-2*d)
		return r
	}
	far := (ds + math.Sqrt(size+dd)) / 2
	r.q1, r.f1 = math.Abs(s/2)+far, math.Abs(1-s/2)+far
	r.q2, r.f2 = r.q1, r.f1
	return r
}

// falls reports whether |A_t| does not rise up to step t, for all real settings.
func (r *discs) falls(t float64) bool {
	if r.s.low < 0 || r.disc.low >= 0 {
		return r.s.low >= 0
	}
	sin := math.Sqrt(-r.disc.low / (4 * r.p.low)) // of the phase
	return r.p.low > 0 && sin < 1 && (t+1)*math.Asin(sin) <= math.Pi/2
}

// together bounds |ψ_k|/q1^k for k < n, by sums of the powers of q2/q1 and by the
// quotient (r1^(k+1) - r2^(k+1))/(r1 - r2).
func (r *discs) together(n float64) float64 {
	if r.q1 > r.q2 {
		n = math.Min(n, r.q1/(r.q1-r.q2))
	}
	if r.gap > 0 {
		n = math.Min(n, 2*r.q1/r.gap)
	}
	return n
}

// realSquare bounds A_t² for from <= t <= to and the real settings, which are stable. If
// s >= 0 it is at most 2: A_t falls from 1 to 0 where the roots are real, and where they are
// √p e^±iω it is at most 1 if √p <= cos ω, and p^t (1 + tan² ω/2) if not.
func (r *discs) realSquare(from, to float64) float64 {
	most := math.Inf(1)
	if r.s.low >= 0 {
		most = 2
	}
	return math.Min(r.square(from, to), most)
}

// square bounds |A_t|² for from <= t <= to, by A_t = r2^t + (1-r2) r1 ψ_{t-1} and the
// same with the roots exchanged.
func (r *discs) square(from, to float64) float64 {
	if r.q1 == 0 {
		return 0
	}
	t := from
	if r.q1 > 1 {
		t = to
	}
	n := r.together(to)
	a := math.Pow(r.q1, t) * (1 + n*math.Min(r.f2, r.f1*r.q2/r.q1))
	return a * a
}

// sum bounds Σ_{j<t} |ψ_j|².
func (r *discs) sum(t float64) float64 {
	y, n := r.q1*r.q1, r.together(t)
	all := n * n * t
	if y != 1 {
		all = n * n * (1 - math.Pow(y, t)) / (1 - y)
	}
	if y < 1 { // Σ (j+1)² y^j
		all = math.Min(all, (1+y)/((1-y)*(1-y)*(1-y)))
	}
	return all
}
