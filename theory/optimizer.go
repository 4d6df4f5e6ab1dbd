package theory

import (
	"fmt"
	"math"
	"strings"

	"nqm/theory/internal/dd"
)

// Optimizer is a method with its settings. The zero value of each field is its
// neutral setting; LearningRate has none and must be given.
//
// The methods that change a setting (Batch, EMA, Precondition, ...) return a
// changed copy.
type Optimizer struct {
	// LearningRate is α > 0, in units of 1/curvature.
	LearningRate float64 `json:"learning_rate"`
	// BatchSize is B >= 1, the examples averaged in one gradient; it need not
	// be a whole number. Zero means one.
	BatchSize float64 `json:"batch_size,omitempty"`
	// Momentum is β in [0, 1): what the velocity keeps in each step.
	Momentum float64 `json:"momentum,omitempty"`
	// Nesterov takes the gradient where the momentum is about to lead.
	Nesterov bool `json:"nesterov,omitempty"`
	// Decay is γ in [0, 1) of the exponential moving average of the iterates
	// that the answers are about. Zero is the iterate itself.
	Decay float64 `json:"decay,omitempty"`
	// Power is p of the preconditioner H^-p on every stochastic gradient.
	Power float64 `json:"power,omitempty"`
	// UniformAverage makes the answers about the uniform average of the iterates from
	// step AverageFrom on.
	UniformAverage bool `json:"uniform_average,omitempty"`
	AverageFrom    int  `json:"average_from,omitempty"`
	// LookaheadSteps is k >= 1, how often slow weights take a step of the size
	// SlowStep in (0, 1] to the fast ones. Zero means no slow weights.
	LookaheadSteps int     `json:"lookahead_steps,omitempty"`
	SlowStep       float64 `json:"slow_step,omitempty"`
	// Schedule multiplies LearningRate and replaces BatchSize over time. Nil
	// keeps both.
	Schedule Schedule `json:"schedule,omitempty"`
}

// Batch returns a copy with batches of b examples.
func (o Optimizer) Batch(b float64) Optimizer {
	o.BatchSize = b
	return o
}

// Family returns the method's name without its settings, as in
// "preconditioned heavy ball with EMA".
func (o Optimizer) Family() string {
	name := o.rule()
	if o.Power != 0 {
		name = "preconditioned " + name
	}
	if o.LookaheadSteps != 0 {
		name += " with Lookahead"
	}
	switch {
	case o.Decay != 0:
		name += " with EMA"
	case o.UniformAverage && o.AverageFrom > 0:
		name += " with tail average"
	case o.UniformAverage:
		name += " with uniform average"
	}
	return name
}

func (o Optimizer) rule() string {
	switch {
	case o.Momentum == 0:
		return "SGD"
	case o.Nesterov:
		return "Nesterov"
	}
	return "heavy ball"
}

// String returns the method's name with every setting that is not neutral, to
// six digits, as in "momentum α=0.03, β=0.9, EMA γ=0.99, B=64".
func (o Optimizer) String() string {
	var s strings.Builder
	name := o.rule()
	if name == "heavy ball" {
		name = "momentum"
	}
	fmt.Fprintf(&s, "%s α=%s", name, orFree(o.LearningRate))
	setting := func(format string, value float64) {
		if value != 0 {
			fmt.Fprintf(&s, ", "+format, orFree(value))
		}
	}
	setting("β=%s", o.Momentum)
	if o.LookaheadSteps != 0 {
		fmt.Fprintf(&s, ", Lookahead k=%d s=%g", o.LookaheadSteps, o.SlowStep)
	}
	setting("EMA γ=%s", o.Decay)
	if o.UniformAverage {
		fmt.Fprintf(&s, ", averaged from t=%d", o.AverageFrom)
	}
	setting("H^-%s", o.Power)
	if o.Schedule != nil {
		fmt.Fprintf(&s, ", %v", o.Schedule)
	}
	if o.batchSize() != 1 {
		setting("B=%s", o.BatchSize)
	}
	return s.String()
}

func orFree(value float64) string {
	if value == Free {
		return "free"
	}
	return fmt.Sprintf("%.6g", value)
}

func (o Optimizer) batchSize() float64 {
	if o.BatchSize == 0 {
		return 1
	}
	return o.BatchSize
}

// Validate returns an error that names the first setting outside its range.
func (o Optimizer) Validate() error {
	for k, f := range o.settings() {
		if *f == Free {
			return fmt.Errorf("theory: the %s of %v is Free: give it a value, or let Tune choose it", settingNames[k], o)
		}
	}
	if !(o.LearningRate > 0) || math.IsInf(o.LearningRate, 0) {
		return fmt.Errorf("theory: learning rate %v: want a finite number > 0", o.LearningRate)
	}
	if b := o.batchSize(); !(b >= 1) || math.IsInf(b, 0) {
		return fmt.Errorf("theory: batch size %v: want a finite number >= 1", b)
	}
	if !(o.Momentum >= 0 && o.Momentum < 1) {
		return fmt.Errorf("theory: momentum %v: want 0 <= β < 1", o.Momentum)
	}
	if !(o.Decay >= 0 && o.Decay < 1) {
		return fmt.Errorf("theory: EMA decay %v: want 0 <= γ < 1", o.Decay)
	}
	if math.IsNaN(o.Power) || math.IsInf(o.Power, 0) {
		return fmt.Errorf("theory: preconditioning power %v: want a finite number", o.Power)
	}
	if o.UniformAverage && o.Decay != 0 {
		return fmt.Errorf("theory: EMA decay %v and a uniform average at once: want one of them", o.Decay)
	}
	if o.AverageFrom < 0 {
		return fmt.Errorf("theory: average from step %d: want 0 or more", o.AverageFrom)
	}
	if k := o.LookaheadSteps; k != 0 && (k < 1 || k > maxLookahead) {
		return fmt.Errorf("theory: Lookahead of %d steps: want 1 to %d", k, maxLookahead)
	}
	if s := o.SlowStep; o.LookaheadSteps != 0 && !(s > 0 && s <= 1) {
		return fmt.Errorf("theory: Lookahead's slow step %v: want 0 < s <= 1", s)
	}
	return o.Schedule.validate()
}

// maxLookahead bounds the steps of a cycle, whose matrix is built one by one.
const maxLookahead = 100_000

// validateProblem reports a preconditioner that does not exist.
func (o Optimizer) validateProblem(p Problem) error {
	if o.Power == 0 {
		return nil
	}
	for i, h := range p.Curvature {
		if h == 0 {
			return fmt.Errorf("theory: preconditioning by H^-%g needs curvatures > 0: Curvature[%d] = 0", o.Power, i)
		}
	}
	return nil
}

// Mode returns the dynamics in a direction of curvature h and noise c. It
// panics if the schedule has no length: see Over.
func (o Optimizer) Mode(h, c float64) Mode {
	alpha, x := o.step(h)
	return o.mode(x, alpha*(alpha*(c/o.batchSize())))
}

func (o Optimizer) mode(x dd.Number, sigma2 float64) Mode {
	switch {
	case o.UniformAverage || o.LookaheadSteps != 0 || o.Schedule != nil || o.Decay != 0 && o.Momentum != 0:
		return o.machine(x, sigma2)
	case o.Momentum == 0 && o.Decay == 0:
		return newSGDMode(x, sigma2)
	case o.Momentum == 0:
		return newSecondOrder(emaOfSGD(x, o.Decay, sigma2))
	case o.Nesterov:
		return newSecondOrder(nesterov(x, o.Momentum, sigma2))
	}
	return newSecondOrder(heavyBall(x, o.Momentum, sigma2))
}

// engine returns the general engine of a direction, whatever the settings.
func (o Optimizer) engine(h, c float64) *machine {
	alpha, x := o.step(h)
	return o.machine(x, alpha*(alpha*(c/o.batchSize())))
}
