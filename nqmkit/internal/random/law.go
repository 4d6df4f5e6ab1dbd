package random

import "math"

// Law is a law of mean 0 and variance 1. Fill draws numbers ε of it; Gradients
// writes h θ + std ε to out, for each coordinate. The numbers are those of
// single draws, however many are asked for at once.
type Law struct {
	Fill      func(s *Stream, dst []float64)
	Gradients func(s *Stream, out, h, theta, std []float64)
}

// Gaussian is N(0, 1).
var Gaussian = Law{Fill: (*Stream).Normals, Gradients: (*Stream).NormalGradients}

// lawOf makes a law of single draws.
func lawOf(draw func(s *Stream) float64) Law {
	return Law{
		Fill: func(s *Stream, dst []float64) {
			for i := range dst {
				dst[i] = draw(s)
			}
		},
		Gradients: func(s *Stream, out, h, theta, std []float64) {
			for i := range out {
				out[i] = float64(h[i]*theta[i]) + float64(std[i]*draw(s))
			}
		},
	}
}

// Rademacher is -1 or 1, each with probability ½.
var Rademacher = lawOf(func(s *Stream) float64 { return 1 - 2*float64(s.Next()>>63) })

// StudentT is Student's t with ν > 2 degrees of freedom, divided by its standard
// deviation √(ν/(ν-2)).
func StudentT(freedom float64) Law {
	return lawOf(func(s *Stream) float64 {
		x := s.Normal()
		return x * math.Sqrt((freedom-2)/(2*s.gamma(freedom/2)))
	})
}

// gamma draws from the gamma law of the given shape >= 1 and scale 1
// (Marsaglia and Tsang 2000).
func (s *Stream) gamma(shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.Normal()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-s.Uniform()) < 0.5*x*x+d*(1-v+math.Log(v)) {
			return float64(d * v)
		}
	}
}
