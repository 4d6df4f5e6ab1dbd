package nqmkit

import "nqm/theory"

// linear steps z' = A z + b ε as it is given, with θ = r'z. It asks for the
// gradient at 0, which is the noise ε alone: the curvature is inside A.
type linear struct {
	systems []theory.System // of each coordinate
	lanes   int
	state   [][]float64 // of each entry of θ
	scratch []float64
	zero    []float64
}

func linearRecipe(l theory.Linear) recipe {
	return recipe{
		perDirection: true,
		batch:        func(int) float64 { return max(l.BatchSize, 1) },
		start: func(theta []float64, s shape) rule {
			r := &linear{lanes: s.lanes, zero: make([]float64, len(theta)), state: make([][]float64, len(theta))}
			for _, h := range s.curvature {
				r.systems = append(r.systems, l.System(h))
			}
			for i, v := range theta {
				r.state[i] = startState(r.systems[i/s.lanes], v)
			}
			return r
		},
	}
}

func startState(s theory.System, theta float64) []float64 {
	z := make([]float64, s.Size())
	z[0] = theta
	for j, v := range s.Start {
		z[j] = v * theta
	}
	return z
}

func (r *linear) point([]float64) []float64 { return r.zero }

func (r *linear) step(theta, noise []float64) {
	for i := range theta {
		system, z := r.systems[i/r.lanes], r.state[i]
		next := r.scratch[:0]
		for j, v := range z {
			if system.Deviation != nil {
				v -= product(system.Deviation[j], z)
			} else {
				v = product(system.State[j], z)
			}
			next = append(next, v+float64(system.Noise[j]*noise[i]))
		}
		copy(z, next)
		r.scratch = next
		theta[i] = product(system.Readout, z)
	}
}

func (r *linear) answer(theta []float64) []float64 { return theta }

// product returns a'b.
func product(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}
