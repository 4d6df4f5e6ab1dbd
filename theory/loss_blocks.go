package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// Block returns the problem of the entries from <= i < to of a list, whose curves
// Together joins: directions have no part in each other's loss where the noise is
// additive.
func (p Problem) Block(from, to int) Problem {
	for _, list := range p.lists() {
		if *list != nil {
			*list = (*list)[from:to]
		}
	}
	return p
}

// Together returns the curve on p of its blocks, given in order, all of one method at
// the same steps. The sums do not depend on who computed which block, or when.
func Together(p Problem, blocks []Curve) Curve {
	c := blocks[0]
	c.Problem, c.Modes = p.String(), 0
	n := len(c.Steps)
	c.Loss, c.Bias, c.Noise = make([]float64, n), make([]float64, n), make([]float64, n)
	if c.StdDev != nil {
		c.StdDev = make([]float64, n)
	}
	for k := range n {
		var bias, noise dd.Sum
		for _, b := range blocks {
			bias.Add(b.Bias[k])
			noise.Add(b.Noise[k])
			if c.StdDev != nil {
				c.StdDev[k] = math.Hypot(c.StdDev[k], b.StdDev[k])
			}
		}
		c.Bias[k], c.Noise[k] = bias.Value(), noise.Value()
		c.Loss[k] = c.Bias[k] + c.Noise[k]
	}
	var floor dd.Sum
	for _, b := range blocks {
		floor.Add(b.Floor)
		c.Modes += b.Modes
	}
	c.Floor = floor.Value()
	return c
}
