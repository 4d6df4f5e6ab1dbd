package theory

import (
	"fmt"
	"math"
)

// HasFree reports whether some setting is Free.
func (o Optimizer) HasFree() bool {
	for i := range settings {
		if settings[i].isFree(&o) {
			return true
		}
	}
	return false
}

// space are the free settings of an optimizer as coordinates without scale, in
// which the loss after T steps has valleys of about unit width:
//
//	momentum, decay   z = -log(1-β) in [0, log 8T + 1], and likewise γ
//	weight, power     z = ν, p in [0, 1]
//	learning rate     z = logit(α/limit) - log(1-β)
//
// The limit is that of stability of the rule (of Lookahead's cycle, if nothing else of
// it is free), of schedules for their highest rate. A
// schedule could come down from above it, and ends lower then in this model (a
// line over 1000 steps, d = 10^4, B = 4096: at 0.343 in place of 0.611), after a
// loss of 10^297 on the way. The last term makes the valley of equal effective learning rate α/(1-β),
// along which momentum does little at small αh, parallel to an axis.
type space struct {
	base   Optimizer // with its free settings neutral
	free   []*Setting
	span   float64 // smallest/largest curvature
	height float64 // largest curvature
	seen   *seenSystem
}

// seenSystem is what a search asks of the system of a point, kept for the next: it
// depends on none of the settings that come in with x and σ², among them the
// learning rate.
type seenSystem struct {
	system system
	inside []float64 // the free settings that it depends on
	limit  float64   // of αh
	kernel quickKernel
	plain  bool      // it has a kernel
	run    *quickRun // that was followed last
	walk   *quickWalk
	walked int // its steps
}

// system returns what is asked of the system of o.
func (s *space) system(o *Optimizer) *seenSystem {
	known, i := s.seen.inside != nil, 0
	for _, f := range s.free {
		if f.coordinate == &rateCoordinate || f.OfGradient {
			continue
		}
		if i == len(s.seen.inside) {
			s.seen.inside = append(s.seen.inside, math.NaN())
		}
		if v := *f.number(o); s.seen.inside[i] != v {
			s.seen.inside[i], known = v, false
		}
		i++
	}
	if s.seen.inside = s.seen.inside[:i]; known {
		return s.seen
	}
	system := &s.seen.system
	system.become(*o)
	s.seen.run, s.seen.walk = nil, nil
	kernel, plain := system.kernel()
	plain = plain && o.WeightDecay == 0
	if s.seen.inside == nil {
		s.seen.inside = []float64{}
	}
	s.seen.limit, s.seen.kernel, s.seen.plain = system.limit(), newQuickKernel(kernel), plain
	if o.LookaheadSteps != 0 && i == 0 { // slow weights stabilise; too dear for each of many settings
		if limit, err := StabilityLimit(Problem{Curvature: []float64{1}}, cycleAlone(*o)); err == nil {
			s.seen.limit = limit
		}
	}
	return s.seen
}

// maxLogit is how close to the limit of stability the learning rate may come, where the
// loss can fall up to it: 1 - α/limit >= 1.1·10^-7. Grids end at gridLogit, 6·10^-6 before it.
const maxLogit, gridLogit = 16, 12

// quickRun is that of t steps of a stretched optimizer, kept for the next rate.
func (s *seenSystem) quickRun(o Optimizer, t int) *quickRun {
	if s.run == nil || len(s.run.steps) != t {
		s.run = s.system.quickRun(o, t)
	}
	return s.run
}

// quickWalk is that of t steps of a stretched optimizer, kept for the next rate.
func (s *seenSystem) quickWalk(o Optimizer, t int) *quickWalk {
	if s.walk == nil || len(o.Schedule) > 0 && s.walked != t {
		s.walk, s.walked = s.system.quickWalk(o, t), t
	}
	return s.walk
}

// newSpace reads which settings of o are free.
func newSpace(p Problem, o Optimizer) (space, error) {
	s := space{base: o, seen: &seenSystem{}}
	for i := range settings {
		if f := &settings[i]; f.isFree(&o) {
			s.free = append(s.free, f)
			*f.number(&s.base) = 0
		}
	}
	inside := s.inside()
	if err := inside.Validate(); err != nil {
		return s, err
	}
	if len(s.free) == 0 {
		return s, fmt.Errorf("theory: %v has no free setting to tune: give one the value Free", o)
	}
	if err := p.Validate(); err != nil {
		return s, err
	}
	if err := inside.validateProblem(p); err != nil {
		return s, err
	}
	high, low := p.extremes()
	s.height, s.span = high, low/high
	if high == 0 {
		return s, fmt.Errorf("theory: no curvature is > 0: every setting is as good")
	}
	return s, nil
}

// inside is an optimizer in the middle of the space.
func (s space) inside() Optimizer {
	o := s.base
	for _, f := range s.free {
		*f.number(&o) = 0.5
	}
	return o
}

// tunesRate reports whether the learning rate is free. It is then the first of
// the coordinates.
func (s space) tunesRate() bool { return s.free[0].coordinate == &rateCoordinate }

func (s space) names() []string {
	var names []string
	for _, f := range s.free {
		names = append(names, f.Name)
	}
	return names
}

// bounds returns the range of each coordinate for runs of t steps.
func (s space) bounds(t float64) (low, high []float64) {
	for _, f := range s.free {
		if f.coordinate == &rateCoordinate {
			low, high = append(low, math.Log(0.02/t)), append(high, gridLogit+s.inertia(t))
			continue
		}
		from, to := f.coordinate.bounds(t)
		low, high = append(low, from), append(high, to)
	}
	return low, high
}

// inertia is the largest -log(1-β) in the space.
func (s space) inertia(t float64) float64 {
	if s.inside().Momentum != s.base.Momentum {
		return slowest(t)
	}
	return -math.Log1p(-s.base.Momentum)
}

// at returns the optimizer of a point; ok is false beyond the limit of
// stability.
func (s space) at(z []float64) (o Optimizer, ok bool) {
	o = s.base
	for i, f := range s.free {
		if f.coordinate != &rateCoordinate {
			*f.number(&o) = f.coordinate.value(z[i])
		}
	}
	o.dropIdle()
	if !s.tunesRate() {
		return o, true
	}
	y := z[0] + math.Log1p(-o.Momentum)
	o.LearningRate = s.limit(&o) / (1 + math.Exp(-y))
	return o, y <= maxLogit
}

// cycleAlone is an optimizer's rule with its slow weights and nothing else.
func cycleAlone(o Optimizer) Optimizer {
	o.Power, o.Schedule, o.Decay, o.UniformAverage = 0, nil, 0, false
	return o
}

// limit is the stability limit of the rule alone, of Lookahead's cycle if only the
// learning rate is free, at the schedule's peak.
func (s space) limit(o *Optimizer) float64 {
	peak := 1.0
	for i, g := range s.base.Schedule {
		if f := math.Max(g.From, g.To); i == 0 || f > peak {
			peak = f
		}
	}
	if peak == 0 {
		peak = 1
	}
	return s.system(o).limit / (peak * (math.Pow(s.height, 1-o.Power)*math.Max(1, math.Pow(s.span, 1-o.Power)) + o.added()))
}
