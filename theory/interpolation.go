package theory

import "math"

// logPoints are n Chebyshev points of the first kind of log h, from low to high.
type logPoints struct {
	low, high float64
	n         int
}

func (c logPoints) angle(j int) float64 { return (float64(j) + 0.5) * math.Pi / float64(c.n) }

// curvature is h of point j.
func (c logPoints) curvature(j int) float64 {
	return math.Exp((c.high+c.low)/2 + math.Cos(c.angle(j))*(c.high-c.low)/2)
}

// shares visits what each point counts in the interpolation to a curvature, by
// Lagrange's formula in its barycentric form (Berrut and Trefethen 2004, equation 5.3).
func (c logPoints) shares(h float64, visit func(j int, share float64)) {
	x := (2*math.Log(h) - c.high - c.low) / (c.high - c.low)
	part := make([]float64, c.n)
	var sum float64
	for j := range part {
		sin, cos := math.Sincos(c.angle(j))
		if x == cos {
			visit(j, 1)
			return
		}
		if part[j] = sin / (x - cos); j%2 == 1 {
			part[j] = -part[j]
		}
		sum += part[j]
	}
	for j, p := range part {
		visit(j, p/sum)
	}
}
