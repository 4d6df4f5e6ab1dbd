package nqmkit

import (
	"fmt"
	"math"
	"strings"

	"nqm/nqmkit/internal/rule"
	"nqm/theory"
)

// Adaptive is a method that scales each coordinate by what it has seen of the
// gradient there. None has a closed form; all depend on the axes, so that a
// rotated problem is another problem to them (see Rotated).
//
// Make one with Adam, AdamW, RMSProp, Adagrad or SignSGD, and change fields
// from there; each says which fields it reads.
type Adaptive struct {
	LearningRate float64 // α > 0
	Beta1        float64 // in [0, 1): what the mean of gradients keeps
	Beta2        float64 // in [0, 1): what the mean of squares keeps
	Epsilon      float64 // >= 0, added to the root
	WeightDecay  float64 // λ >= 0, decoupled
	BatchSize    float64 // >= 1; zero means one
	// Schedule multiplies LearningRate and replaces BatchSize over time, as that
	// of a theory.Optimizer does. Nil keeps both.
	Schedule theory.Schedule

	kind adaptiveKind
}

type adaptiveKind string

const (
	kindAdam    adaptiveKind = "Adam"
	kindAdamW   adaptiveKind = "AdamW"
	kindRMSProp adaptiveKind = "RMSProp"
	kindAdagrad adaptiveKind = "Adagrad"
	kindSign    adaptiveKind = "sign descent"
)

// Adam returns the method of Kingma and Ba (2015, algorithm 1), with bias
// correction, β₁ = 0.9, β₂ = 0.999 and ε = 10^-8:
//
//	m' = β₁ m + (1-β₁) g        v' = β₂ v + (1-β₂) g²
//	θ' = θ - α m'/(1-β₁^t) / (√(v'/(1-β₂^t)) + ε)        t = 1, 2, ...
func Adam(learningRate float64) Adaptive {
	return Adaptive{LearningRate: learningRate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, kind: kindAdam}
}

// AdamW returns Adam with decoupled weight decay (Loshchilov and Hutter 2019,
// algorithm 2 with schedule multiplier 1, in torch's and optax's form in which
// the decay, too, is multiplied by the learning rate):
//
//	θ' = θ - α (Adam's direction + λ θ)
func AdamW(learningRate, weightDecay float64) Adaptive {
	m := Adam(learningRate)
	m.WeightDecay, m.kind = weightDecay, kindAdamW
	return m
}

// RMSProp returns the method of Tieleman and Hinton (2012, lecture 6.5), with
// β₂ = 0.9 and ε = 10^-8, without bias correction, which it does not have:
//
//	v' = β₂ v + (1-β₂) g²        θ' = θ - α g / (√v' + ε)        v(0) = 0
//
// (torch calls β₂ alpha and its default is 0.99; ε stands outside the root.)
func RMSProp(learningRate float64) Adaptive {
	return Adaptive{LearningRate: learningRate, Beta2: 0.9, Epsilon: 1e-8, kind: kindRMSProp}
}

// Adagrad returns the diagonal method of Duchi, Hazan and Singer (2011,
// figure 1), with ε = 10^-10 (their δ):
//
//	v' = v + g²        θ' = θ - α g / (√v' + ε)        v(0) = 0
func Adagrad(learningRate float64) Adaptive {
	return Adaptive{LearningRate: learningRate, Epsilon: 1e-10, kind: kindAdagrad}
}

// SignSGD returns sign descent (Bernstein et al. 2018): θ' = θ - α sign m' with
// m' = β₁ m + (1-β₁) g, and β₁ = 0, so that m' is the gradient itself.
func SignSGD(learningRate float64) Adaptive {
	return Adaptive{LearningRate: learningRate, kind: kindSign}
}

// Batch returns a copy with batches of b >= 1 examples.
func (m Adaptive) Batch(b float64) Adaptive {
	m.BatchSize = theory.Optimizer{}.Batch(b).BatchSize
	return m
}

// Cosine, Linear, WSD, InverseTime and Segments return copies with the schedules
// that theory.Optimizer has under these names.
func (m Adaptive) Cosine() Adaptive { return m.scheduled(theory.Optimizer.Cosine) }

// Linear falls to zero along a line over the run.
func (m Adaptive) Linear() Adaptive { return m.scheduled(theory.Optimizer.Linear) }

// WSD warms up, stays, and falls to zero in the last steps of the run.
func (m Adaptive) WSD(warmup, decay int) Adaptive {
	return m.scheduled(func(o theory.Optimizer) theory.Optimizer { return o.WSD(warmup, decay) })
}

// InverseTime has the learning rate α/(1 + (t-1)/time) in step t = 1, 2, ...
func (m Adaptive) InverseTime(time float64) Adaptive {
	return m.scheduled(func(o theory.Optimizer) theory.Optimizer { return o.InverseTime(time) })
}

// Segments has a schedule made of the given segments.
func (m Adaptive) Segments(s ...theory.Segment) Adaptive {
	m.Schedule = s
	return m
}

func (m Adaptive) scheduled(by func(theory.Optimizer) theory.Optimizer) Adaptive {
	m.Schedule = by(theory.Optimizer{}).Schedule
	return m
}

// plan is plain SGD with the learning rates and batch sizes of the method.
func (m Adaptive) plan() theory.Optimizer {
	return theory.Optimizer{LearningRate: m.LearningRate, BatchSize: m.BatchSize, Schedule: m.Schedule}
}

// EMA returns the method with the results about the moving average of its
// iterates, of decay γ in [0, 1).
func (m Adaptive) EMA(decay float64) Wrapped { return EMA(m, decay) }

// String names the method with the settings that it reads.
func (m Adaptive) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s α=%g", m.kind, m.LearningRate)
	setting := func(name string, v, usual float64) {
		if v != usual {
			fmt.Fprintf(&s, ", %s=%g", name, v)
		}
	}
	usual := m.usual()
	setting("β₁", m.Beta1, usual.Beta1)
	setting("β₂", m.Beta2, usual.Beta2)
	setting("ε", m.Epsilon, usual.Epsilon)
	setting("λ", m.WeightDecay, 0)
	if m.Schedule != nil {
		fmt.Fprintf(&s, ", %v", m.Schedule)
	}
	return s.String() + batchLabel(m.BatchSize)
}

// usual returns the method as its constructor makes it.
func (m Adaptive) usual() Adaptive {
	switch m.kind {
	case kindRMSProp:
		return RMSProp(m.LearningRate)
	case kindAdagrad:
		return Adagrad(m.LearningRate)
	case kindSign:
		return SignSGD(m.LearningRate)
	}
	return Adam(m.LearningRate)
}

// Family returns the method's name.
func (m Adaptive) Family() string { return string(m.kind) }

// Validate returns an error that names the first setting outside its range.
func (m Adaptive) Validate() error {
	switch {
	case m.kind == "":
		return fmt.Errorf("nqmkit: an Adaptive without a rule: start from Adam, AdamW, RMSProp, Adagrad or SignSGD")
	case !(m.LearningRate > 0) || math.IsInf(m.LearningRate, 0):
		return fmt.Errorf("nqmkit: learning rate %v: want a finite number > 0", m.LearningRate)
	case !(m.Beta1 >= 0 && m.Beta1 < 1):
		return fmt.Errorf("nqmkit: β₁ = %v: want 0 <= β₁ < 1", m.Beta1)
	case !(m.Beta2 >= 0 && m.Beta2 < 1):
		return fmt.Errorf("nqmkit: β₂ = %v: want 0 <= β₂ < 1", m.Beta2)
	case !(m.Epsilon >= 0) || math.IsInf(m.Epsilon, 0):
		return fmt.Errorf("nqmkit: ε = %v: want a finite number >= 0", m.Epsilon)
	case !(m.WeightDecay >= 0) || math.IsInf(m.WeightDecay, 0):
		return fmt.Errorf("nqmkit: weight decay %v: want a finite number >= 0", m.WeightDecay)
	}
	if err := validateBatch(m.BatchSize); err != nil {
		return err
	}
	return m.plan().Validate()
}

func (m Adaptive) recipe(steps int) (recipe, error) {
	plan, err := m.plan().Over(steps)
	if err != nil {
		return recipe{}, err
	}
	return recipe{
		batch: func(t int) float64 { return rule.BatchAt(plan.BatchSize, plan.Schedule, t) }, plan: plan,
		start: func(theta []float64, _ rule.Shape) rule.Rule {
			r := m.update(len(theta))
			if plan.Schedule == nil {
				return r
			}
			return &paced{adaptiveRule: r, rate: rule.Rate{Base: m.LearningRate, Schedule: plan.Schedule}}
		},
	}, nil
}

// adaptiveRule is the rule of an Adaptive, whose learning rate can be changed.
type adaptiveRule interface {
	rule.Rule
	setRate(learningRate float64)
}

func (m *Adaptive) setRate(learningRate float64) { m.LearningRate = learningRate }

// paced gives a rule the learning rate of each step.
type paced struct {
	adaptiveRule
	rate rule.Rate
}

func (p *paced) Step(theta, gradient []float64) {
	p.setRate(p.rate.Next())
	p.adaptiveRule.Step(theta, gradient)
}

func (m Adaptive) update(n int) adaptiveRule {
	switch m.kind {
	case kindRMSProp:
		return &rmsprop{Adaptive: m, square: make([]float64, n)}
	case kindAdagrad:
		return &adagrad{Adaptive: m, square: make([]float64, n)}
	case kindSign:
		return &signDescent{Adaptive: m, mean: make([]float64, n)}
	}
	return &adam{Adaptive: m, left1: 1, left2: 1, mean: make([]float64, n), square: make([]float64, n)}
}

// adam is Adam and AdamW.
type adam struct {
	rule.AtTheta
	Adaptive
	left1, left2 float64 // β₁^t, β₂^t
	mean, square []float64
}

func (r *adam) Step(theta, gradient []float64) {
	r.left1 *= r.Beta1
	r.left2 *= r.Beta2
	mean, square, gradient := r.mean[:len(theta)], r.square[:len(theta)], gradient[:len(theta)]
	for i, g := range gradient {
		mean[i] = float64(r.Beta1*mean[i]) + float64((1-r.Beta1)*g)
		square[i] = float64(r.Beta2*square[i]) + float64((1-r.Beta2)*g*g)
		direction := quotient(mean[i]/(1-r.left1), math.Sqrt(square[i]/(1-r.left2))+r.Epsilon)
		theta[i] -= float64(r.LearningRate * (direction + float64(r.WeightDecay*theta[i])))
	}
}

type rmsprop struct {
	rule.AtTheta
	Adaptive
	square []float64
}

func (r *rmsprop) Step(theta, gradient []float64) {
	for i, g := range gradient {
		r.square[i] = float64(r.Beta2*r.square[i]) + float64((1-r.Beta2)*g*g)
		theta[i] -= float64(r.LearningRate * quotient(g, math.Sqrt(r.square[i])+r.Epsilon))
	}
}

type adagrad struct {
	rule.AtTheta
	Adaptive
	square []float64
}

func (r *adagrad) Step(theta, gradient []float64) {
	for i, g := range gradient {
		r.square[i] += float64(g * g)
		theta[i] -= float64(r.LearningRate * quotient(g, math.Sqrt(r.square[i])+r.Epsilon))
	}
}

type signDescent struct {
	rule.AtTheta
	Adaptive
	mean []float64
}

func (r *signDescent) Step(theta, gradient []float64) {
	for i, g := range gradient {
		r.mean[i] = float64(r.Beta1*r.mean[i]) + float64((1-r.Beta1)*g)
		if m := r.mean[i]; m != 0 {
			theta[i] -= math.Copysign(r.LearningRate, m)
		}
	}
}

// quotient is a/b with 0/0 = 0: a coordinate that has never had a gradient
// does not move where ε is 0.
func quotient(a, b float64) float64 {
	if a == 0 {
		return 0
	}
	return a / b
}
