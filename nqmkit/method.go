package nqmkit

import "nqm/theory"

// SGD returns stochastic gradient descent with learning rate α > 0 and batches
// of one example: θ' = θ - α g(θ). Use its method Batch for larger batches.
func SGD(learningRate float64) theory.Optimizer { return theory.SGD(learningRate) }
