package rule

// dampened is torch.optim.SGD with dampening: the first buffer is the gradient itself,
// v' = β v + (1-τ) g(θ) after it, and θ' = θ - α v'.
type dampened struct {
	AtTheta
	rate      *Rate
	beta, tau float64
	buffer    []float64
	begun     bool
}

// Dampened returns heavy ball with dampening for n parameters.
func Dampened(rate *Rate, beta, tau float64, n int) Rule {
	return &dampened{rate: rate, beta: beta, tau: tau, buffer: make([]float64, n)}
}

func (r *dampened) Step(theta, gradient []float64) {
	beta, alpha := r.rate.Momentum(r.beta), r.rate.Next()
	for i, g := range gradient {
		if r.begun {
			g = float64(beta*r.buffer[i]) + float64((1-r.tau)*g)
		}
		r.buffer[i] = g
		theta[i] -= float64(alpha * g)
	}
	r.begun = true
}

// keras is v' = β v - α g(θ), θ' = θ + v', and with Nesterov θ' = θ + β v' - α g(θ)
// (keras.optimizers.SGD).
type keras struct {
	AtTheta
	rate     *Rate
	beta     float64
	nesterov bool
	velocity []float64
}

// Keras returns momentum with the learning rate in the velocity for n parameters.
func Keras(rate *Rate, beta float64, nesterov bool, n int) Rule {
	return &keras{rate: rate, beta: beta, nesterov: nesterov, velocity: make([]float64, n)}
}

func (r *keras) Step(theta, gradient []float64) {
	beta, alpha := r.rate.Momentum(r.beta), r.rate.Next()
	for i, g := range gradient {
		v := float64(beta*r.velocity[i]) - float64(alpha*g)
		r.velocity[i] = v
		if r.nesterov {
			v = float64(beta*v) - float64(alpha*g)
		}
		theta[i] += v
	}
}

// stored is Nesterov's momentum in torch and optax: v' = β v + g(θ),
// θ' = θ - α (g(θ) + β v').
type stored struct {
	AtTheta
	rate     *Rate
	beta     float64
	velocity []float64
}

// Stored returns Nesterov's momentum about the parameters that libraries store.
func Stored(rate *Rate, beta float64, n int) Rule {
	return &stored{rate: rate, beta: beta, velocity: make([]float64, n)}
}

func (r *stored) Step(theta, gradient []float64) {
	beta, alpha := r.rate.Momentum(r.beta), r.rate.Next()
	for i, g := range gradient {
		r.velocity[i] = float64(beta*r.velocity[i]) + g
		theta[i] -= float64(alpha * (g + float64(beta*r.velocity[i])))
	}
}

// nesterovAhead is Nesterov's θ with the rate in the velocity: the gradient at
// θ + β v, v' = β v - α g, θ' = θ + v'.
type nesterovAhead struct {
	rate            *Rate
	beta            float64
	velocity, ahead []float64
}

// KerasAhead returns Nesterov's momentum about the sequence behind the stored one.
func KerasAhead(rate *Rate, beta float64, n int) Rule {
	return &nesterovAhead{rate: rate, beta: beta, velocity: make([]float64, n), ahead: make([]float64, n)}
}

func (r *nesterovAhead) Point(theta []float64) []float64 {
	beta := r.rate.Momentum(r.beta)
	for i, v := range theta {
		r.ahead[i] = v + float64(beta*r.velocity[i])
	}
	return r.ahead
}

func (r *nesterovAhead) Step(theta, gradient []float64) {
	beta, alpha := r.rate.Momentum(r.beta), r.rate.Next()
	for i, g := range gradient {
		r.velocity[i] = float64(beta*r.velocity[i]) - float64(alpha*g)
		theta[i] += r.velocity[i]
	}
}

func (r *nesterovAhead) Answer(theta []float64) []float64 { return theta }
