package theory

import (
	"fmt"
	"math"
	"nqm/theory/internal/dd"
)

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
	engine := e.engine
	if o, ok := m.(Optimizer); ok {
		engine = o.engines()
	}
	for _, d := range dirs {
		machine := engine(d.Curvature, 1)
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

// secondMoment reads E θ² and the factor of the mean off a state that holds E zz'.
func (m *machine) secondMoment(s *state) (second, factor float64) {
	if s.grown {
		return math.Inf(1), math.Inf(1)
	}
	unit := *m
	unit.variance = 1 // the state holds the moments themselves
	r := unit.response(s)
	return r.Noise, r.Factor
}
