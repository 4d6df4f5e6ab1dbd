package nqmkit

import "nqm/theory"

// Method is a method with a closed form, under the name that a cell needs for
// a function of methods: func sweep(m func(alpha float64) nqmkit.Method).
type Method = theory.Method

// Optimizer is a method that the constructors return, with its settings as
// fields: func at(b float64) nqmkit.Optimizer { return nqmkit.SGD(0.1).Batch(b) }.
type Optimizer = theory.Optimizer

// Segment is a part of a schedule, under the name that a cell needs to write
// one: nqmkit.SGD(1).Segments(nqmkit.Segment{Steps: 100, From: 1}, ...).
type Segment = theory.Segment

// SGD returns stochastic gradient descent with learning rate α > 0 and batches
// of one example: θ' = θ - α g(θ). Use its method Batch for larger batches.
func SGD(learningRate float64) theory.Optimizer { return theory.SGD(learningRate) }

// Momentum returns heavy-ball momentum β in [0, 1): v' = β v + g(θ),
// θ' = θ - α v'.
func Momentum(learningRate, momentum float64) theory.Optimizer {
	return theory.Momentum(learningRate, momentum)
}

// Nesterov returns Nesterov's accelerated gradient with momentum β in [0, 1):
// the gradient is taken at θ - αβ v.
func Nesterov(learningRate, momentum float64) theory.Optimizer {
	return theory.Nesterov(learningRate, momentum)
}

// QHM returns quasi-hyperbolic momentum with β in [0, 1) and ν in [0, 1]:
// v' = β v + (1-β) g(θ), θ' = θ - α ((1-ν) g(θ) + ν v'). With ν = 1 it is heavy ball
// with dampening, Momentum(α(1-β), β); with ν = 0 it is SGD.
func QHM(learningRate, momentum, weight float64) theory.Optimizer {
	return theory.QHM(learningRate, momentum, weight)
}
