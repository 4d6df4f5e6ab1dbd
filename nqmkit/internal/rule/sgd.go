package rule

// sgd is θ' = θ - α g(θ). The conversion to float64, here and in every rule,
// keeps processors that could from fusing a product with a sum, so that a seed
// gives the same runs on each.
type sgd struct {
	AtTheta
	rate *Rate
}

// SGD returns the rule of plain descent.
func SGD(rate *Rate) Rule { return &sgd{rate: rate} }

func (r *sgd) Step(theta, gradient []float64) {
	alpha := r.rate.Next()
	gradient = gradient[:len(theta)]
	for i := range theta {
		theta[i] -= float64(alpha * gradient[i])
	}
}

// heavyBall is v' = β v + g(θ), θ' = θ - α v' (Polyak 1964, as in torch and
// optax).
type heavyBall struct {
	AtTheta
	rate     *Rate
	beta     float64
	velocity []float64
}

// HeavyBall returns the rule of momentum β for n parameters.
func HeavyBall(rate *Rate, beta float64, n int) Rule {
	return &heavyBall{rate: rate, beta: beta, velocity: make([]float64, n)}
}

func (r *heavyBall) Step(theta, gradient []float64) {
	beta, alpha := r.rate.Momentum(r.beta), r.rate.Next()
	gradient, velocity := gradient[:len(theta)], r.velocity[:len(theta)]
	for i := range theta {
		v := float64(beta*velocity[i]) + gradient[i]
		velocity[i] = v
		theta[i] -= float64(alpha * v)
	}
}

// nesterov is y = θ - αβ v, v' = β v + g(y), θ' = θ - α v' (Nesterov 1983;
// Sutskever et al. 2013, equation 3).
type nesterov struct {
	rate            *Rate
	beta            float64
	velocity, ahead []float64
}

// Nesterov returns the rule of Nesterov's momentum β for n parameters.
func Nesterov(rate *Rate, beta float64, n int) Rule {
	return &nesterov{rate: rate, beta: beta, velocity: make([]float64, n), ahead: make([]float64, n)}
}

func (r *nesterov) Point(theta []float64) []float64 {
	reach := r.rate.now() * r.rate.Momentum(r.beta)
	for i := range theta {
		r.ahead[i] = theta[i] - float64(reach*r.velocity[i])
	}
	return r.ahead
}

func (r *nesterov) Step(theta, gradient []float64) {
	beta, alpha := r.rate.Momentum(r.beta), r.rate.Next()
	for i := range theta {
		r.velocity[i] = float64(beta*r.velocity[i]) + gradient[i]
		theta[i] -= float64(alpha * r.velocity[i])
	}
}

func (r *nesterov) Answer(theta []float64) []float64 { return theta }
