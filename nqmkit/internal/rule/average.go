package rule

import "slices"

// ema is avg' = γ avg + (1-γ) θ', avg(0) = θ(0).
type ema struct {
	Rule
	decay float64
	avg   []float64
}

// EMA returns r with answers about its moving average.
func EMA(r Rule, theta []float64, decay float64) Rule {
	return &ema{Rule: r, decay: decay, avg: slices.Clone(theta)}
}

func (r *ema) Step(theta, gradient []float64) {
	r.Rule.Step(theta, gradient)
	for i, v := range r.Rule.Answer(theta) {
		r.avg[i] = float64(r.decay*r.avg[i]) + float64((1-r.decay)*v)
	}
}

func (r *ema) Answer([]float64) []float64 { return r.avg }

// tailAverage is the mean of θ(from), ..., θ(t), and θ(t) itself before.
type tailAverage struct {
	Rule
	from, t  int
	sum, avg []float64
}

// TailAverage returns r with answers about its mean from a step on.
func TailAverage(r Rule, theta []float64, from int) Rule {
	a := &tailAverage{Rule: r, from: from, sum: make([]float64, len(theta)), avg: make([]float64, len(theta))}
	a.take(theta)
	return a
}

func (r *tailAverage) Step(theta, gradient []float64) {
	r.Rule.Step(theta, gradient)
	r.t++
	r.take(r.Rule.Answer(theta))
}

func (r *tailAverage) take(theta []float64) {
	if r.t < r.from {
		return
	}
	for i, v := range theta {
		r.sum[i] += v
	}
}

func (r *tailAverage) Answer(theta []float64) []float64 {
	if r.t < r.from {
		return r.Rule.Answer(theta)
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
	Rule
	every, t int
	size     float64
	slow     []float64
}

// Lookahead returns r with slow weights.
func Lookahead(r Rule, theta []float64, every int, size float64) Rule {
	return &lookahead{Rule: r, every: every, size: size, slow: slices.Clone(theta)}
}

func (r *lookahead) Step(theta, gradient []float64) {
	r.Rule.Step(theta, gradient)
	r.t++
	if r.t%r.every != 0 {
		return
	}
	for i := range theta {
		r.slow[i] += float64(r.size * (theta[i] - r.slow[i]))
		theta[i] = r.slow[i]
	}
}

func (r *lookahead) Answer([]float64) []float64 { return r.slow }
