package theory

import "nqm/theory/internal/dd"

// EMA returns a copy whose answers are about the exponential moving average of
// the iterates,
//
//	avg' = γ avg + (1-γ) θ'        avg(0) = θ(0)
//
// which takes in the new iterate. The valid range is 0 <= γ < 1; γ = 0 is the
// iterate itself. The average starts at θ(0) and is not free of bias: of SGD,
// its mean decays in each direction at the rate max(|1-αh|, γ), and it lags.
// (The paper, section 3.3.)
func (o Optimizer) EMA(decay float64) Optimizer {
	o.Decay = decay
	return o
}

// emaOfSGD is the moving average of SGD as a recurrence, with x = αh:
//
//	p = γ(1-x)        s = 1 - x + γ        g = 1 - γ
//	q = 1 - γ + γx        u = (1-γ) x        w = (2-x)(1+γ)
//
// Its steady state is SGD's times (1-γ)(1+γ(1-x)) / ((1+γ)(1-γ(1-x))).
func emaOfSGD(x dd.Number, gamma, sigma2 float64) recurrence {
	rest := dd.Exact(1).Sub(dd.Exact(gamma))
	return recurrence{
		q:      rest.Add(x.Mul(dd.Exact(gamma))),
		u:      x.Mul(rest),
		w:      dd.Exact(2).Sub(x).Mul(dd.TwoSum(1, gamma)),
		gain:   1 - gamma,
		sigma2: sigma2,
	}
}
