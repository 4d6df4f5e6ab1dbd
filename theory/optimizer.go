package theory

import (
	"fmt"
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
	name := o.rule().name
	for i := range settings {
		if s := &settings[i]; s.family != nil && !s.isNeutral(&o) {
			name = s.family(name, &o)
		}
	}
	return name
}

// String returns the method's name with every setting that is not neutral, to
// six digits, as in "momentum α=0.03, β=0.9, EMA γ=0.99, B=64".
func (o Optimizer) String() string {
	var parts []string
	for i := range settings {
		s := &settings[i]
		if s.isNeutral(&o) && !(s.required && s.unless == nil) {
			continue
		}
		text := ""
		if s.text != nil {
			text = s.text(&o)
		} else {
			text = s.label + orFree(*s.number(&o))
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return o.rule().title + " " + strings.Join(parts, ", ")
}

func (o Optimizer) batchSize() float64 {
	if o.BatchSize == 0 {
		return 1
	}
	return o.BatchSize
}

// Validate returns an error that names the first setting outside its range.
func (o Optimizer) Validate() error {
	taken := map[string]*Setting{}
	for i := range settings {
		s := &settings[i]
		if err := s.validate(&o); err != nil {
			return err
		}
		if s.group == "" || s.isNeutral(&o) {
			continue
		}
		if other := taken[s.group]; other != nil {
			return fmt.Errorf("theory: %s and %s at once: want one of them", other.Name, s.Name)
		}
		taken[s.group] = s
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
func (o Optimizer) Mode(h, c float64) Mode { return o.modes()(h, c) }

// modes is Mode for many directions.
func (o Optimizer) modes() func(h, c float64) Mode {
	of := o.modesOf()
	return func(h, c float64) Mode {
		alpha, x := o.inDirection(h)
		return of(x, alpha*(alpha*(c/o.batchSize())))
	}
}

// modesOf returns the dynamics by x and σ²: the scalar kernel where the system has
// one, else the general engine.
func (o Optimizer) modesOf() func(x dd.Number, sigma2 float64) Mode {
	if k, ok := o.kernel(); ok {
		return k.mode
	}
	return func(x dd.Number, sigma2 float64) Mode { return o.machine(x, sigma2) }
}

// engine returns the general engine of a direction, whatever the settings.
func (o Optimizer) engine(h, c float64) *machine {
	alpha, x := o.inDirection(h)
	return o.machine(x, alpha*(alpha*(c/o.batchSize())))
}
