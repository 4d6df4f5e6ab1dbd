package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// Precondition returns a copy that multiplies every stochastic gradient, its
// noise included, by H^-power:
//
//	θ' = θ - α H^-p g(θ)
//
// Power 0 is the plain method, ½ resembles Adam and 1 is Newton's method. In a
// direction of curvature h it is the plain method with the learning rate
// α h^-p, so that αh becomes α h^(1-p) and σ² becomes α² h^-2p c/B. It composes
// with every other setting. Any finite power is valid; a power other than 0
// needs curvatures > 0. (The paper, section 3.2.)
func (o Optimizer) Precondition(power float64) Optimizer {
	o.Power = power
	return o
}

// inDirection returns the learning rate α h^-p of a direction and x = α h^(1-p).
func (o Optimizer) inDirection(h float64) (alpha float64, x dd.Number) {
	switch o.Power {
	case 0:
		return o.LearningRate, finite(dd.TwoProd(o.LearningRate, h))
	case 1:
		return o.LearningRate / h, dd.Exact(o.LearningRate)
	case 0.5:
		root := math.Sqrt(h)
		return o.LearningRate / root, finite(dd.TwoProd(o.LearningRate, root))
	}
	return o.LearningRate * math.Pow(h, -o.Power), finite(dd.TwoProd(o.LearningRate, math.Pow(h, 1-o.Power)))
}

// finite replaces an overflow by a number that is as unstable.
func finite(x dd.Number) dd.Number {
	if x.Hi > math.MaxFloat64/16 {
		return dd.Exact(math.MaxFloat64 / 16)
	}
	return x
}
