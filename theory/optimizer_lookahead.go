package theory

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

// maxLookahead bounds the steps of a cycle.
const maxLookahead = 100_000
