package theory

import "math"

// Method is an optimizer whose update is linear in its state, so that each
// eigen-direction of a problem can be followed on its own. A new method is a
// new implementation of this interface, and every answer about moments and the
// loss is then defined for it. Linear implements it for a method given by its
// matrices, which also gives the answers that need to know the state: rates,
// damping and multiplicative noise.
type Method interface {
	// String names the method with its settings, as in "SGD α=0.3, B=64".
	String() string
	// Family names the method without its settings, as in "SGD". Figures give
	// each family one colour.
	Family() string
	// Validate returns an error that names the first setting outside its
	// valid range, or nil.
	Validate() error
	// Mode returns the dynamics in a direction of curvature h whose
	// gradient-noise variance is c for one example.
	Mode(h, c float64) Mode
}

// Mode is the dynamics of a method in one eigen-direction.
type Mode interface {
	// At returns the response after t >= 0 steps.
	At(t int) Response
	// Limit returns the limit of the response as t grows. Its Factor is the
	// limit of |Factor|: 0 where the start is forgotten, +Inf where it grows
	// without bound, as its Noise is where that does.
	Limit() Response
}

// Response says how a direction answers to its start and to the noise:
//
//	E θ(t)²   = Factor² E θ(0)² + Noise
//	E θ(t)    = Factor  E θ(0)
//	Var θ(t)  = Factor² Var θ(0) + Noise
type Response struct {
	Factor float64 // what is left of the start, with its sign
	Noise  float64 // variance that the gradient noise has put in, >= 0
}

// unbounded is the limit of t·rate.
func unbounded(rate float64) float64 {
	if rate == 0 {
		return 0
	}
	return math.Inf(1)
}

// modesOf returns Mode for many directions.
func modesOf(m Method) func(h, c float64) Mode {
	if many, ok := m.(interface {
		modes() func(h, c float64) Mode
	}); ok {
		return many.modes()
	}
	return m.Mode
}
