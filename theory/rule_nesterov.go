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

// nesterov is heavy ball with the gradient at θ - fβ m.
var nesterov = rule{name: "Nesterov", title: "Nesterov", states: 2, step: func(o Optimizer, f dd.Number) update {
	u := velocity(o, f)
	u.gradient[1] = u.keep[0][1].Neg()
	return u
}}
