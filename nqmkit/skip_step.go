package nqmkit

import (
	"math"

	"nqm/theory"
)

// step is one step of a linear method in one direction: z' = (I-D) z + b ε,
// θ = r'z, z(0) = s θ(0).
type step struct {
	n       int
	d       square
	b, r, s vector
}

// maxState is the largest state of a method: theory.Linear allows 16.
const maxState = 16

type vector [maxState]float64

func linearStep(s theory.System) step {
	n := len(s.State)
	t := step{n: n, d: make(square, n*n)}
	for i, row := range s.State {
		for j, a := range row {
			t.d[i*n+j] = identity(i, j) - a
		}
		t.b[i], t.r[i] = s.Noise[i], s.Readout[i]
	}
	t.s[0] = 1
	copy(t.s[:], s.Start)
	return t
}

// optimizerStep writes the literal rules as matrices. With a = α h^-p (the
// preconditioner acts on the whole gradient) and the state (θ, v, avg):
//
//	gradient   at θ - aβ v (Nesterov) or θ:  h (θ - λ v) + ε,  λ = aβ or 0
//	v'    = β v + hθ - hλ v + ε
//	θ'    = θ - a v'
//	avg'  = γ avg + (1-γ) θ'
//
// in which v is in units of the raw gradient.
func optimizerStep(o theory.Optimizer, h float64) step {
	a := o.LearningRate * math.Pow(h, -o.Power)
	if o.Power == 0 {
		a = o.LearningRate
	}
	lambda := 0.0
	if o.Nesterov {
		lambda = a * o.Momentum
	}
	n, avg := 1, 0
	if o.Momentum != 0 {
		n++
	}
	if o.Decay != 0 {
		avg = n
		n++
	}
	t := step{n: n, d: make(square, n*n)}
	t.d[0], t.b[0] = a*h, -a
	if o.Momentum != 0 {
		keep := o.Momentum - h*lambda
		t.d[1], t.b[1] = a*keep, 1
		t.d[n], t.d[n+1] = -h, 1-keep
	}
	t.s[0], t.r[avg] = 1, 1
	if avg > 0 {
		t.s[avg] = 1
		rest := 1 - o.Decay
		for j := range avg { // avg' = γ avg + rest (row of θ)
			t.d[avg*n+j] = rest * (t.d[j] - identity(0, j))
		}
		t.d[avg*n+avg] = rest
		t.b[avg] = rest * t.b[0]
	}
	return t
}
