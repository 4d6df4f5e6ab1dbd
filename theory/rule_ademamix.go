package theory

import (
	"math"
	"slices"

	"nqm/theory/internal/dd"
)

// AdEMAMix returns AdEMAMix (Pagliardini, Ablin and Grangier 2024, arXiv 2409.03137)
// without its second moment, with batches of one:
//
//	m1' = β m1 + (1-β) g(θ)        m2' = β3 m2 + (1-β3) g(θ)
//	θ' = θ - α (m1' / (1 - β^t) + a m2')                      t = 1, 2, ...
//
// as published, with the bias of m1 corrected and that of m2 not; m1(0) = m2(0) = 0.
// β is Momentum, β3 SlowMomentum and a SlowWeight. WarmSlow is its warm-up of a and β3.
// The valid ranges are 0 <= β < 1, 0 < β3 < 1, a > 0.
func AdEMAMix(learningRate, momentum, slowMomentum, slowWeight float64) Optimizer {
	return Optimizer{LearningRate: learningRate, Momentum: momentum, SlowMomentum: slowMomentum, SlowWeight: slowWeight}
}

// WarmSlow returns a copy of AdEMAMix with the published warm-up over the first T
// steps: in step t = 1, ..., T the weight is a t/T, and the half-life of β3 grows along
// a line from that of β,
//
//	1/log β3(t) = (1-t/T)/log β + (t/T)/log β3
//
// which wants 0 < β < β3.
func (o Optimizer) WarmSlow(steps int) Optimizer {
	o.SlowWarmUp = steps
	return o
}

// ademamix in θ, n1 = α m1 and n2 = α m2.
var ademamix = rule{name: "AdEMAMix", states: 3, free: true,
	changes: func(o *Optimizer) int { return max(o.SlowWarmUp, unbiased(o.Schedule.largestMomentum(o.Momentum))) },
	step: func(o Optimizer, at stage) update {
		fast, slow := dd.Exact(o.Momentum), dd.Exact(o.SlowMomentum)
		weight, whole := dd.Exact(o.SlowWeight), dd.Exact(1)
		if at.t < o.SlowWarmUp {
			part := float64(at.t+1) / float64(o.SlowWarmUp)
			weight = dd.Exact(o.SlowWeight * part)
			slow = dd.Exact(math.Exp(1 / ((1-part)/math.Log(o.Momentum) + part/math.Log(o.SlowMomentum))))
		}
		if at.kept != 0 {
			whole = dd.Exact(at.kept)
		}
		u := update{n: 3}
		u.gradient[0] = dd.Exact(1)
		for i, beta := range []dd.Number{fast, slow} {
			along := at.f.Div(whole)
			if i == 1 {
				along = at.f.Mul(weight)
			}
			rest := dd.Exact(1).Sub(beta)
			u.keep[i+1][i+1], u.kick[i+1] = rest, rest
			u.keep[0][i+1] = along.Mul(beta)
			u.kick[0] = u.kick[0].Sub(along.Mul(rest))
		}
		return u
	},
}

// weightsOf are the sums of the weights of a corrected average, 1 - β_1 ... β_t, of the
// momenta of a schedule.
type weightsOf struct {
	known []float64
	sum   dd.Sum // of log β
	none  bool   // some β was 0
}

func (s *system) weightAt(t int) float64 {
	beta := s.Schedule.largestMomentum(s.Momentum)
	if t >= unbiased(beta) {
		return 1
	}
	if beta == s.Momentum && !s.Schedule.setsMomentum() {
		return lacking(beta, t+1)
	}
	w := &s.weights
	for k := len(w.known); k <= t; k++ {
		g, at := s.Schedule.locate(k)
		beta := g.momentum(at, s.Momentum)
		if w.none = w.none || beta == 0; w.none {
			w.known = append(w.known, 1)
			continue
		}
		w.sum.Add(math.Log1p(beta - 1))
		w.known = append(w.known, -math.Expm1(w.sum.Value()))
	}
	return w.known[t]
}

// setsMomentum reports whether some segment has a momentum of its own.
func (s Schedule) setsMomentum() bool {
	return slices.ContainsFunc(s, func(g Segment) bool { return g.Momentum != 0 })
}

// largestMomentum is that of all steps, of a method whose own is given.
func (s Schedule) largestMomentum(own float64) float64 {
	for _, g := range s {
		own = math.Max(own, math.Max(g.Momentum, g.MomentumTo))
	}
	return own
}

// unbiased is the step from which on 1 - γ^t is 1 to the last of 106 bits.
func unbiased(decay float64) int {
	if decay == 0 {
		return 0
	}
	return int(math.Min(math.Ceil(-110*math.Ln2/math.Log(decay)), 1<<53))
}

// lacking is 1 - γ^t, what the weights of an average from 0 sum to.
func lacking(decay float64, t int) float64 {
	if decay == 0 {
		return 1
	}
	return -math.Expm1(float64(t) * math.Log1p(decay-1))
}
