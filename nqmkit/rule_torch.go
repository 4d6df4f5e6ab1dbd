package nqmkit

import (
	"fmt"
	"math"

	"nqm/nqmkit/internal/rule"
	"nqm/theory"
)

// TorchSGD is torch.optim.SGD by its own names and conventions. Its buffer
// starts at the first gradient, undampened:
//
//	b = g in the first step, then b' = μ b + (1-τ) g
//	θ' = θ - α b'                with Nesterov: θ' = θ - α (g + μ b')
//
// where g includes the weight decay λθ. Without dampening, decay and Nesterov
// it is theory.Momentum. With Nesterov, θ is the point at which the gradient
// is taken, Stored of theory.Nesterov (which reports the other sequence).
type TorchSGD struct {
	LearningRate float64 // lr > 0
	Momentum     float64 // μ in [0, 1)
	Dampening    float64 // τ in [0, 1]
	WeightDecay  float64 // λ >= 0
	Nesterov     bool    // wants Momentum > 0 and Dampening 0, as torch does
	BatchSize    float64 // >= 1; zero means one
}

// OptaxSGD is optax.sgd by its own names and conventions. Its trace starts at
// zero: f' = μ f + g, θ' = θ - α f', with Nesterov θ' = θ - α (g + μ f'), which
// is TorchSGD without dampening.
type OptaxSGD struct {
	LearningRate float64 // > 0
	Momentum     float64 // μ in [0, 1)
	Nesterov     bool
	BatchSize    float64 // >= 1; zero means one
}

// String names the method with its settings.
func (m TorchSGD) String() string {
	s := fmt.Sprintf("torch SGD α=%g", m.LearningRate)
	for _, v := range []struct {
		name  string
		value float64
	}{{"μ", m.Momentum}, {"dampening", m.Dampening}, {"λ", m.WeightDecay}} {
		if v.value != 0 {
			s += fmt.Sprintf(", %s=%g", v.name, v.value)
		}
	}
	return s + nesterovLabel(m.Nesterov) + batchLabel(m.BatchSize)
}

// String names the method with its settings.
func (m OptaxSGD) String() string {
	s := fmt.Sprintf("optax SGD α=%g", m.LearningRate)
	if m.Momentum != 0 {
		s += fmt.Sprintf(", μ=%g", m.Momentum)
	}
	return s + nesterovLabel(m.Nesterov) + batchLabel(m.BatchSize)
}

func nesterovLabel(on bool) string {
	if on {
		return ", Nesterov"
	}
	return ""
}

// Family returns the method's name.
func (m TorchSGD) Family() string { return "torch SGD" + nesterovLabel(m.Nesterov) }

// Family returns the method's name.
func (m OptaxSGD) Family() string { return "optax SGD" + nesterovLabel(m.Nesterov) }

// Validate returns an error that names the first setting outside its range.
func (m TorchSGD) Validate() error {
	switch {
	case !(m.LearningRate > 0) || math.IsInf(m.LearningRate, 0):
		return fmt.Errorf("nqmkit: learning rate %v: want a finite number > 0", m.LearningRate)
	case !(m.Momentum >= 0 && m.Momentum < 1):
		return fmt.Errorf("nqmkit: momentum %v: want 0 <= μ < 1", m.Momentum)
	case !(m.Dampening >= 0 && m.Dampening <= 1):
		return fmt.Errorf("nqmkit: dampening %v: want 0 <= τ <= 1", m.Dampening)
	case !(m.WeightDecay >= 0) || math.IsInf(m.WeightDecay, 0):
		return fmt.Errorf("nqmkit: weight decay %v: want a finite number >= 0", m.WeightDecay)
	case m.Nesterov && (m.Momentum == 0 || m.Dampening != 0):
		return fmt.Errorf("nqmkit: torch's Nesterov with momentum %v and dampening %v: want momentum > 0 and dampening 0", m.Momentum, m.Dampening)
	}
	return validateBatch(m.BatchSize)
}

// Validate returns an error that names the first setting outside its range.
func (m OptaxSGD) Validate() error {
	return TorchSGD{LearningRate: m.LearningRate, Momentum: m.Momentum, BatchSize: m.BatchSize}.Validate()
}

// torchRecipe samples theory.Torch.
func torchRecipe(m theory.Torch, steps int) (recipe, error) {
	return TorchSGD{LearningRate: m.LearningRate, Momentum: m.Momentum, Dampening: m.Dampening, Nesterov: m.Nesterov, BatchSize: m.BatchSize}.recipe(steps)
}

func (m TorchSGD) recipe(int) (recipe, error) {
	return recipe{
		batch: func(int) float64 { return max(m.BatchSize, 1) },
		start: func(theta []float64, _ rule.Shape) rule.Rule {
			return &torchSGD{TorchSGD: m, buffer: make([]float64, len(theta)), first: true}
		},
	}, nil
}

func (m OptaxSGD) recipe(int) (recipe, error) {
	return recipe{
		batch: func(int) float64 { return max(m.BatchSize, 1) },
		start: func(theta []float64, _ rule.Shape) rule.Rule {
			return &optaxSGD{OptaxSGD: m, trace: make([]float64, len(theta))}
		},
	}, nil
}

type torchSGD struct {
	rule.AtTheta
	TorchSGD
	buffer []float64
	first  bool
}

func (r *torchSGD) Step(theta, gradient []float64) {
	for i, g := range gradient {
		g += float64(r.WeightDecay * theta[i])
		if r.first {
			r.buffer[i] = g
		} else {
			r.buffer[i] = float64(r.Momentum*r.buffer[i]) + float64((1-r.Dampening)*g)
		}
		theta[i] -= float64(r.LearningRate * r.direction(g, r.buffer[i]))
	}
	r.first = false
}

func (r *torchSGD) direction(g, buffer float64) float64 {
	switch {
	case r.Momentum == 0:
		return g
	case r.Nesterov:
		return g + float64(r.Momentum*buffer)
	}
	return buffer
}

type optaxSGD struct {
	rule.AtTheta
	OptaxSGD
	trace []float64
}

func (r *optaxSGD) Step(theta, gradient []float64) {
	for i, g := range gradient {
		r.trace[i] = g + float64(r.Momentum*r.trace[i])
		update := r.trace[i]
		if r.Nesterov {
			update = g + float64(r.Momentum*r.trace[i])
		}
		theta[i] -= float64(r.LearningRate * update)
	}
}
