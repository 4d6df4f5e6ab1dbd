package theory

import "nqm/theory/internal/dd"

// system is an optimizer as a linear system, for all directions: its rule, where its
// variables are, and its steps. It does not depend on learning rate, batch size and
// power, which come in with x and σ² of a direction.
type system struct {
	Optimizer
	rule   *rule
	layout layout
	alone  triangle    // of the rule
	plain  update      // the rule's step, and all of it where there is nothing else
	known  []knownStep // other steps that were asked for
	paces  []*factors  // of the schedule's segments
}

type knownStep struct {
	factor float64
	sync   bool
	update update
}

func (o Optimizer) system() *system {
	s := &system{}
	s.become(o)
	return s
}

// become makes s the system of o, in the same place.
func (s *system) become(o Optimizer) {
	s.Optimizer, s.known, s.paces = o, nil, nil
	for _, g := range o.Schedule {
		s.paces = append(s.paces, &factors{Segment: g})
	}
	s.rule = s.Optimizer.rule()
	s.layout = layoutOf(&s.Optimizer, s.rule)
	s.plain = s.rule.step(o, dd.Exact(1))
	s.alone = s.plain.triangle()
}

// step is one step with all variables, at factor f of the learning rate, with
// Lookahead's slow step if sync.
func (s *system) step(f float64, sync bool) *update {
	if f == 1 && s.layout.n == s.rule.states {
		return &s.plain
	}
	for i := range s.known {
		if k := &s.known[i]; k.factor == f && k.sync == sync {
			return &k.update
		}
	}
	l := s.layout
	u := s.rule.step(s.Optimizer, dd.Exact(f))
	u.n = l.n
	if sync {
		u.synchronise(l.slow, dd.Exact(s.SlowStep))
	}
	if l.average >= 0 {
		weight, forgets := dd.Exact(1), dd.Number{} // of a sum
		if s.Decay != 0 {
			weight = dd.Exact(1).Sub(dd.Exact(s.Decay))
			forgets = weight
		}
		u.averages(l, weight, forgets)
	}
	s.known = append(s.known, knownStep{f, sync, u})
	return &s.known[len(s.known)-1].update
}

// shears reports whether the state of the general engine is (θ, 2θ + m).
func (s *system) shears(x dd.Number) bool { return s.rule.states > 1 && s.alone.flips(x) }

// machine builds the general engine in a direction with
// x = αh, driven by noise of variance σ² in units of αε. Its state is that of the
// rule (sheared, see below), then Lookahead's slow weights, then the moving
// average or the sum of what is reported.
//
// Where the roots of the rule have a negative sum and nearly meet, a velocity m of
// the size 1/(1-√β) and θ almost cancel in every step; their sum over two steps,
// θ(t) + θ(t-1) = 2θ + m for heavy ball, then takes the place of m.
func (s *system) machine(x dd.Number, sigma2 float64) *machine {
	l := s.layout
	m := &machine{variance: sigma2, period: s.LookaheadSteps, sum: -1, from: s.AverageFrom, flat: x.Hi == 0,
		start: l.start(), readout: make([]float64, l.n)}
	m.readout[l.reported()] = 1
	shear := s.shears(x)
	if shear {
		m.start[1] = 2
	}
	if s.UniformAverage {
		m.sum = l.average
		m.readout[l.average], m.readout[l.slow] = 0, 1
	}
	m.pieces = s.piecesOf(stepper{s, x, shear})
	return m
}

// stepper gives the steps of a system in a direction.
type stepper struct {
	*system
	x     dd.Number
	shear bool
}

func (s stepper) at(f float64, sync bool) affine {
	a := s.step(f, sync).affine(s.x)
	if s.shear {
		return a.sheared()
	}
	return a
}
