package theory

import (
	"fmt"

	"nqm/theory/table"
)

// Converters between the conventions of momentum. All assume a constant
// learning rate and a velocity that starts at 0.

// Torch is the method of torch.optim.SGD with batches of BatchSize (zero means
// one). Its update is
//
//	v' = β v + (1-dampening) g        θ' = θ - α v'        the first v' = g
//
// and with Nesterov, θ' = θ - α (g + β v'), which torch allows without dampening
// only. Torch's θ is then the point where the gradient is taken, which the answers are
// about: Stored, and not θ of Nesterov, one look-back behind.
//
// Dampening scales all gradients but the first, which torch takes whole. Without
// momentum torch has no velocity, and dampens nothing.
type Torch struct {
	LearningRate, Momentum float64
	Dampening              float64 // 0 <= dampening < 1
	Nesterov               bool
	BatchSize              float64
}

// Optimizer returns the method by the names of this package: Momentum, Dampened or
// Nesterov's Stored parameters.
func (m Torch) Optimizer() Optimizer {
	o := Optimizer{LearningRate: m.LearningRate, Momentum: m.Momentum, Nesterov: m.Nesterov, StoredPoint: m.Nesterov, BatchSize: m.BatchSize}
	if m.Momentum != 0 {
		o.Dampening = m.Dampening
	}
	return o
}

// String has the settings as torch.optim.SGD takes them, and the batch size, as
// in "torch SGD lr=0.3, momentum=0.9, dampening=0.4, B=64".
func (m Torch) String() string {
	text := fmt.Sprintf("torch SGD lr=%g", m.LearningRate)
	if m.Momentum != 0 {
		text += fmt.Sprintf(", momentum=%g", m.Momentum)
	}
	if m.Dampening != 0 {
		text += fmt.Sprintf(", dampening=%g", m.Dampening)
	}
	if m.Nesterov {
		text += ", nesterov=True"
	}
	if b := batchOf(m.BatchSize); b != 1 {
		text += ", B=" + table.InFull(b)
	}
	return text
}

// Family names the method.
func (m Torch) Family() string { return "torch " + m.Optimizer().Family() }

// Validate returns an error that names the first setting outside its range.
func (m Torch) Validate() error {
	if !(m.Dampening >= 0 && m.Dampening < 1) {
		return fmt.Errorf("theory: dampening %v: want 0 <= dampening < 1", m.Dampening)
	}
	if m.Nesterov && (m.Dampening != 0 || m.Momentum == 0) {
		return fmt.Errorf("theory: torch's nesterov wants a momentum > 0 and no dampening: momentum %v, dampening %v", m.Momentum, m.Dampening)
	}
	return m.Optimizer().Validate()
}

// Mode returns the dynamics.
func (m Torch) Mode(h, c float64) Mode { return m.Optimizer().Mode(h, c) }

func (m Torch) engine(h, c float64) *machine { return m.Optimizer().engine(h, c) }

// FromAveraged returns heavy ball for the convention with an averaged gradient,
//
//	v' = β v + (1-β) g        θ' = θ - α v'
//
// (optax's ema of gradients without debiasing; dampening β from the first step on). It is Momentum(α(1-β), β).
func FromAveraged(learningRate, momentum float64) Optimizer {
	return Momentum(learningRate*(1-momentum), momentum)
}

// ToAveraged returns the learning rate of the averaged convention, α/(1-β).
func (o Optimizer) ToAveraged() float64 { return o.LearningRate / (1 - o.Momentum) }

// FromOptax returns the method of optax.sgd(learningRate, momentum, nesterov).
// Its trace adds the raw gradient, which is this package's convention. With
// nesterov its parameters are the point where the gradient is taken, as torch's: Stored.
func FromOptax(learningRate, momentum float64, nesterov bool) Optimizer {
	return Torch{LearningRate: learningRate, Momentum: momentum, Nesterov: nesterov && momentum != 0}.Optimizer()
}
