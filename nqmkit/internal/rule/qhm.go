package rule

// qhm is v' = β v + (1-β) g(θ), θ' = θ - α ((1-ν) g(θ) + ν v') (Ma and Yarats 2019,
// arXiv 1810.06801).
type qhm struct {
	AtTheta
	rate     *Rate
	beta, nu float64
	velocity []float64
}

// QHM returns quasi-hyperbolic momentum for n parameters.
func QHM(rate *Rate, beta, nu float64, n int) Rule {
	return &qhm{rate: rate, beta: beta, nu: nu, velocity: make([]float64, n)}
}

func (r *qhm) Step(theta, gradient []float64) {
	beta, alpha := r.rate.Momentum(r.beta), r.rate.Next()
	for i, g := range gradient {
		r.velocity[i] = float64(beta*r.velocity[i]) + float64((1-beta)*g)
		theta[i] -= float64(alpha * (float64((1-r.nu)*g) + float64(r.nu*r.velocity[i])))
	}
}
