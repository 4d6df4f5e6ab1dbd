package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// ScheduleFree returns schedule-free SGD (Defazio et al. 2024, arXiv 2405.15682) with
// batches of one:
//
//	y = (1-β) z + β x        z' = z - α g(y)        x' = (1-c) x + c z'
//
// with x(0) = z(0) = θ(0) and c = 1/t in step t = 1, 2, ...: x is the average of z,
// θ(0) not among it. The gradient is taken at y, the answers are about x; AtY and AtZ
// are about the other sequences. Under a schedule c is α_t² over the sum of all α²
// so far, of the highest rate until then, as in the authors' code: what a warm-up
// does. (optax.contrib.schedule_free takes α_{t+1} for this weight, one step ahead of
// its steps.) The valid range is 0 <= β < 1; β = 0 is the average of SGD.
//
// It is stable for 0 < αh < 2/(1-β). The mean of x falls as t^(-1/(1-β)) then, and its
// noise as 1/t: its floor is 0. That of y is the floor of SGD with the learning rate
// α(1-β), that of z 1/(1-β)² of it.
func ScheduleFree(learningRate, momentum float64) Optimizer {
	return Optimizer{LearningRate: learningRate, Momentum: momentum, ScheduleFree: true}
}

// AtY returns a copy of schedule-free SGD with the answers about y, where the gradient
// is taken.
func (o Optimizer) AtY() Optimizer {
	o.AnswerY = true
	return o
}

// AtZ returns a copy of schedule-free SGD with the answers about z, which takes the
// steps.
func (o Optimizer) AtZ() Optimizer {
	o.AnswerZ = true
	return o
}

// scheduleFree in θ = x and z, or z and x, or y, x and z.
var scheduleFree = rule{name: "schedule-free SGD", states: 2, free: true, starts: []int{1},
	changes: func(*Optimizer) int { return forever },
	fades: func(o *Optimizer) (int, bool) {
		if o.AnswerZ {
			return 1, true
		}
		return 0, true
	},
	step: func(o Optimizer, at stage) update {
		x, z := 0, 1
		if o.AnswerZ {
			x, z = 1, 0
		}
		return averageOfSteps(o, at, 2, x, z)
	},
}

var scheduleFreeY = rule{name: scheduleFree.name, states: 3, free: true, starts: []int{1, 2},
	changes: scheduleFree.changes,
	fades:   func(*Optimizer) (int, bool) { return 1, true },
	step: func(o Optimizer, at stage) update {
		const x, z = 1, 2
		u := averageOfSteps(o, at, 3, x, z)
		// y' = β x' + (1-β) z' with the β of the next step, in place of y.
		beta := dd.Exact(at.next)
		rest := dd.Exact(1).Sub(beta)
		for j := range u.n {
			u.keep[0][j] = beta.Mul(u.keep[x][j].Sub(dd.Identity(x, j))).Add(rest.Mul(u.keep[z][j].Sub(dd.Identity(z, j))))
		}
		u.keep[0][0] = dd.Exact(1)
		u.kick[0] = beta.Mul(u.kick[x]).Add(rest.Mul(u.kick[z]))
		return u
	},
}

// averageOfSteps is the step of the variables x and z.
func averageOfSteps(o Optimizer, at stage, n, x, z int) update {
	beta := dd.Exact(o.Momentum)
	u := update{n: n}
	u.gradient[x], u.gradient[z] = beta, dd.Exact(1).Sub(beta)
	u.kick[x], u.kick[z] = at.share.Mul(at.f).Neg(), at.f.Neg()
	u.keep[x][x], u.keep[x][z] = at.share, at.share.Neg()
	return u
}

// shares are the weights of the iterates of a schedule's steps in schedule-free SGD:
// the square of the highest factor so far over the sum of all.
type shares struct {
	schedule Schedule
	known    []dd.Number
	highest  float64
	sum      dd.Sum
}

func (s *shares) at(t int) dd.Number {
	switch {
	case t == forever:
		return dd.Number{}
	case s.schedule == nil:
		return dd.Exact(1).Div(dd.Exact(float64(t + 1)))
	}
	for k := len(s.known); k <= t; k++ {
		s.highest = math.Max(s.highest, s.schedule.FactorAt(k))
		weight := s.highest * s.highest
		s.sum.Add(weight)
		share := dd.Number{}
		if weight > 0 {
			share = dd.Exact(weight / s.sum.Value())
		}
		s.known = append(s.known, share)
	}
	return s.known[t]
}
