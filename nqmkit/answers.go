package nqmkit

import "nqm/theory"

// A method of one's own, linear in its state, written in a cell: see
// theory.Linear. It gets every answer that SGD gets.
type (
	Linear = theory.Linear
	System = theory.System
)

// Summary describes p in a few numbers: dimension, condition number, traces,
// effective dimension and the two noise scales at the start.
// It panics on an invalid problem.
func Summary(p theory.Problem) theory.Summary { return must(theory.SummaryOf(p)) }

// Rate returns the asymptotic rate of m on p: without noise the loss falls
// like Radius^2t. It panics on methods that have none (uniform averages,
// schedules).
func Rate(p theory.Problem, m theory.Method) theory.Rate { return must(theory.RateOf(p, m)) }

// Damping says whether m is monotone, ringing, flipping or critical in a
// direction of curvature h >= 0. It panics on methods that have no rate.
func Damping(m theory.Method, h float64) theory.Damping { return must(theory.DampingOf(m, h)) }

// StabilityLimit returns the least learning rate at which o has no steady state on
// p. Lookahead over a velocity may be stable again beyond: see StabilityWindows. It
// panics on a schedule, which has no such limit.
func StabilityLimit(p theory.Problem, o theory.Optimizer) float64 {
	return must(theory.StabilityLimit(p, o))
}

// StabilityWindows returns all learning rates at which o has a steady state on p, as
// open windows in increasing order; see theory.StabilityWindows. It panics where that
// has an error.
func StabilityWindows(p theory.Problem, o theory.Optimizer) []theory.Window {
	return must(theory.StabilityWindows(p, o))
}

// LossQuantiles returns, for each probability in (0, 1), the loss that m does
// not exceed with it after t steps. It panics on a probability out of range.
func LossQuantiles(p theory.Problem, t int, m theory.Method, probabilities ...float64) []float64 {
	return must(theory.LossQuantiles(p, t, m, probabilities...))
}

// BayesGap returns the expected loss of o beside the bound that no method can
// beat with as many samples, at the steps that Steps chooses.
// It panics on an invalid problem, one without such a bound (multiplicative noise) or method, and
// on steps < 0.
func BayesGap(p theory.Problem, steps int, o theory.Optimizer) theory.Gap {
	return must(theory.BayesGap(p, Steps(steps), o))
}

// NoiseScales returns B_simple and B_noise along the expected path of m, at
// the steps that Steps chooses.
// It panics on an invalid problem or method, and on steps < 0.
func NoiseScales(p theory.Problem, steps int, m theory.Method) theory.NoiseScales {
	return must(theory.NoiseScalesOf(p, Steps(steps), m))
}

// StepsToTarget returns the first number of steps at which the expected loss
// of m on p is at or below the target, with its certificate, or says that it
// never is or diverges; see theory.StepsToTarget. It panics unless the target
// is a finite number > 0, and on a schedule without a length.
func StepsToTarget(p theory.Problem, target float64, m theory.Method) theory.Steps {
	return whole("steps to target", func() theory.Steps { return must(theory.StepsToTarget(p, target, m, 0)) })
}

// phaseCells is how many cells a phase map has on a side.
const phaseCells = 60

// PhaseMap returns where heavy ball is stable on p, and how fast it converges
// without noise, over learning rate and momentum, with the best pair. The rates are
// those given, two or more that rise, or they reach to the limit of stability, over decades where the
// curvatures span two or more. It panics on a problem without curvature, and on other
// rates.
func PhaseMap(p theory.Problem, learningRates ...float64) theory.PhaseMap {
	return must(theory.PhaseMapOf(p, phaseCells, learningRates...))
}
