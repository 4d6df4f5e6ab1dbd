package theory

// Precondition returns a copy that multiplies every stochastic gradient, its
// noise included, by H^-power:
//
//	θ' = θ - α H^-p g(θ)
//
// Power 0 is the plain method, ½ resembles Adam and 1 is Newton's method. In a
// direction of curvature h it is the plain method with the learning rate
// α h^-p, so that αh becomes α h^(1-p) and σ² becomes α² h^-2p c/B. It composes
// with every other setting. Any finite power is valid; a power other than 0
// needs curvatures > 0.
func (o Optimizer) Precondition(power float64) Optimizer {
	o.Power = power
	return o
}
