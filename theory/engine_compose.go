package theory

import (
	"nqm/theory/internal/dd"
)

// layout is where the variables of an optimizer are.
type layout struct {
	n       int
	slow    int   // the slow weights; θ itself if there are none
	starts  []int // variables of the rule that start at θ(0), beside θ
	average int   // the moving average or the sum of the slow weights; -1 if there is none
}

func layoutOf(o *Optimizer, r *rule) layout {
	l := layout{n: r.states, starts: r.starts, average: -1}
	if o.LookaheadSteps != 0 {
		l.slow = l.n
		l.n++
	}
	if o.UniformAverage || o.Decay != 0 {
		l.average = l.n
		l.n++
	}
	return l
}

// reported is the variable that the answers are about.
func (l layout) reported() int {
	if l.average >= 0 {
		return l.average
	}
	return l.slow
}

// start is the state for θ(0) = 1.
func (l layout) start() []float64 {
	z := make([]float64, l.n)
	z[0], z[l.slow], z[l.reported()] = 1, 1, 1
	for _, i := range l.starts {
		z[i] = 1
	}
	return z
}

// synchronise ends a step with φ' = φ + s (θ' - φ) and θ' = φ', φ the variable
// slow.
func (u *update) synchronise(slow int, s dd.Number) {
	rest := dd.Exact(1).Sub(s)
	fast, last := u.keep[0], u.keep[slow]
	for j := range u.n {
		// Both new rows are φ + s (θ' - φ), of which θ' is row 0 of I - N.
		moved := s.Mul(dd.Identity(0, j).Sub(fast[j])).Add(rest.Mul(dd.Identity(slow, j).Sub(last[j])))
		u.keep[0][j] = dd.Identity(0, j).Sub(moved)
		u.keep[slow][j] = dd.Identity(slow, j).Sub(moved)
	}
	kick := s.Mul(u.kick[0]).Add(rest.Mul(u.kick[slow]))
	u.kick[0], u.kick[slow] = kick, kick
}

// averages adds avg' = (1-forgets) avg + weight φ'.
func (u *update) averages(l layout, weight, forgets dd.Number) {
	avg := &u.keep[l.average]
	for j := range l.average {
		avg[j] = weight.Mul(u.keep[l.slow][j].Sub(dd.Identity(l.slow, j)))
	}
	avg[l.average] = forgets
	u.kick[l.average] = weight.Mul(u.kick[l.slow])
}
