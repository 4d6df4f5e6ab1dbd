package chisq

// order is how many powers of rw <= 1/8 a series has: 8^-19 is below the rounding.
const order = 18

// powers are the sums of powers of the terms from one on, none with an r above its own:
//
//	K(s) = Σ_k (s b_k + r_k/2(k+1) s r) (s r)^k        b_k = Σ n b (r_j/r)^k, r_k = Σ n (r_j/r)^(k+1)
type powers struct {
	from   int
	r      float64
	rs, bs [order]float64
}

// powersOf are those of terms, the largest first, from each halving of r on where that leaves
// many behind.
func powersOf(terms []Term) []powers {
	const few, halvings = 16, 64
	var all []powers
	for from, n := 0, 0; len(terms)-from > few && n < halvings; n++ {
		p := powers{from: from, r: terms[from].R}
		for from < len(terms) && terms[from].R > p.r/2 {
			from++
		}
		all = append(all, p)
	}
	for i := len(all) - 1; i >= 0; i-- {
		p, end := &all[i], len(terms)
		if i+1 < len(all) { // those behind are known
			next := &all[i+1]
			end = next.from
			part := 1.0
			for k := range order {
				p.bs[k] = part * next.bs[k]
				part *= next.r / p.r
				p.rs[k] = part * next.rs[k]
			}
		}
		for _, c := range terms[p.from:end] {
			part := c.Count
			for k := range order {
				p.bs[k] += part * c.B
				part *= c.R / p.r
				p.rs[k] += part
			}
		}
	}
	return all
}

// cumulant is the part of K(w/q) of its terms.
func (p *powers) cumulant(w complex128, q float64) (sum complex128) {
	x := w * complex(p.r/q, 0)
	b := w / complex(q, 0)
	for k := order - 1; k >= 0; k-- {
		sum = sum*x + b*complex(p.bs[k], 0) + x*complex(p.rs[k]/(2*float64(k+1)), 0)
	}
	return sum
}
