package nqmkit

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"nqm/nqmkit/internal/arrays"
)

// Some tools bound how many eigenvalues are above each value of a grid (Gauss–Radau
// quadrature of Lanczos runs; Meterez et al. 2026): g with lo, mid and hi, beside
// the leading eigenvalues y, the first L of which are known one by one.

// counted makes curvatures, multiplicities and ends of such bounds.
func (s *sheet) counted() error {
	g, ok := s.by["g"]
	if !ok {
		return nil
	}
	lo, mid, hi := s.by["low"], s.by["middle"], s.by["high"]
	n := len(g.Values)
	if n == 0 || len(lo.Values) != n || len(mid.Values) != n || len(hi.Values) != n {
		return s.in("g, lo, mid and hi have %d, %d, %d and %d entries: want as many of each", n, len(lo.Values), len(mid.Values), len(hi.Values))
	}
	for _, a := range []arrays.Array{g, lo, mid, hi} {
		if err := s.finite(a); err != nil {
			return err
		}
	}
	if s.dimension == 0 {
		return s.in("counts of eigenvalues: say how many parameters there are, as nqmkit.Dimension(124_439_808)")
	}
	var known []float64
	if l := s.by["l"]; len(l.Values) == 1 && l.Values[0] > 0 {
		y := s.by["y"].Values
		known = y[:min(int(l.Values[0]), len(y))]
	}
	falling := make([]int, 0, n)
	for i, v := range g.Values {
		if v > 0 {
			falling = append(falling, i)
		}
	}
	slices.SortFunc(falling, func(i, j int) int { return cmp.Compare(g.Values[j], g.Values[i]) })
	c := counts{top: math.Inf(-1)}
	for _, h := range slices.Concat(known, s.by["y"].Values[:min(1, len(s.by["y"].Values))]) {
		c.top = max(c.top, h)
	}
	for _, i := range falling {
		c.top = max(c.top, g.Values[i])
		c.at, c.lo, c.hi = append(c.at, g.Values[i]), append(c.lo, lo.Values[i]), append(c.hi, hi.Values[i])
	}
	for _, h := range known {
		c.add(1, h, h, h)
	}
	before, above := float64(len(known)), c.top
	for k, i := range falling {
		if count := min(mid.Values[i], s.dimension); count > before {
			h := c.at[k]
			if k > 0 {
				h = math.Sqrt(h * above)
			}
			low, high := c.ends(before, count)
			c.add(count-before, min(low, h), h, max(high, h))
			before = count
		}
		above = c.at[k]
	}
	if rest := s.dimension - before; rest > 0 {
		_, high := c.ends(before, s.dimension)
		c.add(rest, 0, 0, high)
	}
	for role, values := range map[string][]float64{"curvature": c.h, "multiplicity": c.m, "low": c.low, "high": c.high} {
		s.by[role] = arrays.Array{Name: role, Shape: []int{len(values)}, Values: values}
	}
	delete(s.by, "middle")
	s.notes = append(s.notes, fmt.Sprintf("%d counts of eigenvalues stand for %.0f directions", len(falling), s.dimension))
	return nil
}

// counts are bounds, in falling order of the values, and the entries made of them.
type counts struct {
	top             float64
	at, lo, hi      []float64
	m, low, h, high []float64
}

func (c *counts) add(m, low, h, high float64) {
	c.m, c.low, c.h, c.high = append(c.m, m), append(c.low, low), append(c.h, h), append(c.high, high)
}

// ends bounds the eigenvalues of ranks above one and up to another: a value that at
// least so many reach is a low end, one that at most so many reach a high end.
func (c *counts) ends(above, upTo float64) (low, high float64) {
	high = c.top
	for k, v := range c.at {
		if c.lo[k] >= upTo {
			low = max(low, v)
		}
		if c.hi[k] <= above {
			high = min(high, v)
		}
	}
	return low, high
}
