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
