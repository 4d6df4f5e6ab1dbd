package theory

import (
	"fmt"
	"math"
)

// Streaming least squares. On fresh Gaussian inputs x ~ N(0, H) with labels
// x'θ* + noise, the gradient of an example is x(x'θ - noise), and its noise
// grows with the distance from the minimum. With e_i = E (point where the
// gradient is taken)_i², a batch of B has in direction i the noise variance
//
//	( h_i² e_i + h_i Σ_j m_j h_j e_j + c_i ) / B
//
// in place of c_i/B; c_i = h_i σ² is the label noise. All directions feel the
// common sum, so the second moments S_i of all states are stepped together,
// literally, at a cost of directions times steps:
//
//	S_i' = A_i S_i A_i' + b_i b_i' (noise variance of i)
//
// The mean is that of additive noise. (The paper has additive noise only. For
// SGD this is the recursion of Paquette et al. 2021 and of Jain et al. 2018.)

// streamed is a problem with multiplicative noise on its way.
type streamed struct {
	dirs     []Direction
	machines []*machine
	states   []*state // v is the second moment E zz', not the covariance
	unit     []float64
	t        int
}

func newStreamed(dirs []Direction, m Method) (*streamed, error) {
	s := &streamed{dirs: dirs}
	if o, ok := m.(Optimizer); ok && o.Nesterov && o.Momentum != 0 && o.Schedule != nil {
		return nil, fmt.Errorf("theory: %s with a schedule under multiplicative noise is not offered: the point of its gradient moves with the learning rate", o.Family())
	}
	for _, d := range dirs {
		var machine *machine
		switch m := m.(type) {
		case Optimizer:
			machine = m.engine(d.Curvature, 1)
		case Linear:
			machine = m.engine(d.Curvature, 1)
		default:
			return nil, fmt.Errorf("theory: multiplicative noise needs the state of a method: %T gives none, use Optimizer or Linear", m)
		}
		state := machine.begin()
		for i, a := range state.z {
			for j, b := range state.z {
				state.v[i*len(state.z)+j] = a * b * d.SecondMoment()
			}
		}
		s.states, s.machines = append(s.states, state), append(s.machines, machine)
	}
	s.unit = make([]float64, len(dirs))
	return s, nil
}

// advance steps all directions together up to step t.
func (s *streamed) advance(t int) {
	for s.t < t {
		var common sum
		for i, d := range s.dirs {
			s.unit[i] = s.machines[i].gradientMoment(s.states[i])
			common.add(d.Multiplicity * times(d.Curvature, s.unit[i]))
		}
		total := common.value()
		if !(total < huge*huge) {
			for _, state := range s.states {
				state.grown = true
			}
			s.t = t
			return
		}
		for i, d := range s.dirs {
			noise := d.Curvature*(d.Curvature*s.unit[i]+total) + d.Noise
			s.machines[i].driven(s.states[i], noise)
		}
		s.t++
	}
	for _, state := range s.states {
		state.t = t
	}
}

// gradientMoment is E of the square of the point where the gradient is taken.
func (m *machine) gradientMoment(s *state) float64 {
	return math.Max(0, quadraticForm(s.v, m.gradient))
}

// driven does one step with the given noise variance of one example, in units
// of that of the machine.
func (m *machine) driven(s *state, noise float64) {
	p := m.pieceAt(s.t)
	scaled := *p
	scaled.noise *= noise * m.variance
	m.run(s, &scaled, s.t+1)
	m.event(s)
}

// stream fills the curve of a problem with multiplicative noise. The variance of
// the loss has no closed form there: StdDev is nil.
func (c *Curve) stream(p Problem, m Method) error {
	some := spread(c.Steps)
	if last := some[len(some)-1]; last > 2000 {
		for len(some) > 1 && some[len(some)-1] > 2000 {
			some = some[:len(some)-1]
		}
	}
	losses := func(dirs []Direction, steps []int) []float64 {
		var v []float64
		_ = visitStreamed(dirs, m, steps, nil, func(_ int, bias, loss float64) { v = append(v, bias, loss) })
		return v
	}
	dirs, disagreement := p.nodes(func(d []Direction) []float64 { return losses(d, some) })
	c.Modes, c.SumError = len(dirs), disagreement
	err := visitStreamed(dirs, m, c.Steps, nil, func(_ int, bias, loss float64) {
		c.Bias, c.Loss = append(c.Bias, bias), append(c.Loss, loss)
		c.Noise = append(c.Noise, excess(loss, bias))
	})
	if err != nil {
		return err
	}
	c.Floor = streamedFloor(dirs, m)
	return nil
}

func excess(loss, bias float64) float64 {
	if math.IsInf(loss, 1) {
		return loss
	}
	return math.Max(0, loss-bias)
}

// visitStreamed visits the second moments of all directions, and the loss with
// the part that the mean has, after each number of steps.
func visitStreamed(dirs []Direction, m Method, steps []int, each func(k int, d Direction, second float64), whole func(k int, bias, loss float64)) error {
	s, err := newStreamed(dirs, m)
	if err != nil {
		return err
	}
	for k, t := range steps {
		s.advance(t)
		var bias, loss sum
		for i, d := range dirs {
			second, kept := s.machines[i].second(s.states[i])
			if each != nil {
				each(k, d, second)
			}
			half := 0.5 * d.Multiplicity * d.Curvature
			loss.add(times(half, second))
			bias.add(half * times(kept*kept, d.SecondMoment()))
		}
		if whole != nil {
			whole(k, bias.value(), loss.value())
		}
	}
	return nil
}

// second reads E θ² and the factor of the mean off a state that holds E zz'.
func (m *machine) second(s *state) (second, factor float64) {
	if s.grown {
		return math.Inf(1), math.Inf(1)
	}
	r := m.response(s)
	return r.Noise / m.variance, r.Factor
}

// streamedMoments returns E θ_i(t)² with multiplicative noise.
func streamedMoments(p Problem, m Method, t int) ([]float64, error) {
	if p.Law.Count > float64(p.Len()) {
		return nil, fmt.Errorf("theory: multiplicative noise couples all %g directions and only %d are written out: call Explicit first", p.Law.Count, p.Len())
	}
	var s []float64
	err := visitStreamed(p.list(), m, []int{t}, func(_ int, _ Direction, second float64) { s = append(s, second) }, nil)
	return s, err
}

// streamedGain is how the common sum T = Σ m h e answers to itself in the steady
// state, T = gain T + source. With K_i the steady E θ_i² per unit of noise,
//
//	e_i = K_i (h_i² e_i + h_i T + c_i)        so        e_i = K_i (h_i T + c_i)/(1 - K_i h_i²)
//
// It is stable if and only if every K_i h_i² < 1 and gain < 1 (the maps are
// positive). For SGD this gives α/B Σ m h/(2 - αh(1+1/B)) < 1.
func streamedGain(dirs []Direction, m Method) (gain, source float64, err error) {
	var g, s sum
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		k, _, err := steadyUnits(d, m)
		if err != nil {
			return 0, 0, err
		}
		rest := 1 - k*d.Curvature*d.Curvature
		if !(rest > 0) {
			return math.Inf(1), math.Inf(1), nil
		}
		g.add(d.Multiplicity * d.Curvature * d.Curvature * k / rest)
		s.add(d.Multiplicity * d.Curvature * d.Noise * k / rest)
	}
	return g.value(), s.value(), nil
}

// steadyUnits are the steady variances, per unit of noise variance, of the point
// where the gradient is taken and of what is reported.
func steadyUnits(d Direction, m Method) (gradient, report float64, err error) {
	report = m.Mode(d.Curvature, 1).Limit().Noise
	switch m := m.(type) {
	case Linear:
		return m.engine(d.Curvature, 1).gradientLimit(), report, nil
	case Optimizer:
		if m.LookaheadSteps != 0 {
			return 0, 0, fmt.Errorf("theory: the steady state of %s under multiplicative noise changes within its cycle: it is not offered", m.Family())
		}
		m.UniformAverage, m.Decay = false, 0
		if m.Nesterov && m.Momentum != 0 {
			return m.engine(d.Curvature, 1).gradientLimit(), report, nil
		}
		return m.Mode(d.Curvature, 1).Limit().Noise, report, nil
	}
	return 0, 0, fmt.Errorf("theory: multiplicative noise needs the state of a method: %T gives none, use Optimizer or Linear", m)
}

// gradientLimit is the steady variance of the point where the gradient is taken.
func (m *machine) gradientLimit() float64 {
	m.readout = m.gradient
	return m.Limit().Noise
}

// streamedFloor is the steady loss, +Inf where unstable, NaN where it is not
// offered.
func streamedFloor(dirs []Direction, m Method) float64 {
	if o, ok := m.(Optimizer); ok && o.frozen() {
		return math.NaN()
	}
	gain, source, err := streamedGain(dirs, m)
	if err != nil {
		return math.NaN()
	}
	if !(gain < 1) {
		return math.Inf(1)
	}
	total := source / (1 - gain)
	var loss sum
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		gradient, report, _ := steadyUnits(d, m)
		h := d.Curvature
		noise := (h*total + d.Noise) / (1 - gradient*h*h)
		loss.add(0.5 * d.Multiplicity * h * report * noise)
	}
	return loss.value()
}

// frozen reports whether the schedule ends with the learning rate 0.
func (o Optimizer) frozen() bool {
	n := len(o.Schedule)
	return n > 0 && o.Schedule[n-1].end() == 0
}

// visitMoments visits E θ_i² of all directions, whatever the noise.
func visitMoments(p Problem, dirs []Direction, m Method, steps []int, visit func(k int, d Direction, second float64)) {
	if p.Streaming {
		_ = visitStreamed(dirs, m, steps, visit, nil)
		return
	}
	for _, d := range dirs {
		respond(m.Mode(d.Curvature, d.Noise), steps, func(k int, r Response) {
			visit(k, d, times(r.Factor*r.Factor, d.SecondMoment())+r.Noise)
		})
	}
}
