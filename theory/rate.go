package theory

import (
	"fmt"
	"math"
	"strconv"

	"nqm/theory/table"
)

// DampingOf returns the damping of the direction of curvature h >= 0. The roots
// of an Optimizer are exact, and so is the verdict on a double root (of Lookahead they
// are those of a whole cycle, to the power 1/k); of a Linear they are the eigenvalues
// of its State. Torch has those of its Optimizer. Uniform averages, schedules and methods
// that change for ever have no rate: the error says so.
func DampingOf(m Method, h float64) (Damping, error) {
	if err := valid(m); err != nil {
		return Damping{}, err
	}
	if !(h >= 0) || math.IsInf(h, 0) {
		return Damping{}, fmt.Errorf("theory: curvature %v: want a finite number >= 0", h)
	}
	if t, ok := m.(Torch); ok {
		m = t.Optimizer()
	}
	switch m := m.(type) {
	case Optimizer:
		if err := m.needsConstant("a rate"); err != nil {
			return Damping{}, err
		}
		if m.Power != 0 && h == 0 {
			return Damping{}, fmt.Errorf("theory: preconditioning by H^-%g needs curvatures > 0", m.Power)
		}
		return m.damping(h), nil
	case Linear:
		if err := m.ValidateAt(h); err != nil {
			return Damping{}, err
		}
		if m.changing() > 0 {
			return Damping{}, fmt.Errorf("theory: %s has no rate: its matrices change", m.Family())
		}
		return eigenDamping(h, m.engine(h, 0).pieces[0].plain.levels[0].a), nil
	}
	return Damping{}, fmt.Errorf("theory: the rate of %T is not known: want Optimizer, Torch or Linear", m)
}

// needsConstant is the error of a question that has no answer for uniform
// averages and schedules.
func (o Optimizer) needsConstant(what string) error {
	if o.UniformAverage {
		return fmt.Errorf("theory: %s has no %s: a uniform average falls as a power of t", o.Family(), what[2:])
	}
	if o.Schedule != nil {
		return fmt.Errorf("theory: %s with a schedule has no %s: its settings change", o.Family(), what[2:])
	}
	if o.changing() == forever {
		return fmt.Errorf("theory: %s has no %s: it changes in every step", o.Family(), what[2:])
	}
	return nil
}

// damping of a step of one or two variables, and of Lookahead's cycle, is read off
// its polynomial. Where an average is a further variable it adds its decay to them.
func (o Optimizer) damping(h float64) Damping {
	_, x := o.inDirection(h)
	s := o.system()
	var d Damping
	alone := s.layout.n > 2
	switch {
	case s.rule.states > 2:
		return eigenDamping(h, s.general(x, 0).last().plain.levels[0].a)
	case o.LookaheadSteps != 0:
		d, alone = s.cycle().damping(h, x), true
	case alone:
		d = newSecondOrder(s.alone.recurrence(x, 1, 0)).damping(h)
	default:
		d = newSecondOrder(s.step(1, false).triangle().recurrence(x, 1, 0)).damping(h)
	}
	if alone && o.Decay > d.Radius {
		d.Regime, d.Radius, d.Angle, d.LogRadius = Monotone, o.Decay, 0, math.Log(o.Decay)
	}
	return d
}

// Rate is the asymptotic rate of a method on a problem.
type Rate struct {
	Problem string  `json:"problem"`
	Method  string  `json:"method"`
	Radius  float64 `json:"radius"`  // largest over the directions with curvature
	Slowest Damping `json:"slowest"` // the direction that has it
	Stable  bool    `json:"stable"`  // Radius < 1, before it is rounded
	// Time is -1/log Radius, the steps in which the mean falls to 1/e.
	Time float64 `json:"time"`
}

// RateOf returns the asymptotic rate of m on p: without noise the loss falls
// like Radius^2t. Of a problem with a law, directions along the whole law are
// looked at as well as its ends. The errors are those of DampingOf.
func RateOf(p Problem, m Method) (Rate, error) {
	r, err := rateOf(p, m)
	if err != nil {
		return Rate{}, err
	}
	r.Problem, r.Method = p.String(), m.String()
	return r, nil
}

// rateOf is RateOf without the texts.
func rateOf(p Problem, m Method) (Rate, error) {
	if err := check(p, m); err != nil {
		return Rate{}, err
	}
	r := Rate{Slowest: Damping{LogRadius: math.Inf(-1)}}
	for _, d := range p.sample() {
		if d.Curvature == 0 {
			continue
		}
		k, err := DampingOf(m, d.Curvature)
		if err != nil {
			return Rate{}, err
		}
		if k.LogRadius >= r.Slowest.LogRadius {
			r.Radius, r.Slowest = k.Radius, k
		}
	}
	r.Stable = r.Slowest.LogRadius < 0
	r.Time = -1 / r.Slowest.LogRadius
	if !r.Stable {
		r.Time = math.Inf(1)
	}
	return r, nil
}

// sample returns the entries of a problem and, of a law, its last direction.
func (p Problem) sample() []Direction {
	all := p.list()
	if float64(p.Len()) < p.Law.Count {
		for k := 1.0; k <= 64; k++ {
			i := math.Exp(math.Log(float64(p.Len())) + k/64*math.Log(p.Law.Count/float64(p.Len())))
			all = append(all, p.Law.At(math.Min(math.Round(i), p.Law.Count)))
		}
	}
	return all
}

// EffectiveLearningRate returns the learning rate of the SGD that a rule with a
// velocity resembles: α/(1-β) of heavy ball and Nesterov's method. It applies to a
// direction that is overdamped only, for heavy ball x = αh <= (1-√β)², and is exact
// in the limit x → 0; the error says where it does not apply. Exact is the second
// value, (1-r)/h with r the slowest root.
func EffectiveLearningRate(o Optimizer, h float64) (approximate, exact float64, err error) {
	d, err := DampingOf(o, h)
	if err != nil {
		return 0, 0, err
	}
	if o.Decay != 0 || o.LookaheadSteps != 0 {
		return 0, 0, fmt.Errorf("theory: %s has no effective learning rate: that is a velocity's", o.Family())
	}
	if d.Regime != Monotone && (d.Regime != Critical || d.Angle != 0) {
		return 0, 0, fmt.Errorf("theory: no effective learning rate at curvature %g: the direction is %v, and only one that is overdamped resembles SGD", h, d.Regime)
	}
	alpha, _ := o.inDirection(h)
	return o.effective(alpha), -math.Expm1(d.LogRadius) / h, nil
}

// EffectiveLearningRate is that of the package's function of this name, in a
// direction that is flat enough: α times what a gradient that stays moves θ by in a
// step. NaN or +Inf of a method whose velocity forgets nothing in the end.
func (o Optimizer) EffectiveLearningRate() float64 { return o.effective(o.LearningRate) }

func (o Optimizer) effective(alpha float64) float64 {
	s := o.system()
	reach := -s.plain.kick[0].Value()
	for j := 1; j < s.plain.n; j++ {
		reach += s.plain.keep[0][j].Value() * s.plain.kick[j].Value() / s.plain.keep[j][j].Value()
	}
	return alpha * reach
}

// Records returns one row, with the slowest direction.
func (r Rate) Records() []table.Record {
	return []table.Record{problemFields(r.Problem).With("method", r.Method, "radius", r.Radius, "stable", strconv.FormatBool(r.Stable), "time", r.Time).Join(r.Slowest.record())}
}
