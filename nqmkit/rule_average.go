package nqmkit

import (
	"fmt"
	"slices"
)

// ema is avg' = γ avg + (1-γ) θ', avg(0) = θ(0).
type ema struct {
	rule
	decay float64
	avg   []float64
}

func newEMA(r rule, theta []float64, decay float64) rule {
	return &ema{rule: r, decay: decay, avg: slices.Clone(theta)}
}

func (r *ema) step(theta, gradient []float64) {
	r.rule.step(theta, gradient)
	for i, v := range r.rule.answer(theta) {
		r.avg[i] = float64(r.decay*r.avg[i]) + float64((1-r.decay)*v)
	}
}

func (r *ema) answer([]float64) []float64 { return r.avg }

// tailAverage is the mean of θ(from), ..., θ(t), and θ(t) itself before.
type tailAverage struct {
	rule
	from, t  int
	sum, avg []float64
}

func newTailAverage(r rule, theta []float64, from int) rule {
	a := &tailAverage{rule: r, from: from, sum: make([]float64, len(theta)), avg: make([]float64, len(theta))}
	a.take(theta)
	return a
}

func (r *tailAverage) step(theta, gradient []float64) {
	r.rule.step(theta, gradient)
	r.t++
	r.take(r.rule.answer(theta))
}

func (r *tailAverage) take(theta []float64) {
	if r.t < r.from {
		return
	}
	for i, v := range theta {
		r.sum[i] += v
	}
}

func (r *tailAverage) answer(theta []float64) []float64 {
	if r.t < r.from {
		return r.rule.answer(theta)
	}
	count := float64(r.t - r.from + 1)
	for i, v := range r.sum {
		r.avg[i] = v / count
	}
	return r.avg
}

// lookahead is, after every k steps of the inner rule, φ' = φ + s (θ - φ) and
// θ' = φ'; the results are about φ (Zhang, Lucas, Hinton, Ba 2019).
type lookahead struct {
	rule
	every, t int
	size     float64
	slow     []float64
}

func (r *lookahead) step(theta, gradient []float64) {
	r.rule.step(theta, gradient)
	r.t++
	if r.t%r.every != 0 {
		return
	}
	for i := range theta {
		r.slow[i] += float64(r.size * (theta[i] - r.slow[i]))
		theta[i] = r.slow[i]
	}
}

func (r *lookahead) answer([]float64) []float64 { return r.slow }

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
	r.start = func(theta []float64, s shape) rule { return w.rule(inner(theta, s), theta) }
	return r, err
}

func (w Wrapped) rule(r rule, theta []float64) rule {
	switch w.around {
	case movingAverage:
		return newEMA(r, theta, w.decay)
	case tailMean:
		return newTailAverage(r, theta, w.steps)
	}
	return &lookahead{rule: r, every: w.steps, size: w.size, slow: slices.Clone(theta)}
}
