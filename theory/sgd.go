package theory

import "math"

// sgdMode is SGD in one direction, with x = α h:
//
//	θ' = (1-x) θ - α ε        Var(α ε) = σ² = α² c/B
//	Factor(t) = (1-x)^t
//	Noise(t)  = σ² (1 - (1-x)^2t) / (x (2-x))
//
// (the paper's theorem 1 with its inequality an equality; lecture, "Problem
// setup"). The quotient is evaluated as expm1(2t log|1-x|) / (x (x-2)), which
// keeps its digits for tiny x, and by its limit t σ² at x = 0 and x = 2.
type sgdMode struct {
	x      float64
	sigma2 float64
	log    float64 // log|1-x|: -Inf at x = 1
	growth float64 // x (x-2): negative where stable, 0 at x = 0 and x = 2
}

func newSGDMode(alpha, h, variance float64) sgdMode {
	x := alpha * h
	return sgdMode{
		x:      x,
		sigma2: alpha * alpha * variance,
		log:    logAbs1m(x),
		growth: x * (x - 2),
	}
}

// logAbs1m returns log|1-x| for x >= 0 with full relative accuracy, also next
// to its zeros x = 0 and x = 2.
func logAbs1m(x float64) float64 {
	if x > 1 {
		return math.Log1p(x - 2) // x-2 is exact next to x = 2
	}
	return math.Log1p(-x)
}

func (m sgdMode) At(t int) Response {
	if t == 0 {
		return Response{Factor: 1}
	}
	factor := math.Exp(float64(t) * m.log)
	if m.x > 1 && t%2 == 1 {
		factor = -factor
	}
	return Response{Factor: factor, Noise: m.noise(t)}
}

func (m sgdMode) noise(t int) float64 {
	if m.sigma2 == 0 {
		return 0
	}
	if m.growth == 0 {
		return float64(t) * m.sigma2
	}
	return m.sigma2 * (math.Expm1(2*float64(t)*m.log) / m.growth)
}

func (m sgdMode) Limit() Response {
	switch {
	case m.growth < 0:
		return Response{Noise: -m.sigma2 / m.growth}
	case m.growth == 0:
		return Response{Factor: 1, Noise: unbounded(m.sigma2)}
	}
	return Response{Factor: math.Inf(1), Noise: unbounded(m.sigma2)}
}

// unbounded is the limit of t·rate.
func unbounded(rate float64) float64 {
	if rate == 0 {
		return 0
	}
	return math.Inf(1)
}
