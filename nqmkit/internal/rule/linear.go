package rule

import "nqm/theory"

// linear steps z' = A z + b ε as it is given, with θ = r'z, by the system of each
// step where that changes. It asks for the
// gradient at 0, which is the noise ε alone: the curvature is inside A.
type linear struct {
	systems []theory.System // of each coordinate
	now     []theory.System // in step t
	t       int
	lanes   int
	state   [][]float64 // of each entry of θ
	scratch []float64
	zero    []float64
}

// Linear returns the rule of a method that is given by its matrices, for runs that
// start at theta.
func Linear(l theory.Linear, theta []float64, s Shape) Rule {
	r := &linear{lanes: s.Lanes, zero: make([]float64, len(theta)), state: make([][]float64, len(theta))}
	for _, h := range s.Curvature {
		r.systems = append(r.systems, l.System(h))
	}
	r.now = make([]theory.System, len(r.systems))
	for i, v := range theta {
		r.state[i] = startState(r.systems[i/s.Lanes], v)
	}
	return r
}

func startState(s theory.System, theta float64) []float64 {
	z := make([]float64, s.Size())
	z[0] = theta
	for j, v := range s.Start {
		z[j] = v * theta
	}
	return z
}

func (r *linear) Point([]float64) []float64 { return r.zero }

func (r *linear) Step(theta, noise []float64) {
	for i := range theta {
		if i%r.lanes == 0 {
			r.now[i/r.lanes] = at(r.systems[i/r.lanes], r.t)
		}
		system, z := r.now[i/r.lanes], r.state[i]
		next := r.scratch[:0]
		for j, v := range z {
			if system.Deviation != nil {
				v -= Product(system.Deviation[j], z)
			} else {
				v = Product(system.State[j], z)
			}
			next = append(next, v+float64(system.Noise[j]*noise[i]))
		}
		copy(z, next)
		r.scratch = next
		theta[i] = Product(system.Readout, z)
	}
	r.t++
}

// at is the system of step t.
func at(s theory.System, t int) theory.System {
	if s.Step == nil {
		return s
	}
	for k := len(s.Changes) - 1; k >= 0; k-- {
		if s.Changes[k] <= t {
			return s.Step(s.Changes[k])
		}
	}
	return s.Step(t)
}

func (r *linear) Answer(theta []float64) []float64 { return theta }

// Product returns a'b.
func Product(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}
