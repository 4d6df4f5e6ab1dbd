package nqmkit

// sgd is θ' = θ - α g(θ). The conversion to float64, here and in every rule,
// keeps processors that could from fusing a product with a sum, so that a seed
// gives the same runs on each.
type sgd struct {
	atTheta
	rate *rate
}

func (r *sgd) step(theta, gradient []float64) {
	alpha := r.rate.next()
	gradient = gradient[:len(theta)]
	for i := range theta {
		theta[i] -= float64(alpha * gradient[i])
	}
}

// heavyBall is v' = β v + g(θ), θ' = θ - α v' (Polyak 1964, as in torch and
// optax).
type heavyBall struct {
	atTheta
	rate     *rate
	beta     float64
	velocity []float64
}

func (r *heavyBall) step(theta, gradient []float64) {
	alpha := r.rate.next()
	gradient, velocity := gradient[:len(theta)], r.velocity[:len(theta)]
	for i := range theta {
		v := float64(r.beta*velocity[i]) + gradient[i]
		velocity[i] = v
		theta[i] -= float64(alpha * v)
	}
}

// nesterov is y = θ - αβ v, v' = β v + g(y), θ' = θ - α v' (Nesterov 1983;
// Sutskever et al. 2013, equation 3).
type nesterov struct {
	rate            *rate
	beta            float64
	velocity, ahead []float64
}

func (r *nesterov) point(theta []float64) []float64 {
	reach := r.rate.now() * r.beta
	for i := range theta {
		r.ahead[i] = theta[i] - float64(reach*r.velocity[i])
	}
	return r.ahead
}

func (r *nesterov) step(theta, gradient []float64) {
	alpha := r.rate.next()
	for i := range theta {
		r.velocity[i] = float64(r.beta*r.velocity[i]) + gradient[i]
		theta[i] -= float64(alpha * r.velocity[i])
	}
}

func (r *nesterov) answer(theta []float64) []float64 { return theta }
