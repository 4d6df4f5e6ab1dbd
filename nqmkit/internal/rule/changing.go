package rule

import (
	"math"
	"slices"
)

// scheduleFree is z' = z - α g(y), x' = x + c (z' - x), y = β x + (1-β) z, with c the
// weight of the step among all, by the square of the highest rate so far (Defazio et
// al. 2024, and their sgd_schedulefree_reference.py).
type scheduleFree struct {
	rate         *Rate
	beta         float64
	sequence     byte
	x, y, z      []float64
	highest, sum float64
}

// ScheduleFree returns schedule-free SGD from theta, with answers at 'x', 'y' or 'z'.
func ScheduleFree(rate *Rate, beta float64, sequence byte, theta []float64) Rule {
	return &scheduleFree{rate: rate, beta: beta, sequence: sequence, x: slices.Clone(theta), y: slices.Clone(theta), z: slices.Clone(theta)}
}

func (r *scheduleFree) Point([]float64) []float64 {
	beta := r.rate.Momentum(r.beta)
	for i := range r.y {
		r.y[i] = float64(beta*r.x[i]) + float64((1-beta)*r.z[i])
	}
	return r.y
}

func (r *scheduleFree) Step(theta, gradient []float64) {
	alpha := r.rate.Next()
	r.highest = max(r.highest, alpha)
	weight := float64(r.highest * r.highest)
	r.sum += weight
	c := 0.0
	if r.sum > 0 {
		c = weight / r.sum
	}
	for i, g := range gradient {
		r.z[i] -= float64(alpha * g)
		r.x[i] += float64(c * (r.z[i] - r.x[i]))
	}
	copy(theta, r.Answer(theta))
}

func (r *scheduleFree) Answer([]float64) []float64 {
	switch r.sequence {
	case 'y':
		return r.Point(nil)
	case 'z':
		return r.z
	}
	return r.x
}

// ademamix is m1' = β1 m1 + (1-β1) g, m2' = β3 m2 + (1-β3) g and
// θ' = θ - α (m1'/(1-β1^t) + a m2') (Pagliardini et al. 2024, algorithm 1 without ν).
type ademamix struct {
	AtTheta
	rate            *Rate
	beta1, beta3, a float64
	warm, t         int
	m1, m2          []float64
	uncounted       float64 // β1^t
}

// AdEMAMix returns AdEMAMix without its second moment, warmed up in some steps.
func AdEMAMix(rate *Rate, beta1, beta3, a float64, warm, n int) Rule {
	return &ademamix{rate: rate, beta1: beta1, beta3: beta3, a: a, warm: warm, m1: make([]float64, n), m2: make([]float64, n), uncounted: 1}
}

func (r *ademamix) Step(theta, gradient []float64) {
	beta1, alpha := r.rate.Momentum(r.beta1), r.rate.Next()
	r.t++
	a, beta3 := r.a, r.beta3
	if r.t <= r.warm {
		part := float64(r.t) / float64(r.warm)
		a = r.a * part
		start, end := math.Log(beta1), math.Log(r.beta3)
		beta3 = math.Exp(start * end / (float64((1-part)*end) + float64(part*start)))
		if beta1 == 0 { // the limit of the line above
			beta3 = math.Exp(end / part)
		}
	}
	r.uncounted *= beta1
	for i, g := range gradient {
		r.m1[i] = float64(beta1*r.m1[i]) + float64((1-beta1)*g)
		r.m2[i] = float64(beta3*r.m2[i]) + float64((1-beta3)*g)
		theta[i] -= float64(alpha * (r.m1[i]/(1-r.uncounted) + float64(a*r.m2[i])))
	}
}

// dana is v' = (1 - 1/(1+t/δ)) v + g(θ), θ' = θ - γ2 g(θ) - γ3 (1+t)^-κ v' (dana_optimizer
// of Ferbach et al. 2025).
type dana struct {
	AtTheta
	rate                *Rate
	ratio, kappa, delta float64
	t                   int
	v                   []float64
}

// DANA returns dimension-adapted Nesterov acceleration with γ3 = ratio γ2.
func DANA(rate *Rate, ratio, kappa, delta float64, n int) Rule {
	return &dana{rate: rate, ratio: ratio, kappa: kappa, delta: delta, v: make([]float64, n)}
}

func (r *dana) Step(theta, gradient []float64) {
	g2 := r.rate.Next()
	g3 := g2 * r.ratio * math.Pow(1+float64(r.t), -r.kappa)
	keep := 1 - 1/(1+float64(r.t)/r.delta)
	for i, g := range gradient {
		r.v[i] = float64(keep*r.v[i]) + g
		theta[i] -= float64(g2*g) + float64(g3*r.v[i])
	}
	r.t++
}

// coupled adds λ times the point to every gradient.
type coupled struct {
	Rule
	decay float64
	at    []float64
}

// Coupled returns r with weight decay in the gradient.
func Coupled(r Rule, decay float64) Rule { return &coupled{Rule: r, decay: decay} }

func (r *coupled) Point(theta []float64) []float64 {
	r.at = r.Rule.Point(theta)
	return r.at
}

func (r *coupled) Step(theta, gradient []float64) {
	if r.at == nil {
		r.Point(theta)
	}
	sum := slices.Clone(gradient)
	for i, v := range r.at {
		sum[i] += float64(r.decay * v)
	}
	r.Rule.Step(theta, sum)
}

// decoupled takes α_t λ θ off θ beside the step.
type decoupled struct {
	Rule
	rate  *Rate
	decay float64
}

// Decoupled returns r with decoupled weight decay under the same rate.
func Decoupled(r Rule, rate *Rate, decay float64) Rule {
	return &decoupled{Rule: r, rate: rate, decay: decay}
}

func (r *decoupled) Step(theta, gradient []float64) {
	before, shrink := slices.Clone(theta), r.rate.now()*r.decay
	r.Rule.Step(theta, gradient)
	for i, v := range before {
		theta[i] -= float64(shrink * v)
	}
}
