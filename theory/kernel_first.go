package theory

import (
	"math"
	"nqm/theory/internal/dd"
)

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
	flips  bool // 1-x < 0
	sigma2 float64
	log    float64 // log|1-x|: -Inf at x = 1
	growth float64 // x (x-2): negative where stable, 0 at x = 0 and x = 2
}

func newSGDMode(x dd.Number, sigma2 float64) sgdMode {
	below, above := dd.Exact(1).Sub(x).Value(), x.Sub(dd.Exact(2)).Value()
	return sgdMode{
		flips:  below < 0,
		sigma2: sigma2,
		log:    logOf(below, x.Value(), -above),
		growth: x.Value() * above,
	}
}

// At returns the response after t steps.
func (m sgdMode) At(t int) Response {
	if t == 0 {
		return Response{Factor: 1}
	}
	y := float64(t) * m.log
	if y > -0.34 && y < 0.34 { // 1 - e^2y would cancel
		return m.response(t, math.Exp(y), math.Expm1(2*y))
	}
	factor := math.Exp(y)
	return m.response(t, factor, factor*factor-1)
}

func (m sgdMode) response(t int, factor, square float64) Response {
	r := Response{Factor: factor, Noise: m.noise(t, square)}
	if m.flips && t%2 == 1 {
		r.Factor = -factor
	}
	return r
}

func (m sgdMode) noise(t int, square float64) float64 {
	if m.sigma2 == 0 {
		return 0
	}
	if m.growth == 0 {
		return float64(t) * m.sigma2
	}
	if math.IsInf(m.growth, 1) { // x² overflows, and so does all but the first step
		if t == 1 {
			return m.sigma2
		}
		return math.Inf(1)
	}
	return m.sigma2 * (square / m.growth)
}

// Limit returns the limit of the response.
func (m sgdMode) Limit() Response {
	switch {
	case m.growth < 0:
		return Response{Noise: -m.sigma2 / m.growth}
	case m.growth == 0:
		return Response{Factor: 1, Noise: unbounded(m.sigma2)}
	}
	return Response{Factor: math.Inf(1), Noise: unbounded(m.sigma2)}
}
