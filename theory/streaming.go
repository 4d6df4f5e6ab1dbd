package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/dd"
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

// engined is a method that gives its state.
type engined interface{ engine(h, c float64) *machine }

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
	e, ok := m.(engined)
	if !ok {
		return nil, fmt.Errorf("theory: multiplicative noise needs the state of a method: %T gives none, use Optimizer, Torch or Linear", m)
	}
	for _, d := range dirs {
		machine := e.engine(d.Curvature, 1)
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
		var common dd.Sum
		for i, d := range s.dirs {
			s.unit[i] = s.machines[i].gradientMoment(s.states[i])
			common.Add(d.Multiplicity * times(d.Curvature, s.unit[i]))
		}
		total := common.Value()
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
	return math.Max(0, quadraticForm(s.v, m.pieceAt(s.t).gradientAt(s.t)))
}

// driven does one step with the given noise variance of one example, in units
// of that of the machine.
func (m *machine) driven(s *state, noise float64) {
	p := m.pieceAt(s.t)
	scaled := *p
	scaled.noise = times(scaled.noise, times(noise, m.variance))
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
		_, _ = visitStreamed(dirs, m, steps, nil, func(_ int, bias, loss float64) { v = append(v, bias, loss) })
		return v
	}
	dirs, disagreement := p.nodes(func(d []Direction) []float64 { return losses(d, some) })
	c.Modes, c.SumError = len(dirs), disagreement
	s, err := visitStreamed(dirs, m, c.Steps, nil, func(_ int, bias, loss float64) {
		c.Bias, c.Loss = append(c.Bias, bias), append(c.Loss, loss)
		c.Noise = append(c.Noise, excess(loss, bias))
	})
	if err != nil {
		return err
	}
	c.Floor, err = s.floor(m)
	if err != nil {
		c.NoFloor = err.Error()
	}
	return nil
}

func excess(loss, bias float64) float64 {
	if math.IsInf(loss, 1) {
		return loss
	}
	return math.Max(0, loss-bias)
}

// visitStreamed visits the second moments of all directions, and the loss with
// the part that the mean has, after each number of steps. It returns where the
// problem is in the end.
func visitStreamed(dirs []Direction, m Method, steps []int, each func(k int, d Direction, second float64), whole func(k int, bias, loss float64)) (*streamed, error) {
	s, err := newStreamed(dirs, m)
	if err != nil {
		return nil, err
	}
	for k, t := range steps {
		s.advance(t)
		var bias, loss dd.Sum
		for i, d := range dirs {
			second, kept := s.machines[i].second(s.states[i])
			if each != nil {
				each(k, d, second)
			}
			half := 0.5 * d.Multiplicity * d.Curvature
			loss.Add(times(half, second))
			bias.Add(half * times(kept*kept, d.SecondMoment()))
		}
		if whole != nil {
			whole(k, bias.Value(), loss.Value())
		}
	}
	return s, nil
}

// second reads E θ² and the factor of the mean off a state that holds E zz'.
func (m *machine) second(s *state) (second, factor float64) {
	if s.grown {
		return math.Inf(1), math.Inf(1)
	}
	unit := *m
	unit.variance = 1 // the state holds the moments themselves
	r := unit.response(s)
	return r.Noise, r.Factor
}

// streamedMoments returns E θ_i(t)² with multiplicative noise.
func streamedMoments(p Problem, t int, m Method) ([]float64, error) {
	if p.Law.Count > float64(p.Len()) {
		return nil, fmt.Errorf("theory: multiplicative noise couples all %g directions and only %d are written out: call Explicit first", p.Law.Count, p.Len())
	}
	var s []float64
	_, err := visitStreamed(p.list(), m, []int{t}, func(_ int, _ Direction, second float64) { s = append(s, second) }, nil)
	return s, err
}

// visitMoments visits E θ_i² of all directions, whatever the noise.
func visitMoments(p Problem, dirs []Direction, m Method, steps []int, visit func(k int, d Direction, second float64)) {
	if p.Streaming {
		_, _ = visitStreamed(dirs, m, steps, visit, nil)
		return
	}
	for _, d := range dirs {
		respond(m.Mode(d.Curvature, d.Noise), steps, func(k int, r Response) {
			visit(k, d, times(r.Factor*r.Factor, d.SecondMoment())+r.Noise)
		})
	}
}
