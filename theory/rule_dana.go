package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// DANA returns dimension-adapted Nesterov acceleration (Ferbach, Everett, Gidel,
// Paquette and Paquette 2025, arXiv 2505.16098) with batches of one:
//
//	v' = (1 - 1/(1+t/δ)) v + g(θ)        θ' = θ - α (g(θ) + r (1+t)^-κ v')        t = 0, 1, ...
//
// with v(0) = 0. In the paper's letters α is γ2, r α is γ3 and γ1 is 1; the momentum
// falls as in the authors' code (dana_optimizer with powerlaw_schedule(1, 0, -1, δ)). A
// fall κ of 0 is DANA-constant, for which r is of the size 1/d; DANA-decaying has
// κ = 1/(2a) for curvatures i^-2a, so that κ is one over the exponent of PowerLaw, and
// r of the size 1.
//
// The valid ranges are r > 0, δ > 0, κ >= 0. DANA-constant is stable for
// 0 < αh < 4/(2+r), and comes to the steady state of its step with momentum 1, above
// that of SGD. DANA-decaying is stable for 0 < αh < 2 and comes to that of SGD, as the
// share of the velocity falls.
func DANA(learningRate, ratio, fall, time float64) Optimizer {
	return Optimizer{LearningRate: learningRate, VelocityRatio: ratio, VelocityFall: fall, VelocityTime: time}
}

// dana in θ and m = αv.
var dana = rule{name: "DANA", states: 2, free: true,
	changes: func(*Optimizer) int { return forever },
	fades:   func(o *Optimizer) (int, bool) { return 1, o.VelocityFall > 0 },
	step: func(o Optimizer, at stage) update {
		one := dd.Exact(1)
		lost, ratio := dd.Number{}, dd.Number{}
		if at.t < forever {
			t := dd.Exact(float64(at.t))
			lost = one.Div(one.Add(t.Div(dd.Exact(o.VelocityTime))))
			ratio = dd.Exact(o.VelocityRatio * math.Pow(1+float64(at.t), -o.VelocityFall))
		} else if o.VelocityFall == 0 {
			ratio = dd.Exact(o.VelocityRatio)
		}
		along := at.f.Mul(ratio)
		u := update{n: 2}
		u.gradient[0] = one
		u.keep[1][1], u.kick[1] = lost, one
		u.keep[0][1] = along.Mul(one.Sub(lost))
		u.kick[0] = at.f.Add(along).Neg()
		return u
	},
}
