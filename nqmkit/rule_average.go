package nqmkit

import (
	"fmt"

	"nqm/nqmkit/internal/rule"
)

// Wrapped is a method with an average or slow weights around it, for methods
// that are not a theory.Optimizer (which has its own). Like that it is a plain
// value.
type Wrapped struct {
	method Sampler
	around wrapping
	decay  float64 // of the moving average
	steps  int     // from which the mean begins; of a cycle of Lookahead
	size   float64 // of Lookahead's slow step
}

type wrapping string

const (
	movingAverage wrapping = "EMA"
	tailMean      wrapping = "tail average"
	slowWeights   wrapping = "Lookahead"
)

// EMA returns m with the results about the exponential moving average of its
// iterates, avg' = γ avg + (1-γ) θ', avg(0) = θ(0). Valid is 0 <= γ < 1.
func EMA(m Sampler, decay float64) Wrapped {
	return Wrapped{method: m, around: movingAverage, decay: decay}
}

// TailAverage returns m with the results about the mean of its iterates from
// step from >= 0 on; before it, about the iterate itself.
func TailAverage(m Sampler, from int) Wrapped {
	return Wrapped{method: m, around: tailMean, steps: from}
}

// Lookahead returns m with slow weights that take a step of size s in (0, 1]
// towards it every k >= 1 steps.
func Lookahead(m Sampler, k int, s float64) Wrapped {
	return Wrapped{method: m, around: slowWeights, steps: k, size: s}
}

// String names the method and what is around it.
func (w Wrapped) String() string {
	switch w.around {
	case movingAverage:
		return fmt.Sprintf("%v, EMA γ=%g", w.method, w.decay)
	case tailMean:
		return fmt.Sprintf("%v, averaged from t=%d", w.method, w.steps)
	}
	return fmt.Sprintf("%v, Lookahead k=%d s=%g", w.method, w.steps, w.size)
}

// Family names the method without its settings.
func (w Wrapped) Family() string { return fmt.Sprintf("%s with %s", w.method.Family(), w.around) }

// Validate returns an error for a setting outside its range.
func (w Wrapped) Validate() error {
	switch {
	case w.method == nil:
		return fmt.Errorf("nqmkit: a Wrapped without a method: want nqmkit.EMA, TailAverage or Lookahead of one")
	case w.around == movingAverage && !(w.decay >= 0 && w.decay < 1):
		return fmt.Errorf("nqmkit: EMA decay %v: want 0 <= γ < 1", w.decay)
	case w.around == tailMean && w.steps < 0:
		return fmt.Errorf("nqmkit: average from step %d: want 0 or more", w.steps)
	case w.around == slowWeights && (w.steps < 1 || !(w.size > 0 && w.size <= 1)):
		return fmt.Errorf("nqmkit: Lookahead of %d steps and slow step %v: want 1 or more, and 0 < s <= 1", w.steps, w.size)
	}
	return w.method.Validate()
}

func (w Wrapped) recipe(steps int) (recipe, error) {
	r, err := recipeOf(w.method, steps)
	inner := r.start
	r.start = func(theta []float64, s rule.Shape) rule.Rule { return w.wrap(inner(theta, s), theta) }
	return r, err
}

func (w Wrapped) wrap(r rule.Rule, theta []float64) rule.Rule {
	switch w.around {
	case movingAverage:
		return rule.EMA(r, theta, w.decay)
	case tailMean:
		return rule.TailAverage(r, theta, w.steps)
	}
	return rule.Lookahead(r, theta, w.steps, w.size)
}
