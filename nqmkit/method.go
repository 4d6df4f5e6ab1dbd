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

// ScheduleFree returns schedule-free SGD with β in [0, 1): the gradient is taken at
// y = β x + (1-β) z, z' = z - α g(y), and the answers are about x, the average of z.
// AtY and AtZ are about the other sequences.
func ScheduleFree(learningRate, momentum float64) theory.Optimizer {
	return theory.ScheduleFree(learningRate, momentum)
}

// AdEMAMix returns AdEMAMix without its second moment: a fast average of the gradients
// with β in [0, 1), and a slow one with β3 in (0, 1) of the weight a > 0. WarmSlow is
// its warm-up.
func AdEMAMix(learningRate, momentum, slowMomentum, slowWeight float64) theory.Optimizer {
	return theory.AdEMAMix(learningRate, momentum, slowMomentum, slowWeight)
}

// DANA returns dimension-adapted Nesterov acceleration: v' = (1 - 1/(1+t/δ)) v + g(θ),
// θ' = θ - α (g(θ) + r (1+t)^-κ v'). DANA-constant has κ = 0 and r of the size 1/d,
// DANA-decaying κ of one over the exponent of PowerLaw.
func DANA(learningRate, ratio, fall, time float64) theory.Optimizer {
	return theory.DANA(learningRate, ratio, fall, time)
}

// QHM returns quasi-hyperbolic momentum with β in [0, 1) and ν in [0, 1]:
// v' = β v + (1-β) g(θ), θ' = θ - α ((1-ν) g(θ) + ν v'). With ν = 1 it is heavy ball
// with dampening, Momentum(α(1-β), β); with ν = 0 it is SGD.
func QHM(learningRate, momentum, weight float64) theory.Optimizer {
	return theory.QHM(learningRate, momentum, weight)
}
