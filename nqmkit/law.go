package nqmkit

import (
	"fmt"
	"math"
)

// Law is the shape of the gradient noise, beside its covariance: a law of mean
// 0 and variance 1 for each of independent numbers, which the problem scales to
// the covariance C/B. The expected loss of a linear method depends on C alone;
// its spread, and adaptive methods, see the law as well.
type Law struct {
	name string
	// fill draws numbers ε of variance 1; gradients writes h θ + std ε to out, for
	// each coordinate. The numbers are those of single draws, however many are
	// asked for at once.
	fill      func(s *stream, dst []float64)
	gradients func(s *stream, out, h, theta, std []float64)
}

// String names the law.
func (l Law) String() string { return l.name }

var gaussian = Law{name: "Gaussian noise", fill: (*stream).normals, gradients: (*stream).normalGradients}

// lawOf makes a law of single draws.
func lawOf(name string, draw func(s *stream) float64) Law {
	return Law{
		name: name,
		fill: func(s *stream, dst []float64) {
			for i := range dst {
				dst[i] = draw(s)
			}
		},
		gradients: func(s *stream, out, h, theta, std []float64) {
			for i := range out {
				out[i] = float64(h[i]*theta[i]) + float64(std[i]*draw(s))
			}
		},
	}
}

// rademacher is -1 or 1, each with probability ½.
var rademacher = lawOf("Rademacher noise", func(s *stream) float64 { return 1 - 2*float64(s.next()>>63) })

// studentT is Student's t with more than two degrees of freedom, divided by
// its standard deviation √(ν/(ν-2)).
func studentT(freedom float64) Law {
	return lawOf(fmt.Sprintf("Student t noise, ν=%g", freedom), func(s *stream) float64 {
		x := s.normal()
		return x * math.Sqrt((freedom-2)/(2*s.gamma(freedom/2)))
	})
}

// gamma draws from the gamma law of the given shape >= 1 and scale 1
// (Marsaglia and Tsang 2000).
func (s *stream) gamma(shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.normal()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-s.uniform()) < 0.5*x*x+d*(1-v+math.Log(v)) {
			return float64(d * v)
		}
	}
}
