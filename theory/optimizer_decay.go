package theory

// WithDecay returns a copy with coupled weight decay λ >= 0, in units of the
// curvature, added to every gradient as in torch and optax: g(θ) + λθ at the point
// where the gradient is taken. The method then moves as on the curvature h + λ, while
// the loss is that of h.
//
// Weights decay towards the origin, which in this model is the minimum: the decay can
// do no harm to the bias, and an optimum of λ means nothing.
func (o Optimizer) WithDecay(decay float64) Optimizer {
	o.WeightDecay = decay
	return o
}

// WithDecoupledDecay returns a copy with decoupled weight decay λ >= 0 (Loshchilov and
// Hutter 2019, in the form of torch.optim.AdamW): every step takes α_t λ θ off θ beside
// what the method does, past velocity and preconditioner.
func (o Optimizer) WithDecoupledDecay(decay float64) Optimizer {
	o.WeightDecay, o.DecoupledDecay = decay, true
	return o
}

// added is the curvature that coupled weight decay adds.
func (o *Optimizer) added() float64 {
	if o.DecoupledDecay {
		return 0
	}
	return o.WeightDecay
}
