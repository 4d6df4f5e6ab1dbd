package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// QHM returns quasi-hyperbolic momentum (Ma and Yarats 2019, arXiv 1810.06801) with
// batches of one, as published:
//
//	v' = β v + (1-β) g(θ)        θ' = θ - α ((1-ν) g(θ) + ν v')        v(0) = 0
//
// The valid ranges are 0 <= β < 1 and 0 <= ν <= 1. QHM(α, β, 1) is heavy ball with
// dampening, Momentum(α(1-β), β); QHM(α, β, 0) is SGD(α), and returned as that. It
// is stable for 0 < αh < 2(1+β)/(1+β-2βν).
func QHM(learningRate, momentum, weight float64) Optimizer {
	if weight == 0 {
		return SGD(learningRate)
	}
	return Optimizer{LearningRate: learningRate, Momentum: momentum, VelocityWeight: weight}
}

// quasiHyperbolic in θ and m = αv/(1-β), so that m' = β m + x θ + αε and
// θ' = θ - f ((1-ν)(x θ + αε) + ν(1-β) m'). Where a schedule changes β, it is the method's
// own β that m is divided by.
var quasiHyperbolic = rule{name: "QHM", states: 2, step: func(o Optimizer, at stage) update {
	weight, rest := dd.Exact(o.VelocityWeight), dd.Exact(1).Sub(dd.Exact(at.own))
	direct := at.f.Mul(dd.Exact(1).Sub(weight))
	at.f = at.f.Mul(weight).Mul(rest)
	u := velocity(o, at)
	if o.Momentum != at.own {
		u.kick[1] = dd.Exact(1).Sub(dd.Exact(o.Momentum)).Div(rest)
		u.kick[0] = at.f.Mul(u.kick[1]).Neg()
	}
	u.kick[0] = u.kick[0].Sub(direct)
	return u
}}

// weightCoordinate is that of ν, which goes to that of SGD, but not to the zero that
// stands for heavy ball. What ν lacks of 1 counts beside what β does.
var weightCoordinate = coordinate{
	value:  func(z float64) float64 { return -math.Expm1(-z) },
	bounds: func(t float64) (low, high float64) { return 0x1p-40, slowest(t) + 1 },
	pitch:  1.5,
}
