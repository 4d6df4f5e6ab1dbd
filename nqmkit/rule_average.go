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
// that are not a theory.Optimizer (which has its own).
type Wrapped struct {
	method Sampler
	label  string // as in "EMA γ=0.99"
	kind   string // as in "EMA"
	err    error
	wrap   func(r rule, theta []float64) rule
}

// EMA returns m with the results about the exponential moving average of its
// iterates, avg' = γ avg + (1-γ) θ', avg(0) = θ(0). Valid is 0 <= γ < 1.
func EMA(m Sampler, decay float64) Wrapped {
	w := Wrapped{method: m, kind: "EMA", label: fmt.Sprintf("EMA γ=%g", decay), wrap: func(r rule, theta []float64) rule { return newEMA(r, theta, decay) }}
	if !(decay >= 0 && decay < 1) {
		w.err = fmt.Errorf("nqmkit: EMA decay %v: want 0 <= γ < 1", decay)
	}
	return w
}

// TailAverage returns m with the results about the mean of its iterates from
// step from >= 0 on; before it, about the iterate itself.
func TailAverage(m Sampler, from int) Wrapped {
	w := Wrapped{method: m, kind: "tail average", label: fmt.Sprintf("averaged from t=%d", from), wrap: func(r rule, theta []float64) rule { return newTailAverage(r, theta, from) }}
	if from < 0 {
		w.err = fmt.Errorf("nqmkit: average from step %d: want 0 or more", from)
	}
	return w
}

// Lookahead returns m with slow weights that take a step of size s in (0, 1]
// towards it every k >= 1 steps.
func Lookahead(m Sampler, k int, s float64) Wrapped {
	w := Wrapped{method: m, kind: "Lookahead", label: fmt.Sprintf("Lookahead k=%d s=%g", k, s), wrap: func(r rule, theta []float64) rule {
		return &lookahead{rule: r, every: k, size: s, slow: slices.Clone(theta)}
	}}
	if k < 1 || !(s > 0 && s <= 1) {
		w.err = fmt.Errorf("nqmkit: Lookahead of %d steps and slow step %v: want 1 or more, and 0 < s <= 1", k, s)
	}
	return w
}

// String names the method and what is around it.
func (w Wrapped) String() string { return fmt.Sprintf("%v, %s", w.method, w.label) }

// Family names the method without its settings.
func (w Wrapped) Family() string { return w.method.Family() + " with " + w.kind }

// Validate returns an error for a setting outside its range.
func (w Wrapped) Validate() error {
	if w.err != nil {
		return w.err
	}
	return w.method.Validate()
}

func (w Wrapped) recipe(steps int) (recipe, error) {
	r, err := recipeOf(w.method, steps)
	inner := r.start
	r.start = func(theta []float64, s shape) rule { return w.wrap(inner(theta, s), theta) }
	return r, err
}
