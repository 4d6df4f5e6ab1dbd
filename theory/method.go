package theory

import (
	"fmt"
	"math"
)

// Method is an optimizer whose update is linear in its state, so that each
// eigen-direction of a problem can be followed on its own. A new method is a
// new implementation of this interface: every answer of the package is then
// defined for it.
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

// Optimizer is a method with its settings. The zero value of each field is its
// neutral setting; LearningRate has none and must be given.
//
// The methods that change a setting (Batch) return a changed copy.
type Optimizer struct {
	// LearningRate is α > 0, in units of 1/curvature.
	LearningRate float64
	// BatchSize is B >= 1, the examples averaged in one gradient; it need not
	// be a whole number. Zero means one.
	BatchSize float64
}

// SGD returns stochastic gradient descent, θ' = θ - α g(θ), with batches of one.
func SGD(learningRate float64) Optimizer { return Optimizer{LearningRate: learningRate} }

// Batch returns a copy with batches of b examples.
func (o Optimizer) Batch(b float64) Optimizer {
	o.BatchSize = b
	return o
}

// Family returns the method's name without its settings.
func (o Optimizer) Family() string { return "SGD" }

// String returns the method's name with every setting that is not neutral.
func (o Optimizer) String() string {
	s := fmt.Sprintf("%s α=%g", o.Family(), o.LearningRate)
	if o.batchSize() != 1 {
		s += fmt.Sprintf(", B=%g", o.BatchSize)
	}
	return s
}

func (o Optimizer) batchSize() float64 {
	if o.BatchSize == 0 {
		return 1
	}
	return o.BatchSize
}

// Validate returns an error that names the first setting outside its range.
func (o Optimizer) Validate() error {
	if !(o.LearningRate > 0) || math.IsInf(o.LearningRate, 0) {
		return fmt.Errorf("theory: learning rate %v: want a finite number > 0", o.LearningRate)
	}
	if b := o.batchSize(); !(b >= 1) || math.IsInf(b, 0) {
		return fmt.Errorf("theory: batch size %v: want a finite number >= 1", b)
	}
	return nil
}

// Mode returns the dynamics in a direction of curvature h and noise c.
func (o Optimizer) Mode(h, c float64) Mode {
	return newSGDMode(o.LearningRate, h, c/o.batchSize())
}
