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

// nesterov is Nesterov's method as a recurrence, with x = αh:
//
//	p = β(1-x)        s = (1+β)(1-x)
//	q = 1 - β + βx        u = x        w = 2(1+β) - (1+2β)x
func nesterov(x dd.Number, beta, sigma2 float64) recurrence {
	return recurrence{
		q:      dd.Exact(1).Sub(dd.Exact(beta)).Add(x.Mul(dd.Exact(beta))),
		u:      x,
		w:      dd.TwoSum(1, beta).Scale(2).Sub(x.Mul(dd.TwoSum(1, 2*beta))),
		gain:   1,
		sigma2: sigma2,
	}
}
