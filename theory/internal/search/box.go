package search

import "math"

// Box bounds every variable; an end may be infinite.
type Box struct{ Low, High []float64 }

// Below is the box without a lower end of n variables that are at most high.
func Below(high float64, n int) Box {
	b := Box{make([]float64, n), make([]float64, n)}
	for k := range n {
		b.Low[k], b.High[k] = math.Inf(-1), high
	}
	return b
}

// Into moves z to the nearest point of the box.
func (b Box) Into(z []float64) {
	for k := range z {
		z[k] = math.Min(math.Max(z[k], b.Low[k]), b.High[k])
	}
}

// holds reports whether a variable is at an end that it would leave downhill
// (Bertsekas, Projected Newton methods for optimization problems with simple
// constraints, 1982).
func (b Box) holds(k int, z, gradient float64) bool {
	return z <= b.Low[k] && gradient > 0 || z >= b.High[k] && gradient < 0
}

// free appends the variables that are not held.
func (b Box) free(z, gradient []float64, some []int) []int {
	for k, g := range gradient {
		if !b.holds(k, z[k], g) {
			some = append(some, k)
		}
	}
	return some
}
