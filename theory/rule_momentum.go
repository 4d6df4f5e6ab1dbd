package theory

import "nqm/theory/internal/dd"

// Momentum returns heavy-ball momentum (Polyak 1964) with batches of one:
//
//	v' = β v + g(θ)        θ' = θ - α v'        v(0) = 0
//
// without dampening and with the gradient at the current point: the
// convention of torch and optax. The valid range is 0 <= β < 1. It is stable
// for 0 < αh < 2(1+β).
func Momentum(learningRate, momentum float64) Optimizer {
	return Optimizer{LearningRate: learningRate, Momentum: momentum}
}

// heavyBall in θ and m = αv: m' = β m + x θ + αε, θ' = θ - f m'.
var heavyBall = rule{name: "heavy ball", title: "momentum", states: 2, step: velocity}

// velocity is the step of both rules with momentum. For one without a schedule
//
//	heavy ball   p = β         q = 1 - β         u = x        w = 2(1+β) - x
//	Nesterov     p = β(1-x)    q = 1 - β + βx    u = x        w = 2(1+β) - (1+2β)x
func velocity(o Optimizer, f dd.Number) update {
	beta := dd.Exact(o.Momentum)
	u := update{n: 2}
	u.keep[0][1] = f.Mul(beta)
	u.keep[1][1] = dd.Exact(1).Sub(beta)
	u.kick[0], u.kick[1] = f.Neg(), dd.Exact(1)
	u.gradient[0] = dd.Exact(1)
	return u
}
