package theory

import "nqm/theory/internal/dd"

// system is an optimizer as a linear system, for all directions: its rule, where its
// variables are, and its steps. It does not depend on batch size, power and coupled
// decay, which come in with x and σ² of a direction, and on the learning rate only by
// decoupled decay.
type system struct {
	Optimizer
	rule    *rule
	layout  layout
	alone   triangle    // of the rule
	plain   update      // the rule's step, and all of it where there is nothing else
	known   []knownStep // other steps that were asked for
	paces   []*factors  // of the schedule's segments
	shares  *shares
	weights weightsOf
	single  [2][]*anyStep // steps that are like no other, for every t; sheared ones second
	passing anyStep       // one that is not kept
}

type knownStep struct {
	factor, momentum float64
	sync             bool
	update           update
}

func (o Optimizer) system() *system {
	s := &system{}
	s.become(o)
	return s
}

// become makes s the system of o, in the same place.
func (s *system) become(o Optimizer) {
	s.Optimizer, s.known, s.paces, s.single = o, nil, nil, [2][]*anyStep{}
	for _, g := range o.Schedule {
		s.paces = append(s.paces, &factors{Segment: g})
	}
	s.shares, s.weights = &shares{schedule: o.Schedule}, weightsOf{}
	s.rule = s.Optimizer.rule()
	s.layout = layoutOf(&s.Optimizer, s.rule)
	s.plain = s.ruleAt(forever, dd.Exact(1), o.Momentum)
	s.alone = s.plain.triangle()
}

// ruleAt is the rule's step t, with decoupled decay.
func (s *system) ruleAt(t int, f dd.Number, momentum float64) update {
	o := s.Optimizer
	o.Momentum = momentum
	at := stage{t: t, f: f, own: s.Momentum}
	if o.SlowMomentum != 0 {
		at.kept = s.weightAt(t)
	}
	if o.ScheduleFree {
		at.share, at.next = s.shares.at(t), momentum
		if t < forever && s.Schedule.setsMomentum() {
			g, k := s.Schedule.locate(t + 1)
			at.next = g.momentum(k, s.Momentum)
		}
	}
	u := s.rule.step(o, at)
	if o.DecoupledDecay {
		u.keep[0][0] = u.keep[0][0].Add(f.Mul(dd.TwoProd(o.LearningRate, o.WeightDecay)))
	}
	return u
}

// step is one step with all variables, at factor f of the learning rate, with
// Lookahead's slow step if sync.
func (s *system) step(f float64, sync bool) *update { return s.stepWith(f, s.Momentum, sync) }

// stepWith is step with a momentum of its own.
func (s *system) stepWith(f, momentum float64, sync bool) *update {
	if f == 1 && momentum == s.Momentum && s.layout.n == s.rule.states {
		return &s.plain
	}
	for i := range s.known {
		if k := &s.known[i]; k.factor == f && k.momentum == momentum && k.sync == sync {
			return &k.update
		}
	}
	s.known = append(s.known, knownStep{f, momentum, sync, s.whole(forever, dd.Exact(f), momentum, sync)})
	return &s.known[len(s.known)-1].update
}

// whole is step t with all variables.
func (s *system) whole(t int, f dd.Number, momentum float64, sync bool) update {
	l := s.layout
	u := s.ruleAt(t, f, momentum)
	u.n = l.n
	if sync {
		u.synchronise(l.slow, dd.Exact(s.SlowStep))
	}
	if l.average >= 0 {
		weight, forgets := dd.Exact(1), dd.Number{} // of a sum
		if s.Decay != 0 {
			weight = dd.Exact(1).Sub(dd.Exact(s.decayAt(t)))
			forgets = weight
		}
		u.averages(l, weight, forgets)
	}
	return u
}

// mostSingle is how many steps are kept for the next direction: some 50 MB.
const mostSingle = 1 << 17

// singleAt is step t of those that are like no other, for any x; of those that are not
// kept, until the next is asked for.
func (s *system) singleAt(t int, shear bool) *anyStep {
	kept := &s.single[0]
	if shear {
		kept = &s.single[1]
	}
	if t < len(*kept) && (*kept)[t] != nil {
		return (*kept)[t]
	}
	k := s.LookaheadSteps
	g, at := s.Schedule.locate(t)
	u := s.whole(t, g.exactFactor(at), g.momentum(at, s.Momentum), k > 0 && (t+1)%k == 0)
	if shear {
		u.shear()
	}
	step := &s.passing
	if t < mostSingle {
		for len(*kept) <= t {
			*kept = append(*kept, nil)
		}
		step = &anyStep{}
		(*kept)[t] = step
	}
	step.become(&u)
	return step
}

// Changing returns the number of steps after which a step of o depends on the schedule
// only: 0 of most methods, math.MaxInt of one that changes for ever.
func (o Optimizer) Changing() int { return o.changing() }

func (o Optimizer) changing() int {
	n := o.averageChanges()
	if r := o.rule(); r.changes != nil {
		n = max(n, r.changes(&o))
	}
	return n
}

// steady reports whether the steps differ by the learning rate of the schedule alone,
// and are read alike.
func (s *system) steady() bool {
	for _, g := range s.Schedule {
		if g.Momentum != 0 {
			return false
		}
	}
	return s.changing() == 0 && !s.Debias && s.WeightDecay == 0 && !s.RateInVelocity
}
