package theory

import (
	"math"
	"nqm/theory/internal/dd"
)

// inDirection returns the learning rate α h^-p of a direction and x = α h^(1-p), with
// coupled decay αh + αλ.
func (o Optimizer) inDirection(h float64) (alpha float64, x dd.Number) {
	if o.WeightDecay != 0 && o.Power == 0 {
		added := dd.TwoProd(o.LearningRate, o.added())
		return o.LearningRate, finite(dd.TwoProd(o.LearningRate, h).Add(added))
	}
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

// InDirection returns the learning rate α h^-p in a direction of curvature h, and x
// = α h^(1-p), with coupled decay α(h+λ). A power other than 0 wants h > 0.
func (o Optimizer) InDirection(h float64) (alpha, x float64) {
	alpha, exact := o.inDirection(h)
	return alpha, exact.Value()
}
