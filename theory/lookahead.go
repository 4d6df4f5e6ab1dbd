package theory

import "nqm/theory/internal/dd"

// Lookahead returns a copy with slow weights φ, which the answers are about
// (Zhang, Lucas, Hinton, Ba 2019, algorithm 1): after every k steps of the
// method itself,
//
//	φ' = φ + s (θ - φ)        θ' = φ'        φ(0) = θ(0)
//
// Between those steps φ stands still. The velocity is kept. Step size s = 1
// reports the plain method every k steps. The valid ranges are 1 <= k <= 10^5
// and 0 < s <= 1.
func (o Optimizer) Lookahead(k int, s float64) Optimizer {
	o.LookaheadSteps, o.SlowStep = k, s
	return o
}

// lookBack returns I - T for the map T of a slow step on the state, in which
// variable 0 is θ and variable slow is φ.
func lookBack(n, slow int, s float64) dd.Matrix {
	d := dd.NewMatrix(n)
	rest := dd.Exact(1).Sub(dd.Exact(s))
	d[slow][slow], d[slow][0] = dd.Exact(s), dd.Exact(-s)
	d[0][0], d[0][slow] = rest, rest.Neg()
	return d
}
