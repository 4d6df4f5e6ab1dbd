package theory

import "nqm/theory/internal/dd"

// Nesterov returns Nesterov's accelerated gradient with a constant momentum
// and batches of one:
//
//	y = θ - αβ v        v' = β v + g(y)        θ' = θ - α v'        v(0) = 0
//
// The answers are about θ; the gradient is taken at y. The valid range is
// 0 <= β < 1. It is stable for 0 < αh < 2(1+β)/(1+2β), less than SGD's 2
// unless β = 0. (Nesterov 1983; Sutskever et al. 2013, equation 3.)
func Nesterov(learningRate, momentum float64) Optimizer {
	return Optimizer{LearningRate: learningRate, Momentum: momentum, Nesterov: true}
}

// Stored returns a copy of Nesterov's method with the answers about the parameters
// that torch, optax and Keras store:
//
//	v' = β v + g(y)        y' = y - α (g(y) + β v')        y(0) = θ(0), v(0) = 0
//
// the point at which the next gradient is taken. It runs ahead of θ by -αβ v, and has
// its rate and stability, with another loss.
func (o Optimizer) Stored() Optimizer {
	o.StoredPoint = true
	return o
}

// nesterov is heavy ball with the gradient at θ - fβ m, or, where the stored point is
// variable 0, y' = y - f (1+β)(x y + αε) - fβ² m with the gradient at y.
var nesterov = rule{name: "Nesterov", states: 2, step: func(o Optimizer, at stage) update {
	u := velocity(o, at)
	if o.StoredPoint {
		beta := dd.Exact(o.Momentum)
		u.keep[0][1] = u.keep[0][1].Mul(beta)
		u.kick[0] = u.kick[0].Sub(at.f.Mul(beta))
		return u
	}
	u.gradient[1] = u.keep[0][1].Neg()
	return u
}}
