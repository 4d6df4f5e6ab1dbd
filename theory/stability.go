package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/search"
)

// StabilityLimit returns the learning rate at and beyond which o, whatever its
// own LearningRate, has no steady state on p. With additive noise it does not
// depend on the batch size:
//
//	SGD, also averaged      2 / max h^(1-p)
//	heavy ball              2(1+β) / max h^(1-p)
//	Nesterov                2(1+β)/(1+2β) / max h^(1-p)
//
// Under multiplicative noise it is where the common sum of the directions stops
// to settle, and depends on it: for SGD α/B Σ h/(2 - αh(1+1/B)) = 1. The limit
// of Lookahead is found numerically, as the first learning rate on a fine grid
// whose cycle has a spectral radius >= 1, and from there on as the root. A schedule has
// no such limit: the error says so. +Inf if there is no curvature.
func StabilityLimit(p Problem, o Optimizer) (float64, error) {
	o.LearningRate = 1
	if err := check(p, o); err != nil {
		return 0, err
	}
	if o.Schedule != nil {
		return 0, fmt.Errorf("theory: %s with a schedule has no stability limit: its settings change", o.Family())
	}
	largest := 0.0
	for _, d := range p.sample() {
		_, x := o.inDirection(d.Curvature)
		largest = math.Max(largest, x.Value())
	}
	if largest == 0 {
		return math.Inf(1), nil
	}
	limit := o.unitLimit() / largest
	switch {
	case p.Streaming:
		return o.streamingLimit(p, limit)
	case o.LookaheadSteps != 0:
		return o.lookaheadLimit(largest), nil
	}
	return limit, nil
}

// unitLimit is the limit of αh of the rule.
func (o Optimizer) unitLimit() float64 { return o.system().alone.limit() }

// streamingLimit is the root of gain = 1; the gain rises with the learning rate.
func (o Optimizer) streamingLimit(p Problem, high float64) (float64, error) {
	if o.LookaheadSteps != 0 {
		return 0, fmt.Errorf("theory: the limit of %s under multiplicative noise is not offered", o.Family())
	}
	o.UniformAverage, o.Decay = false, 0
	gain := func(alpha float64) float64 {
		o.LearningRate = alpha
		look := func(d []Direction) []float64 {
			g, err := newFeedback(d, o)
			if err != nil || !g.stable {
				return []float64{math.Inf(1)}
			}
			return []float64{g.gain.At(0, 0)}
		}
		dirs, _ := p.nodes(look)
		return look(dirs)[0]
	}
	b := search.Between(0, 1, high, math.Inf(-1))
	b.Close(func(alpha float64) float64 { return 1 - gain(alpha) }, 0, 1e-15)
	return b.Low, nil
}

// lookaheadLimit looks up from 0 along a grid of values of x = αh for the first
// that is unstable: 400 up to twice the method's own limit, and beyond it each
// 1/200 above the one before. All smaller x are stable, so that the direction
// with the largest decides. Slow weights can stabilise a method that is unstable
// alone, with k = 1 up to 1/s times its own limit.
func (o Optimizer) lookaheadLimit(largest float64) float64 {
	o.Power, o.LearningRate = 0, 1
	spare := func(x float64) float64 { return 1 - o.damping(x).Radius }
	step := o.unitLimit() / 200
	low, high := 0.0, step
	above, below := 1.0, spare(high)
	for below > 0 {
		low, high, above = high, math.Max(high+step, high*(1+1./200)), below
		below = spare(high)
	}
	b := search.Between(low, above, high, below)
	b.Close(spare, 0, 1e-14)
	return b.Low / largest
}
