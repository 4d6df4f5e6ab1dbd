package theory

// EMA returns a copy whose answers are about the exponential moving average of
// the iterates,
//
//	avg' = γ avg + (1-γ) θ'        avg(0) = θ(0)
//
// which takes in the new iterate. The valid range is 0 <= γ < 1; γ = 0 is the
// iterate itself. The average starts at θ(0) and is not free of bias: of SGD,
// its mean decays in each direction at the rate max(|1-αh|, γ), and it lags. (The
// paper, section 3.3.) The moving average of SGD is a recurrence of second order,
//
//	p = γ(1-x)     q = 1 - γ + γx     u = (1-γ) x     w = (2-x)(1+γ)     g = 1 - γ
//
// with a steady state of SGD's times (1-γ)(1+γ(1-x)) / ((1+γ)(1-γ(1-x))).
func (o Optimizer) EMA(decay float64) Optimizer {
	o.Decay = decay
	return o
}
