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

// weighed is avg' = γ_t avg + (1-γ_t) θ', avg(0) = θ(0), with a decay of each step.
type weighed struct {
	Rule
	decay func(t int) float64 // of step t = 1, 2, ...
	t     int
	avg   []float64
}

// WarmedUp returns r with answers about a moving average whose decay is
// min(γ, (1+t)/(10+t)) in step t (tf.train.ExponentialMovingAverage with num_updates).
func WarmedUp(r Rule, theta []float64, decay float64) Rule {
	return &weighed{Rule: r, avg: slices.Clone(theta), decay: func(t int) float64 { return min(decay, (1+float64(t))/(10+float64(t))) }}
}

// FirstCopied returns r with answers about a moving average that the first update
// copies the iterate into (torch.optim.swa_utils.AveragedModel).
func FirstCopied(r Rule, theta []float64, decay float64) Rule {
	return &weighed{Rule: r, avg: slices.Clone(theta), decay: func(t int) float64 {
		if t == 1 {
			return 0
		}
		return decay
	}}
}

func (r *weighed) Step(theta, gradient []float64) {
	r.Rule.Step(theta, gradient)
	r.t++
	gamma := r.decay(r.t)
	for i, v := range r.Rule.Answer(theta) {
		r.avg[i] = float64(gamma*r.avg[i]) + float64((1-gamma)*v)
	}
}

func (r *weighed) Answer([]float64) []float64 { return r.avg }

// debiased is m' = γ m + (1-γ) θ', m(0) = 0, with answers m / (1-γ^t), θ(0) at first.
type debiased struct {
	ema
	kept  float64 // γ^t
	whole []float64
}

// Debiased returns r with answers about its moving average, divided by the sum of its
// weights.
func Debiased(r Rule, theta []float64, decay float64) Rule {
	return &debiased{ema: ema{Rule: r, decay: decay, avg: make([]float64, len(theta))}, kept: 1, whole: make([]float64, len(theta))}
}

func (r *debiased) Step(theta, gradient []float64) {
	r.ema.Step(theta, gradient)
	r.kept *= r.decay
}

func (r *debiased) Answer(theta []float64) []float64 {
	if r.kept == 1 {
		return r.Rule.Answer(theta)
	}
	for i, v := range r.avg {
		r.whole[i] = v / (1 - r.kept)
	}
	return r.whole
}

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
