package theory

// TwoDirections returns the lecture's problem: one stiff and one flat
// direction, noise C = H, started at exactly θ(0) = (1, 1).
// The valid range is h1 >= 0, h2 >= 0, finite.
func TwoDirections(h1, h2 float64) (Problem, error) {
	p := Problem{
		Curvature: []float64{h1, h2},
		Noise:     []float64{h1, h2},
		Mean:      []float64{1, 1},
	}
	return p, p.Validate()
}

func constant(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}
