package nqmkit

import (
	"fmt"
	"math"

	"nqm/nqmkit/internal/rule"
	"nqm/theory"
)

// Approximation is how a Preconditioned approximates the curvature of what it descends.
type Approximation = rule.Approximation

// The approximations: the diagonal of the Gauss-Newton matrix, and for each layer the
// Kronecker product of K-FAC. On a quadratic the first is H's diagonal, and the second, for
// a layer of one answer, is H.
const (
	GaussNewtonDiagonal = rule.GaussNewtonDiagonal
	KroneckerFactors    = rule.KroneckerFactors
)

// Curvature is what a Preconditioned asks of a loss: see Descent's Sees.
type Curvature = rule.Curvature

// Block is the curvature of some of the parameters.
type Block = rule.Block

// Preconditioned is a method that gathers the curvature on its way, and multiplies
// every gradient by a power of it:
//
//	Ĝ' = ρ Ĝ + (1-ρ) G(θ)        in every k-th step, for each factor of G
//	g → (Ĝ'/(1-ρ^n) + λ)^-p g    before each step of the optimizer, n the times gathered
//
// with p the optimizer's power. Precondition(p) alone has the exact H in place of Ĝ. It
// sees the axes: a rotated problem is another problem to the diagonal.
//
// Make one with KFAC or DiagonalGaussNewton, and change fields from there.
type Preconditioned struct {
	Optimizer theory.Optimizer // its Power is p in (0, 1]
	By        Approximation
	Damping   float64 // λ >= 0; curvatures of 0 want one
	Decay     float64 // ρ in [0, 1)
	Every     int     // k >= 1
}

// KFAC returns o preconditioned by Kronecker factors (Martens and Grosse 2015; of
// convolutions Grosse and Martens 2016), with λ = 0.01, ρ = 0.95 and k = 5, and p = 1 where o
// has none. λ stands in the eigenbasis of the product, so that it is A ⊗ S + λ I that is
// inverted.
func KFAC(o theory.Optimizer) Preconditioned { return preconditionedBy(KroneckerFactors, o) }

// DiagonalGaussNewton is KFAC with the diagonal of the Gauss-Newton matrix.
func DiagonalGaussNewton(o theory.Optimizer) Preconditioned {
	return preconditionedBy(GaussNewtonDiagonal, o)
}

func preconditionedBy(by Approximation, o theory.Optimizer) Preconditioned {
	if o.Power == 0 {
		o.Power = 1
	}
	return Preconditioned{Optimizer: o, By: by, Damping: 0.01, Decay: 0.95, Every: 5}
}

// Batch returns a copy with batches of b >= 1 examples.
func (m Preconditioned) Batch(b float64) Preconditioned {
	m.Optimizer = m.Optimizer.Batch(b)
	return m
}

// String names the method with its settings.
func (m Preconditioned) String() string {
	s := fmt.Sprintf("%v, %s λ=%g", m.Optimizer, m.By, m.Damping)
	usual := preconditionedBy(m.By, m.Optimizer)
	if m.Decay != usual.Decay {
		s += fmt.Sprintf(", ρ=%g", m.Decay)
	}
	if m.Every != usual.Every {
		s += fmt.Sprintf(", k=%d", m.Every)
	}
	return s
}

// Family names the method without its settings.
func (m Preconditioned) Family() string { return fmt.Sprintf("%s by %s", m.Optimizer.Family(), m.By) }

// Validate returns an error that names the first setting outside its range.
func (m Preconditioned) Validate() error {
	switch {
	case m.By != GaussNewtonDiagonal && m.By != KroneckerFactors:
		return fmt.Errorf("nqmkit: a Preconditioned by %q: want nqmkit.KFAC or DiagonalGaussNewton of an optimizer", m.By)
	case !(m.Optimizer.Power > 0 && m.Optimizer.Power <= 1):
		return fmt.Errorf("nqmkit: power %v of %s: want 0 < p <= 1", m.Optimizer.Power, m.By)
	case !(m.Damping >= 0) || math.IsInf(m.Damping, 0):
		return fmt.Errorf("nqmkit: damping %v: want a finite number >= 0", m.Damping)
	case !(m.Decay >= 0 && m.Decay < 1):
		return fmt.Errorf("nqmkit: decay %v of the curvature: want 0 <= ρ < 1", m.Decay)
	case m.Every < 1:
		return fmt.Errorf("nqmkit: a curvature every %d steps: want 1 or more", m.Every)
	}
	return m.Optimizer.Validate()
}

func (m Preconditioned) recipe(steps int) (recipe, error) {
	r, err := optimizerRecipe(m.Optimizer, steps)
	r.power = 0
	inner := r.start
	r.start = func(theta []float64, s rule.Shape) rule.Rule {
		return rule.Preconditioned(inner(theta, s), rule.Gathering{By: m.By, Power: m.Optimizer.Power, Damping: m.Damping, Decay: m.Decay, Every: m.Every}, s)
	}
	return r, err
}
