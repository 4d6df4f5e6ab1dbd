package theory

import (
	"fmt"
)

// Converters between the conventions of momentum. All assume a constant
// learning rate and a velocity that starts at 0.

// FromTorch returns the method of torch.optim.SGD, whose update is
//
//	v' = β v + (1-dampening) g        θ' = θ - α v'        the first v' = g
//
// With nesterov, θ' = θ - α (g + β v'), which torch allows without dampening
// only; torch's θ is then the point where the gradient is taken, y = θ - αβv of
// Nesterov, and the answers here are about θ, one look-back behind.
//
// Dampening scales all gradients but the first, which torch takes whole. The
// first step cannot be had by a constant learning rate: it is a separate
// segment of a schedule, exact, with the velocity in the units of v. For
// dampening 0 there is none.
func FromTorch(learningRate, momentum, dampening float64, nesterov bool) (Method, error) {
	if !(dampening >= 0 && dampening < 1) {
		return nil, fmt.Errorf("theory: dampening %v: want 0 <= dampening < 1", dampening)
	}
	if nesterov && (dampening != 0 || momentum == 0) {
		return nil, fmt.Errorf("theory: torch's nesterov wants a momentum > 0 and no dampening: momentum %v, dampening %v", momentum, dampening)
	}
	o := Optimizer{LearningRate: learningRate, Momentum: momentum, Nesterov: nesterov}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if dampening == 0 || momentum == 0 {
		return o, nil
	}
	return torch{learningRate, momentum, dampening}, nil
}

// FromAveraged returns heavy ball for the convention with an averaged gradient,
//
//	v' = β v + (1-β) g        θ' = θ - α v'
//
// (the lecture's, and optax's ema of gradients without debiasing; dampening β
// from the first step on). It is Momentum(α(1-β), β).
func FromAveraged(learningRate, momentum float64) Optimizer {
	return Momentum(learningRate*(1-momentum), momentum)
}

// ToAveraged returns the learning rate of the averaged convention, α/(1-β).
func (o Optimizer) ToAveraged() float64 { return o.LearningRate / (1 - o.Momentum) }

// FromOptax returns the method of optax.sgd(learningRate, momentum, nesterov).
// Its trace adds the raw gradient, which is this package's convention. With
// nesterov its parameters are the point where the gradient is taken, as torch's.
func FromOptax(learningRate, momentum float64, nesterov bool) Optimizer {
	return Optimizer{LearningRate: learningRate, Momentum: momentum, Nesterov: nesterov}
}

// torch is torch's momentum with dampening and its whole first gradient: the
// state is θ, v and a mark that is 1 before the first step only.
type torch struct{ alpha, beta, dampening float64 }

// String names the method and its settings.
func (m torch) String() string {
	return fmt.Sprintf("torch momentum α=%g, β=%g, dampening %g", m.alpha, m.beta, m.dampening)
}

// Family names the method.
func (m torch) Family() string { return "torch momentum with dampening" }

// Validate has nothing to say: FromTorch has checked the settings.
func (m torch) Validate() error { return nil }

// Mode returns the dynamics: the first step, which is plain SGD with v = g, and
// then heavy ball at the learning rate α(1-dampening) in units of v/(1-dampening).
func (m torch) Mode(h, c float64) Mode {
	o := Momentum(m.alpha*(1-m.dampening), m.beta)
	alpha, x := o.step(h)
	first := affine{newMatrix(2), []dd{exact(-1 / (1 - m.dampening)), exact(1 / (1 - m.dampening))}}
	_, whole := SGD(m.alpha).step(h)
	first.dev[0][0] = whole
	first.dev[1][0] = whole.neg()
	first.dev[1][1] = exact(1)
	engine := o.machine(x, alpha*(alpha*c))
	engine.pieces = append([]piece{{end: 1, noise: 1, plain: newPowers(first)}}, engine.pieces...)
	engine.pieces[1].segment.From = 1
	return engine
}
