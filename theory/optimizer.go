package theory

import (
	"fmt"
	"math"
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
	// VelocityWeight is ν in (0, 1] of quasi-hyperbolic momentum, whose step is ν
	// of an averaged velocity and 1-ν of the gradient itself. Zero is heavy ball.
	VelocityWeight float64 `json:"velocity_weight,omitempty"`
	// Dampening is τ in [0, 1) of torch: what is taken off all gradients but the first.
	Dampening float64 `json:"dampening,omitempty"`
	// RateInVelocity puts the learning rate into the velocity, as Keras does.
	RateInVelocity bool `json:"rate_in_velocity,omitempty"`
	// StoredPoint makes Nesterov's answers about the point where the gradient is
	// taken, which torch, optax and Keras store.
	StoredPoint bool `json:"stored_point,omitempty"`
	// ScheduleFree is schedule-free SGD with the interpolation β = Momentum, which may
	// be 0. Its answers are about x; with AnswerY or AnswerZ about those sequences.
	ScheduleFree bool `json:"schedule_free,omitempty"`
	AnswerY      bool `json:"answer_y,omitempty"`
	AnswerZ      bool `json:"answer_z,omitempty"`
	// SlowMomentum is β3 in (0, 1) of AdEMAMix, SlowWeight a > 0 and SlowWarmUp the
	// steps in which both are warmed up.
	SlowMomentum float64 `json:"slow_momentum,omitempty"`
	SlowWeight   float64 `json:"slow_weight,omitempty"`
	SlowWarmUp   int     `json:"slow_warm_up,omitempty"`
	// VelocityRatio is r > 0 of DANA, the rate of the velocity over that of the
	// gradient, VelocityFall κ >= 0 its fall, and VelocityTime δ > 0.
	VelocityRatio float64 `json:"velocity_ratio,omitempty"`
	VelocityFall  float64 `json:"velocity_fall,omitempty"`
	VelocityTime  float64 `json:"velocity_time,omitempty"`
	// WeightDecay is λ >= 0 of weight decay, in units of the curvature: coupled, in
	// the gradient, or decoupled from it with DecoupledDecay.
	WeightDecay    float64 `json:"weight_decay,omitempty"`
	DecoupledDecay bool    `json:"decoupled_decay,omitempty"`
	// Decay is γ in [0, 1) of the exponential moving average of the iterates
	// that the answers are about. Zero is the iterate itself.
	Decay float64 `json:"decay,omitempty"`
	// Debias divides the moving average by the sum of its weights, WarmUpDecay warms
	// its decay up, and CopyFirst starts it at θ(1).
	Debias      bool `json:"debias,omitempty"`
	WarmUpDecay bool `json:"warm_up_decay,omitempty"`
	CopyFirst   bool `json:"copy_first,omitempty"`
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

// Batch returns a copy with batches of b >= 1 examples. Batch(0) is a mistake, which
// Validate reports, though a field BatchSize that is not set means one.
func (o Optimizer) Batch(b float64) Optimizer {
	o.BatchSize = asked(b)
	return o
}

// asked marks a zero that was asked for, where a zero that was not means the usual
// value: it is then -0.
func asked(v float64) float64 {
	if v == 0 {
		return math.Copysign(0, -1)
	}
	return v
}

// isAskedZero reports whether v is a zero that was asked for.
func isAskedZero(v float64) bool { return v == 0 && math.Signbit(v) }

// validateBatch reports a batch size that is none; zero means one unless it was
// asked for.
func validateBatch(b float64) error {
	if isAskedZero(b) || b != 0 && !(b >= 1) || math.IsInf(b, 0) {
		return fmt.Errorf("batch size %v: want a finite number >= 1", b+0)
	}
	return nil
}

func (o Optimizer) batchSize() float64 {
	if o.BatchSize == 0 {
		return 1
	}
	return o.BatchSize
}
