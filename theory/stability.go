package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/search"
)

// StabilityLimit returns the end of the first window of stability, the least
// learning rate at which o, whatever its own LearningRate, has no steady state on p.
// With additive noise it does not depend on the batch size:
//
//	SGD, also averaged      2 / max h^(1-p)
//	heavy ball              2(1+β) / max h^(1-p)
//	Nesterov                2(1+β)/(1+2β) / max h^(1-p)
//	Lookahead, k and s      of SGD, k odd: (1 + (2/s-1)^(1/k)) / max h^(1-p);
//	                        over a velocity the first root of its cycle's polynomial
//
// Below it all is stable. Beyond it all is unstable, except for Lookahead over a
// velocity, which may be stable again: see StabilityWindows.
//
// Under multiplicative noise it is where the common sum of the directions stops
// to settle, and depends on it: for SGD α/B Σ h/(2 - αh(1+1/B)) = 1. +Inf if there is
// no curvature. The errors are those of StabilityWindows, but for the number of
// directions.
func StabilityLimit(p Problem, o Optimizer) (float64, error) {
	largest, err := stiffest(p, &o)
	switch {
	case err != nil:
		return 0, err
	case largest == 0:
		return math.Inf(1), nil
	case p.Streaming:
		return o.streamingLimit(p, o.unitLimit()/largest)
	}
	windows, err := o.windowsOfX(true)
	if err != nil {
		return 0, err
	}
	return windows[0].High / largest, nil
}

// stiffest checks a question about o at any learning rate, and returns the largest
// x = αh at α = 1.
func stiffest(p Problem, o *Optimizer) (float64, error) {
	o.LearningRate = 1
	if err := check(p, *o); err != nil {
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
	return largest, nil
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
