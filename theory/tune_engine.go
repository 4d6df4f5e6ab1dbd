package theory

import (
	"math"
	"math/bits"
)

// quickEngine is the general engine in float64, for the losses of a search: methods with
// constant settings, of three variables and an average that is a fourth, as averages of
// Lookahead over momentum are. Maps of many steps are composed from D = I - A, so that slow modes keep their
// digits, and the covariance V that they put in:
//
//	D = D1 + D2 - D2 D1        V = V2 + (I-D2) V1 (I-D2)'
//
// It costs a tenth of the general engine or less (BenchmarkQuickLoss), with which it
// agrees to 10^-9, in curves to 10^-8 (TestQuickEngineAgainstExactModes).
type quickEngine struct {
	*system
	usual, slow quickSteps
	rule        quickKernel // of the rule alone
}

// quickSteps are the steps in some coordinates.
type quickSteps struct {
	plain, sync quickStep
	theta       float64 // θ = z_0 + theta z_1
}

// quickStep is z' = (I - keep) z + kick (x gradient'z + αε), the matrix by rows. A fourth
// variable is an average, which the others do not read: last is its row of keep.
type quickStep struct {
	keep           [9]float64
	last           [4]float64
	four           bool
	kick, gradient [4]float64
}

// quickMap is what some steps do: A = I - dev, and the covariance that they put in, as
// its entries 00, 01, 02, 11, 12, 22. The fourth variable, if there is one, has its row of
// dev and its covariance with each.
type quickMap struct {
	dev  [9]float64
	v    [6]float64
	four bool
	last [4]float64
	with [4]float64
}

// quickEngine is that of a system, nil if it has too many variables, a schedule, or
// steps that change.
func (s *system) quickEngine() *quickEngine {
	if s.layout.n > 3 && s.layout.average != 3 || s.Schedule != nil || !s.steady() {
		return nil
	}
	e := &quickEngine{system: s, rule: newQuickKernel(kernel{triangle: s.alone, states: s.rule.states})}
	e.usual.plain = roundedStep(s.step(1, false))
	if s.LookaheadSteps > 0 {
		e.usual.sync = roundedStep(s.step(1, true))
	}
	if e.slow = e.usual; s.rule.states == 2 {
		e.slow.become(-e.usual.plain.keep[1] / e.usual.plain.keep[4])
	}
	return e
}

func roundedStep(u *update) quickStep {
	s := quickStep{four: u.n > 3}
	for i := range u.n {
		for j := range u.n {
			switch {
			case i == 3:
				s.last[j] = u.keep[i][j].Value()
			case j < 3:
				s.keep[3*i+j] = u.keep[i][j].Value()
			}
		}
		s.kick[i], s.gradient[i] = u.kick[i].Value(), u.gradient[i].Value()
	}
	return s
}

// become changes the coordinates to θ + κv in the place of θ. With κ = -N_01/N_11 that
// stands still at x = 0, where θ and a velocity of slow modes nearly cancel.
func (s *quickSteps) become(kappa float64) {
	s.theta = -kappa
	for _, u := range []*quickStep{&s.plain, &s.sync} {
		for j := range 3 {
			u.keep[j] += kappa * u.keep[3+j]
		}
		for i := range 3 {
			u.keep[3*i+1] -= kappa * u.keep[3*i]
		}
		u.last[1] -= kappa * u.last[0]
		u.kick[0] += kappa * u.kick[1]
		u.gradient[1] -= kappa * u.gradient[0]
	}
	s.plain.keep[1] = 0
}

// in returns the steps for a direction: real roots of one sign have slow modes.
func (e *quickEngine) in(x float64) *quickSteps {
	if e.system.rule.states == 2 {
		if r := e.rule.at(x); r.p > 0 && r.w > r.u && r.q*r.q > r.u*r.w {
			return &e.slow
		}
	}
	return &e.usual
}

// at is a step in a direction.
func (s *quickStep) at(x float64) quickMap {
	m := quickMap{dev: s.keep, four: s.four}
	k := 0
	for i := range 3 {
		for j := range 3 {
			m.dev[3*i+j] -= x * s.kick[i] * s.gradient[j]
			if j >= i {
				m.v[k] = s.kick[i] * s.kick[j]
				k++
			}
		}
	}
	if s.four {
		for j := range 4 {
			m.last[j] = s.last[j] - x*s.kick[3]*s.gradient[j]
			m.with[j] = s.kick[j] * s.kick[3]
		}
	}
	return m
}

// after is the map m after another one.
func (m *quickMap) after(first *quickMap) (both quickMap) {
	d, f := &m.dev, &first.dev
	for i := 0; i < 9; i += 3 {
		a, b, c := d[i], d[i+1], d[i+2]
		both.dev[i] = f[i] + a - (a*f[0] + b*f[3] + c*f[6])
		both.dev[i+1] = f[i+1] + b - (a*f[1] + b*f[4] + c*f[7])
		both.dev[i+2] = f[i+2] + c - (a*f[2] + b*f[5] + c*f[8])
	}
	a0, a1, a2 := 1-d[0], -d[1], -d[2]
	b0, b1, b2 := -d[3], 1-d[4], -d[5]
	c0, c1, c2 := -d[6], -d[7], 1-d[8]
	v := &first.v
	w0, w1, w2 := a0*v[0]+a1*v[1]+a2*v[2], a0*v[1]+a1*v[3]+a2*v[4], a0*v[2]+a1*v[4]+a2*v[5]
	both.v[0] = m.v[0] + w0*a0 + w1*a1 + w2*a2
	both.v[1] = m.v[1] + w0*b0 + w1*b1 + w2*b2
	both.v[2] = m.v[2] + w0*c0 + w1*c1 + w2*c2
	w0, w1, w2 = b0*v[0]+b1*v[1]+b2*v[2], b0*v[1]+b1*v[3]+b2*v[4], b0*v[2]+b1*v[4]+b2*v[5]
	both.v[3] = m.v[3] + w0*b0 + w1*b1 + w2*b2
	both.v[4] = m.v[4] + w0*c0 + w1*c1 + w2*c2
	w0, w1, w2 = c0*v[0]+c1*v[1]+c2*v[2], c0*v[1]+c1*v[3]+c2*v[4], c0*v[2]+c1*v[4]+c2*v[5]
	both.v[5] = m.v[5] + w0*c0 + w1*c1 + w2*c2
	if m.four {
		m.fourth(first, &both)
	}
	return both
}

// fourth is the part of after that the fourth variable has.
func (m *quickMap) fourth(first, both *quickMap) {
	both.four = true
	d, f, v, c := &m.dev, &first.dev, &first.v, &first.with
	a0, a1, a2, a3 := -m.last[0], -m.last[1], -m.last[2], 1-m.last[3] // its row of A
	for j := range 3 {
		both.last[j] = first.last[j] + m.last[j] - (m.last[0]*f[j] + m.last[1]*f[3+j] + m.last[2]*f[6+j] + m.last[3]*first.last[j])
	}
	both.last[3] = first.last[3] + m.last[3] - m.last[3]*first.last[3]
	w0 := v[0]*a0 + v[1]*a1 + v[2]*a2 + c[0]*a3
	w1 := v[1]*a0 + v[3]*a1 + v[4]*a2 + c[1]*a3
	w2 := v[2]*a0 + v[4]*a1 + v[5]*a2 + c[2]*a3
	for i := range 3 {
		both.with[i] = m.with[i] - (d[3*i]*w0 + d[3*i+1]*w1 + d[3*i+2]*w2)
	}
	both.with[0] += w0
	both.with[1] += w1
	both.with[2] += w2
	both.with[3] = m.with[3] + a0*w0 + a1*w1 + a2*w2 + a3*(c[0]*a0+c[1]*a1+c[2]*a2+c[3]*a3)
}

// times is the map n times, by the binary digits of n from the top.
func (m *quickMap) times(n int) quickMap {
	all := quickMap{four: m.four}
	for k := bits.Len(uint(n)) - 1; k >= 0; k-- {
		all = all.after(&all)
		if n>>k&1 == 1 {
			all = m.after(&all)
		}
	}
	return all
}

// over is the map of the steps from one to another.
func (e *quickEngine) over(s *quickSteps, x float64, from, to int) (all quickMap) {
	plain, k := s.plain.at(x), e.LookaheadSteps
	if k == 0 {
		return plain.times(to - from)
	}
	sync := s.sync.at(x)
	then := func(m quickMap) { all = m.after(&all) }
	if rest := k - from%k; rest < k {
		then(plain.times(min(rest-1, to-from)))
		if to-from < rest {
			return all
		}
		then(sync)
		from += rest
	}
	if n := (to - from) / k; n > 0 {
		cycle := plain.times(k - 1)
		cycle = sync.after(&cycle)
		then(cycle.times(n))
		from += n * k
	}
	then(plain.times(to - from))
	return all
}

// at returns Factor and Noise after t steps, per unit of σ².
func (e *quickEngine) at(x float64, t int) (factor, noise float64) {
	s := e.in(x)
	if !e.UniformAverage || t < e.AverageFrom {
		m := e.over(s, x, 0, t)
		reported := e.layout.reported()
		if e.UniformAverage {
			reported = e.layout.slow
		}
		return e.read(&m, e.readout(s, reported))
	}
	m := e.over(s, x, 0, e.AverageFrom)
	begin := e.beginSum(s)
	m = begin.after(&m)
	rest := e.over(s, x, e.AverageFrom, t)
	m = rest.after(&m)
	factor, noise = e.read(&m, e.readout(s, e.layout.average))
	count := float64(t - e.AverageFrom + 1)
	return factor / count, noise / (count * count)
}

func (e *quickEngine) readout(s *quickSteps, variable int) (r [4]float64) {
	r[variable] = 1
	if variable == 0 {
		r[1] = s.theta
	}
	return r
}

// beginSum puts the iterate into the sum.
func (e *quickEngine) beginSum(s *quickSteps) (m quickMap) {
	sum, r := e.layout.average, e.readout(s, e.layout.slow)
	if m.four = sum == 3; m.four {
		m.last = [4]float64{-r[0], -r[1], -r[2], 1}
		return m
	}
	for j := range 3 {
		m.dev[3*sum+j] = -r[j]
	}
	m.dev[3*sum+sum]++
	return m
}

// read reads the start mapped, and the covariance.
func (e *quickEngine) read(m *quickMap, r [4]float64) (factor, noise float64) {
	var start [4]float64
	start[0], start[e.layout.slow], start[e.layout.reported()] = 1, 1, 1
	for i, w := range r[:3] {
		if w != 0 {
			factor += w * (start[i] - (m.dev[3*i]*start[0] + m.dev[3*i+1]*start[1] + m.dev[3*i+2]*start[2]))
		}
	}
	v := &m.v
	noise = r[0]*(r[0]*v[0]+2*(r[1]*v[1]+r[2]*v[2])) + r[1]*(r[1]*v[3]+2*r[2]*v[4]) + r[2]*r[2]*v[5]
	if r[3] != 0 { // the others are 0
		l := &m.last
		factor = r[3] * (start[3] - (l[0]*start[0] + l[1]*start[1] + l[2]*start[2] + l[3]*start[3]))
		noise = r[3] * r[3] * m.with[3]
	}
	return factor, math.Max(noise, 0)
}

// vanishing is the loss, of that of the start, below which rounded deviations from the
// identity are no longer good enough.
const vanishing = 1e-20

// loss returns E L(t), +Inf where the settings are not stable.
func (e *quickEngine) loss(dirs []Direction, o Optimizer, t int) float64 {
	var total, start float64
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		alpha, x := o.inDirection(d.Curvature)
		factor, noise := e.at(x.Value(), t)
		half := 0.5 * d.Multiplicity * d.Curvature
		start += half * d.SecondMoment()
		total += half * (factor*factor*d.SecondMoment() + noise*(alpha*(alpha*(d.Noise/o.batchSize()))))
	}
	if total < vanishing*start {
		return lossesAt(dirs, o, []int{t})[0]
	}
	return orInf(total)
}

// curve adds the loss of a direction after each number of steps.
func (e *quickEngine) curve(d Direction, o Optimizer, losses []float64) {
	alpha, exact := o.inDirection(d.Curvature)
	x := exact.Value()
	sigma2 := alpha * (alpha * (d.Noise / o.batchSize()))
	half := 0.5 * d.Multiplicity * d.Curvature
	s := e.in(x)
	plain, sync := s.plain.at(x), s.sync.at(x)
	var m, begin quickMap
	if e.UniformAverage {
		begin = e.beginSum(s)
	}
	r, count := e.readout(s, e.layout.reported()), 1.0
	for t := range losses {
		if e.UniformAverage {
			if count = math.Max(1, float64(t-e.AverageFrom+1)); t <= e.AverageFrom {
				m = begin.after(&m) // the iterate itself
			}
		}
		factor, noise := e.read(&m, r)
		losses[t] += half * (factor*factor*d.SecondMoment() + noise*sigma2) / (count * count)
		if k := e.LookaheadSteps; k > 0 && (t+1)%k == 0 {
			m = sync.after(&m)
		} else {
			m = plain.after(&m)
		}
	}
}
