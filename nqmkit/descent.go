package nqmkit

import (
	"fmt"
	"slices"

	"nqm/nqmkit/internal/rule"
)

// Descent is the literal update rule of a method at work on the parameters of any
// loss: a rule does not know what it descends. A step is
//
//	d.Step(gradient at d.Point(), of a batch of d.BatchSize() examples)
//
// and it is the same code that Sample steps on a quadratic.
type Descent struct {
	theta  []float64
	rule   rule.Rule
	recipe recipe
	see    func(by Approximation, point []float64) Curvature
	t      int
}

// NewDescent returns the method at theta, of which it keeps a copy; steps is the
// length that a schedule without one is stretched to. It panics on an invalid method,
// on a Linear, whose matrices want the curvature of each coordinate, and on
// parameters that are not finite.
func NewDescent(m Sampler, theta []float64, steps int) *Descent {
	if steps < 0 {
		panic(badSteps(steps))
	}
	recipe := must(recipeOf(m, steps))
	if recipe.perDirection {
		panic(fmt.Errorf("nqmkit: %v is given by its matrices for each curvature: it descends quadratics only", m))
	}
	if len(theta) == 0 || !allFinite(theta) {
		panic(fmt.Errorf("nqmkit: a start of %d parameters: want 1 or more, all finite", len(theta)))
	}
	d := &Descent{theta: slices.Clone(theta), recipe: recipe}
	d.rule = recipe.start(d.theta, rule.Shape{Lanes: 1, D: len(theta), See: func(by Approximation, point []float64) Curvature {
		if d.see == nil {
			panic(fmt.Errorf("nqmkit: %v asks for the curvature by %s: want Descent's Sees to tell it", m, by))
		}
		return d.see(by, point)
	}})
	return d
}

// Sees tells a Preconditioned what it asks for in some of its steps: the curvature of the
// loss at Point, by an approximation. Other methods do not ask.
func (d *Descent) Sees(curvature func(by Approximation, point []float64) Curvature) {
	d.see = curvature
}

// BatchSize is that of the next step.
func (d *Descent) BatchSize() float64 { return d.recipe.batch(d.t) }

// Power is the p of a method that multiplies every gradient by H^-p, which the
// caller does before Step; 0 of others.
func (d *Descent) Power() float64 { return d.recipe.power }

// Point is where the next step wants the gradient: not to be changed.
func (d *Descent) Point() []float64 { return d.rule.Point(d.theta) }

// Step makes a step with the gradient at Point. It panics, and makes none, on one of
// another length and on one that is not finite: a run that diverges ends before.
func (d *Descent) Step(gradient []float64) {
	if len(gradient) != len(d.theta) {
		panic(fmt.Errorf("nqmkit: a gradient of %d numbers for %d parameters: want as many", len(gradient), len(d.theta)))
	}
	for k, g := range gradient {
		if g*0 != 0 { // NaN or infinite
			panic(fmt.Errorf("nqmkit: the gradient of parameter %d in step %d is %v, at %.4g: want a finite number; end a run that diverges before", k, d.t, g, d.Point()[k]))
		}
	}
	d.rule.Step(d.theta, gradient)
	d.t++
}

// Steps is how many were made.
func (d *Descent) Steps() int { return d.t }

// Answer is what the results are about, the parameters or their average: not to be
// changed, and to be asked for anew after each step.
func (d *Descent) Answer() []float64 { return d.rule.Answer(d.theta) }
