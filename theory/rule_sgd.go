package theory

import (
	"nqm/theory/internal/dd"
)

// SGD returns stochastic gradient descent, θ' = θ - α g(θ), with batches of
// one. It is stable for 0 < αh < 2, whatever the batch size.
func SGD(learningRate float64) Optimizer { return Optimizer{LearningRate: learningRate} }

// sgdRule is SGD in θ: θ' = θ - f (x θ + αε).
var sgdRule = rule{name: "SGD", states: 1, step: func(_ Optimizer, at stage) update {
	u := update{n: 1}
	u.kick[0], u.gradient[0] = at.f.Neg(), dd.Exact(1)
	return u
}}
