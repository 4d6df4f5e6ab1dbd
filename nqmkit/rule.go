package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory"
)

// Sampler is a method that can be sampled: a theory.Optimizer, Linear or
// Torch, or a method of this package that has no closed form (Adam, RMSProp, ...,
// Custom, and averages of them). Sampling any other is refused.
type Sampler interface {
	// String names the method with its settings, Family without.
	String() string
	Family() string
	// Validate returns an error that names the first setting outside its
	// range, or nil.
	Validate() error
}

// recipe says how a method is sampled: the batch size of each step, the power
// of H that preconditions every gradient, and the update rule.
type recipe struct {
	batch func(t int) float64
	power float64
	// start returns the rule for runs side by side; theta is their start.
	start func(theta []float64, shape shape) rule
	// perDirection says that the rule must know the curvature of each
	// coordinate: it cannot work on rotated problems.
	perDirection bool
}

// shape is how runs lie side by side: coordinate i of run k of lanes is in place
// i lanes + k, so that what is done to a coordinate is one loop over the runs,
// and a single run is the vector of its coordinates.
type shape struct {
	lanes, d  int
	curvature []float64 // of each coordinate of a run; nil where H is dense
}

// gather copies the coordinates of a run out of those of all lanes.
func gather(one, all []float64, lane, lanes int) {
	for i := range one {
		one[i] = all[i*lanes+lane]
	}
}

// scatter copies the coordinates of a run to where they lie among all.
func scatter(all, one []float64, lane, lanes int) {
	for i, v := range one {
		all[i*lanes+lane] = v
	}
}

// rule is the literal update of a method, at work on one or more runs. What it
// remembers has one entry for each entry of θ.
type rule interface {
	// point returns where the gradient is wanted.
	point(theta []float64) []float64
	// step moves theta in place, given the gradient at the point.
	step(theta, gradient []float64)
	// answer returns what the results are about: θ or an average of it.
	answer(theta []float64) []float64
}

// atTheta is the part of most rules: the gradient at θ, results about θ.
type atTheta struct{}

func (atTheta) point(theta []float64) []float64  { return theta }
func (atTheta) answer(theta []float64) []float64 { return theta }

// recipeOf returns how to sample m over a run of the given steps, or an error
// in one sentence: a method is never sampled as another.
func recipeOf(m Sampler, steps int) (recipe, error) {
	if m == nil {
		return recipe{}, fmt.Errorf("nqmkit: no method: want one, as nqmkit.SGD(0.1)")
	}
	if err := m.Validate(); err != nil {
		return recipe{}, err
	}
	switch m := m.(type) {
	case theory.Optimizer:
		return optimizerRecipe(m, steps)
	case theory.Linear:
		return linearRecipe(m), nil
	case theory.Torch:
		return torchRecipe(m, steps)
	case interface {
		recipe(steps int) (recipe, error)
	}:
		return m.recipe(steps)
	}
	return recipe{}, fmt.Errorf("nqmkit: %v has no sampled update: write it as nqmkit.Custom", m)
}

// literal are the settings of theory.Optimizer, by their fields, that have a literal
// update here, with the rule that they bring for n parameters. A method with any
// other setting is refused, not sampled without it.
var literal = map[string]func(o theory.Optimizer, rate *rate, n int) rule{
	"Momentum": func(o theory.Optimizer, rate *rate, n int) rule {
		return &heavyBall{rate: rate, beta: o.Momentum, velocity: make([]float64, n)}
	},
	"Nesterov": func(o theory.Optimizer, rate *rate, n int) rule {
		return &nesterov{rate: rate, beta: o.Momentum, velocity: make([]float64, n), ahead: make([]float64, n)}
	},
	"LearningRate": nil, "BatchSize": nil, "Decay": nil, "Power": nil, "UniformAverage": nil, "AverageFrom": nil,
	"LookaheadSteps": nil, "SlowStep": nil, "Schedule": nil,
}

// optimizerRecipe composes the literal rules that the settings of o name.
func optimizerRecipe(o theory.Optimizer, steps int) (recipe, error) {
	for _, s := range theory.Settings() {
		if _, known := literal[s.Field]; !known && !s.IsNeutral(o) {
			return recipe{}, fmt.Errorf("nqmkit: %v has a %s, which has no sampled update", o, s.Name)
		}
	}
	o, err := o.Over(steps)
	if err != nil {
		return recipe{}, err
	}
	return recipe{
		power: o.Power,
		batch: func(t int) float64 { return batchAt(o.BatchSize, o.Schedule, t) },
		start: func(theta []float64, _ shape) rule { return optimizerRule(o, theta) },
	}, nil
}

func optimizerRule(o theory.Optimizer, theta []float64) rule {
	rate := &rate{base: o.LearningRate, schedule: o.Schedule}
	var r rule = &sgd{rate: rate}
	if o.Momentum != 0 { // the last of the settings with a rule says how
		for _, s := range theory.Settings() {
			if make := literal[s.Field]; make != nil && !s.IsNeutral(o) {
				r = make(o, rate, len(theta))
			}
		}
	}
	if o.LookaheadSteps > 0 {
		r = &lookahead{rule: r, every: o.LookaheadSteps, size: o.SlowStep, slow: slices.Clone(theta)}
	}
	switch {
	case o.Decay != 0:
		r = newEMA(r, theta, o.Decay)
	case o.UniformAverage:
		r = newTailAverage(r, theta, o.AverageFrom)
	}
	return r
}

func allFinite(v []float64) bool {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

func batchLabel(b float64) string {
	if max(b, 1) == 1 {
		return ""
	}
	return fmt.Sprintf(", B=%g", b)
}

func validateBatch(b float64) error {
	if b != 0 && !(b >= 1) || math.IsInf(b, 0) {
		return fmt.Errorf("nqmkit: batch size %v: want a finite number >= 1", b)
	}
	return nil
}
