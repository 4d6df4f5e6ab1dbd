package nqmkit

import (
	"fmt"

	"nqm/nqmkit/internal/rule"
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
		return recipe{
			perDirection: true,
			batch:        func(int) float64 { return max(m.BatchSize, 1) },
			start:        func(theta []float64, s rule.Shape) rule.Rule { return rule.Linear(m, theta, s) },
		}, nil
	case theory.Torch:
		return torchRecipe(m, steps)
	case interface {
		recipe(steps int) (recipe, error)
	}:
		return m.recipe(steps)
	}
	return recipe{}, fmt.Errorf("nqmkit: %v has no sampled update: write it as nqmkit.Custom", m)
}
