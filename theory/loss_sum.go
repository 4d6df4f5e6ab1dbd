package theory

import "nqm/theory/internal/dd"

// quarters are n and a few steps before, each a quarter of the next.
func quarters(n int) []int {
	var steps []int
	for t := n; t > 0 && len(steps) < 5; t /= 4 {
		steps = append(steps, t)
	}
	return steps
}

// lossesAt returns the expected losses of some directions.
func lossesAt(dirs []Direction, m Method, steps []int) []float64 {
	modeOf, total := modesOf(m), make([]dd.Sum, len(steps))
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		mode := modeOf(d.Curvature, d.Noise)
		for k, t := range steps {
			total[k].Add(lossOf(d, mode.At(t)))
		}
	}
	values := make([]float64, len(steps))
	for k := range steps {
		values[k] = total[k].Value()
	}
	return values
}

// lossOf is ½ m h E θ².
func lossOf(d Direction, r Response) float64 {
	half := 0.5 * d.Multiplicity * d.Curvature
	return biasOf(half, r.Factor*r.Factor, d.SecondMoment()) + half*r.Noise
}
