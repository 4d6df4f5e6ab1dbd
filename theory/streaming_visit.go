package theory

import (
	"fmt"
	"nqm/theory/internal/dd"
)

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
			second, kept := s.machines[i].secondMoment(s.states[i])
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
func visitMoments(p Problem, dirs []Direction, m Method, mode func(h, c float64) Mode, steps []int, visit func(k int, d Direction, second float64)) {
	if p.Streaming {
		_, _ = visitStreamed(dirs, m, steps, visit, nil)
		return
	}
	for _, d := range dirs {
		respond(mode(d.Curvature, d.Noise), steps, func(k int, r Response) {
			visit(k, d, times(r.Factor*r.Factor, d.SecondMoment())+r.Noise)
		})
	}
}
