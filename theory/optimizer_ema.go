package theory

import "math"

// EMA returns a copy whose answers are about the exponential moving average of
// the iterates,
//
//	avg' = γ avg + (1-γ) θ'        avg(0) = θ(0)
//
// which takes in the new iterate. The valid range is 0 <= γ < 1; γ = 0 is the
// iterate itself. The average starts at θ(0) and is not free of bias: of SGD,
// its mean decays in each direction at the rate max(|1-αh|, γ), and it lags. (The
// paper.) The moving average of SGD is a recurrence of second order,
//
//	p = γ(1-x)     q = 1 - γ + γx     u = (1-γ) x     w = (2-x)(1+γ)     g = 1 - γ
//
// with a steady state of SGD's times (1-γ)(1+γ(1-x)) / ((1+γ)(1-γ(1-x))).
//
// Debiased, WarmedUp and FirstCopied are averages that start otherwise.
func (o Optimizer) EMA(decay float64) Optimizer {
	o.Decay = decay
	return o
}

// Debiased returns a copy whose moving average starts at 0 and is divided by the sum
// of its weights,
//
//	(1-γ) Σ γ^(t-j) θ(j) / (1-γ^t)        j = 1, ..., t
//
// so that θ(0) is not in it (as Adam's moments, and optax.ema with debias). At t = 0
// it is θ(0).
func (o Optimizer) Debiased() Optimizer {
	o.Debias = true
	return o
}

// WarmedUp returns a copy whose moving average has, in step t = 1, 2, ..., the decay
// min(γ, (1+t)/(10+t)), as tf.train.ExponentialMovingAverage with num_updates t.
func (o Optimizer) WarmedUp() Optimizer {
	o.WarmUpDecay = true
	return o
}

// FirstCopied returns a copy whose moving average is θ(1) after the first step, and
// goes on from there: torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn(γ),
// updated after each step, and use_ema of a Keras optimizer.
func (o Optimizer) FirstCopied() Optimizer {
	o.CopyFirst = true
	return o
}

// decayAt is the average's decay in step t = 0, 1, ...
func (o *Optimizer) decayAt(t int) float64 {
	switch {
	case o.CopyFirst && t == 0:
		return 0
	case o.WarmUpDecay && t < o.averageChanges():
		return math.Min(o.Decay, (2+float64(t))/(11+float64(t)))
	}
	return o.Decay
}

// averageChanges is the number of steps after which the decay stays.
func (o *Optimizer) averageChanges() int {
	switch {
	case o.Decay == 0:
		return 0
	case o.CopyFirst:
		return 1
	case o.WarmUpDecay:
		return int(math.Max(0, math.Ceil((10*o.Decay-1)/(1-o.Decay))))
	}
	return 0
}
