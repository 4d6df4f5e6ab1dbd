package nqmkit

import (
	"math"

	"nqm/nqmkit/internal/leap"
	"nqm/theory"
)

// transition is one transition of a linear method in one direction: z' = (I-D) z + b ε,
// θ = r'z, z(0) = s θ(0).
type transition struct {
	n       int
	d       leap.Square
	b, r, s leap.Vector
}

func linearStep(s theory.System, batch float64) transition {
	n := s.Size()
	t := transition{n: n, d: make(leap.Square, n*n)}
	for i := range n {
		for j := range n {
			if s.Deviation != nil {
				t.d[i*n+j] = s.Deviation[i][j]
			} else {
				t.d[i*n+j] = leap.Identity(i, j) - s.State[i][j]
			}
		}
		t.b[i], t.r[i] = s.Noise[i]/math.Sqrt(batch), s.Readout[i]
	}
	t.s[0] = 1
	copy(t.s[:], s.Start)
	return t
}

// kind is what steps of an optimizer differ in.
type kind struct {
	rate     float64 // the factor of the learning rate
	momentum float64
	batch    float64
	syncs    bool // Lookahead's slow weights move
	sums     bool // the iterate after the step counts in the uniform average
}

// optimizerStep is a step of the optimizer's rule (theory.Rule) with what is around
// it. With variable 0 the iterate θ, the state ends with avg or sum, if the method
// has them:
//
//	avg'  = γ avg + (1-γ) θ'
//	sum'  = sum + θ', or 0 before the average begins
//
// With Lookahead variable 0 is δ = θ - φ, δ(0) = 0, and φ is the variable after the
// rule's; φ stands in for θ in avg and sum, and a step that syncs ends with
//
//	φ'    = φ + s δ'', δ' = 0     from δ'' = θ' - φ
func optimizerStep(o theory.Optimizer, r theory.Rule, h float64, k kind) transition {
	n := len(r.Kick)
	answer := 0
	if o.LookaheadSteps > 0 {
		answer = n
		n++
	}
	if o.Decay != 0 || o.UniformAverage {
		n++
	}
	t := transition{n: n, d: make(leap.Square, n*n)}
	alpha, x := o.InDirection(h)
	noise := alpha / math.Sqrt(k.batch)
	t.s[0] = 1
	for i, kick := range r.Kick {
		for j, point := range r.Gradient {
			t.row(i)[j] = r.Keep[i][j] - x*kick*point
		}
		t.b[i] = noise * kick
	}
	if o.LookaheadSteps > 0 {
		t.slow(answer, o.SlowStep, k.syncs)
	}
	switch {
	case o.Decay != 0:
		t.average(answer, o.Decay)
		answer = n - 1
	case o.UniformAverage:
		t.sum(answer, k.sums)
		t.s[n-1] = float64(1 - min(o.AverageFrom, 1)) // θ(0) counts from step 0 on
	}
	t.r[answer] = 1
	return t
}

// slow adds Lookahead's slow weights φ as variable i, and makes variable 0 the
// distance δ = θ - φ: tiny curvatures would lose their digits in a difference
// of θ and φ.
func (t *transition) slow(i int, size float64, syncs bool) {
	t.s[0], t.s[i] = 0, 1
	for j := range i { // where θ was, δ + φ is
		t.row(j)[i] = t.row(j)[0]
	}
	if !syncs {
		return
	}
	slow, apart := t.row(i), t.row(0)
	for j := range slow {
		slow[j] = size * (apart[j] - leap.Identity(0, j))
		apart[j] = leap.Identity(0, j)
	}
	t.b[i], t.b[0] = size*t.b[0], 0
}

// average adds the moving average of variable i as the last.
func (t *transition) average(i int, decay float64) {
	last, rest := t.n-1, 1-decay
	of, avg := t.row(i), t.row(last)
	for j := range last {
		avg[j] = rest * (of[j] - leap.Identity(i, j))
	}
	avg[last] = rest
	t.b[last] = rest * t.b[i]
	t.s[last] = 1
}

// sum adds the sum of variable i as the last, or 0 while it has not begun.
func (t *transition) sum(i int, begun bool) {
	last := t.n - 1
	of, sum := t.row(i), t.row(last)
	if !begun {
		sum[last] = 1
		return
	}
	for j := range last {
		sum[j] = of[j] - leap.Identity(i, j)
	}
	t.b[last] = t.b[i]
}

func (t *transition) row(i int) leap.Square { return t.d[i*t.n:][:t.n] }
