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

// heavyBall is momentum β as a recurrence, with x = αh:
//
//	p = β        s = 1 + β - x        q = 1 - β        u = x        w = 2(1+β) - x
func heavyBall(x dd.Number, beta, sigma2 float64) recurrence {
	return recurrence{
		q:      dd.Exact(1).Sub(dd.Exact(beta)),
		u:      x,
		w:      dd.TwoSum(1, beta).Scale(2).Sub(x),
		gain:   1,
		sigma2: sigma2,
	}
}
