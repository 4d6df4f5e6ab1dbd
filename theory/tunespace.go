package theory

import (
	"fmt"
	"math"
)

// Free marks a setting of an Optimizer that Tune is to choose: LearningRate,
// Momentum, Decay or Power.
var Free = math.Inf(-1)

// setting is one that may be free.
type setting int

const (
	rateSetting setting = iota
	momentumSetting
	decaySetting
	powerSetting
)

var settingNames = [...]string{"learning rate", "momentum", "EMA decay", "preconditioning power"}

// HasFree reports whether some setting is Free.
func (o Optimizer) HasFree() bool {
	for _, f := range o.settings() {
		if *f == Free {
			return true
		}
	}
	return false
}

// space are the free settings of an optimizer as coordinates without scale, in
// which the loss after T steps has valleys of about unit width:
//
//	momentum, decay   z = -log(1-β) in [0, log 8T + 1], and likewise γ
//	power             z = p in [0, 1]
//	learning rate     z = logit(α/limit) - log(1-β)
//
// The limit is that of stability, of schedules for their highest rate. A
// schedule could come down from above it, and ends lower then in this model (a
// line over 1000 steps, d = 10^4, B = 4096: at 0.343 in place of 0.611), after a
// loss of 10^297 on the way. The last term makes the valley of equal effective learning rate α/(1-β),
// along which momentum does little at small αh, parallel to an axis.
type space struct {
	base   Optimizer // with its free settings neutral
	free   []setting
	span   float64 // largest/smallest curvature in units of it
	height float64 // largest curvature
}

// maxLogit is how close to the limit of stability the learning rate may come:
// 1 - α/limit >= 6·10^-6.
const maxLogit = 12

// newSpace reads which settings of o are free.
func newSpace(p Problem, o Optimizer) (space, error) {
	s := space{base: o}
	for k, f := range s.base.settings() {
		if *f == Free {
			s.free = append(s.free, setting(k))
			*f = 0
		}
	}
	check := s.base
	for _, k := range s.free {
		*check.settings()[k] = 0.5
	}
	if err := check.Validate(); err != nil {
		return s, err
	}
	if len(s.free) == 0 {
		return s, fmt.Errorf("theory: %v has no free setting to tune: give one the value Free", o)
	}
	if err := p.Validate(); err != nil {
		return s, err
	}
	if err := check.validateProblem(p); err != nil {
		return s, err
	}
	high, low := p.extremes()
	s.height, s.span = high, low/high
	if high == 0 {
		return s, fmt.Errorf("theory: no curvature is > 0: every setting is as good")
	}
	return s, nil
}

// settings points at the fields in the order of the constants.
func (o *Optimizer) settings() [4]*float64 {
	return [4]*float64{&o.LearningRate, &o.Momentum, &o.Decay, &o.Power}
}

func (s space) isFree(k setting) bool {
	for _, f := range s.free {
		if f == k {
			return true
		}
	}
	return false
}

func (s space) names() []string {
	var names []string
	for _, f := range s.free {
		names = append(names, settingNames[f])
	}
	return names
}

// bounds returns the range of each coordinate for runs of t steps.
func (s space) bounds(t float64) (low, high []float64) {
	slow := math.Log(8*t) + 1
	for _, f := range s.free {
		switch f {
		case rateSetting:
			inertia := -math.Log1p(-s.base.Momentum)
			if s.isFree(momentumSetting) {
				inertia = slow
			}
			low, high = append(low, math.Log(0.02/t)), append(high, maxLogit+inertia)
		case powerSetting:
			low, high = append(low, 0), append(high, 1)
		default:
			low, high = append(low, 0), append(high, slow)
		}
	}
	return low, high
}

// at returns the optimizer of a point; ok is false beyond the limit of
// stability.
func (s space) at(z []float64) (o Optimizer, ok bool) {
	o = s.base
	for i, f := range s.free {
		switch f {
		case momentumSetting:
			o.Momentum = -math.Expm1(-z[i])
		case decaySetting:
			o.Decay = -math.Expm1(-z[i])
		case powerSetting:
			o.Power = z[i]
		}
	}
	if s.free[0] != rateSetting {
		return o, true
	}
	y := z[0] + math.Log1p(-o.Momentum)
	o.LearningRate = s.limit(o) / (1 + math.Exp(-y))
	return o, y <= maxLogit
}

// limit is the stability limit of a plain method at the schedule's peak.
func (s space) limit(o Optimizer) float64 {
	peak := 1.0
	for i, g := range s.base.Schedule {
		if f := math.Max(g.From, g.To); i == 0 || f > peak {
			peak = f
		}
	}
	if peak == 0 {
		peak = 1
	}
	return o.unitLimit() / (peak * math.Pow(s.height, 1-o.Power) * math.Max(1, math.Pow(s.span, 1-o.Power)))
}
