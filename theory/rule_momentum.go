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

// Dampened returns a copy of heavy ball with torch's dampening τ, 0 <= τ < 1:
//
//	v' = β v + (1-τ) g(θ)        θ' = θ - α v'        the first v' = g(θ)
//
// which takes the first gradient whole (torch.optim.SGD). From the second step on it
// is Momentum(α(1-τ), β), and has its rate, stability and steady state. Without
// momentum there is no velocity, and nothing is dampened.
func (o Optimizer) Dampened(dampening float64) Optimizer {
	o.Dampening = dampening
	return o
}

// Keras returns a copy of heavy ball or of Nesterov's method whose velocity has the
// learning rate of each step in it, as in Keras and TensorFlow:
//
//	v' = β v - α_t g        θ' = θ + v'        with Nesterov, θ' = θ + β v' - α_t g
//
// Under a constant rate it is the method itself (of Nesterov the Stored parameters).
// Under a schedule a falling rate acts on the gradients that come, and not at once on
// the velocity that there is.
func (o Optimizer) Keras() Optimizer {
	o.RateInVelocity = true
	o.StoredPoint = o.Nesterov
	return o
}

// heavyBall in θ and m = αv: m' = β m + x θ + αε, θ' = θ - f m'.
var heavyBall = rule{name: "momentum", states: 2, step: velocity}

// dampened is heavy ball with 1-τ of all gradients but the first.
var dampened = rule{name: "dampened momentum", states: 2,
	changes: func(*Optimizer) int { return 1 },
	step: func(o Optimizer, at stage) update {
		u := velocity(o, at)
		if at.t > 0 {
			part := dd.Exact(1).Sub(dd.Exact(o.Dampening))
			u.kick[0], u.kick[1] = u.kick[0].Mul(part), part
		}
		return u
	},
}

// velocity is the step of both rules with momentum. For one without a schedule
//
//	heavy ball   p = β         q = 1 - β         u = x        w = 2(1+β) - x
//	Nesterov     p = β(1-x)    q = 1 - β + βx    u = x        w = 2(1+β) - (1+2β)x
//
// With the rate in the velocity m is it: m' = β m + f (x θ + αε), θ' = θ - m'.
func velocity(o Optimizer, at stage) update {
	beta := dd.Exact(o.Momentum)
	u := update{n: 2}
	u.keep[0][1] = at.f.Mul(beta)
	u.keep[1][1] = dd.Exact(1).Sub(beta)
	u.kick[0], u.kick[1] = at.f.Neg(), dd.Exact(1)
	u.gradient[0] = dd.Exact(1)
	if o.RateInVelocity {
		u.keep[0][1], u.kick[1] = beta, at.f
	}
	return u
}
