package theory

import (
	"fmt"
	"math"
	"slices"

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
// the same steps. The sums do not depend on who computed which block, or when. It panics
// with an error without a block, and on one of other steps.
func Together(p Problem, blocks []Curve) Curve {
	if len(blocks) == 0 {
		panic(fmt.Errorf("theory: a curve of no blocks: want one or more"))
	}
	for i, b := range blocks {
		n := len(b.Steps)
		if !slices.Equal(b.Steps, blocks[0].Steps) || len(b.Bias) != n || len(b.Noise) != n || (b.StdDev == nil) != (blocks[0].StdDev == nil) || b.StdDev != nil && len(b.StdDev) != n {
			panic(fmt.Errorf("theory: block %d of %d has %d steps and %d, %d and %d numbers there: want those of the first", i+1, len(blocks), n, len(b.Bias), len(b.Noise), len(b.StdDev)))
		}
	}
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
