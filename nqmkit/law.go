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
	fill func(s *stream, dst []float64)
}

// String names the law.
func (l Law) String() string { return l.name }

var gaussian = Law{name: "Gaussian noise", fill: (*stream).normals}

var rademacher = Law{name: "Rademacher noise", fill: (*stream).signs}

// studentT is Student's t with more than two degrees of freedom, divided by
// its standard deviation √(ν/(ν-2)).
func studentT(freedom float64) Law {
	return Law{name: fmt.Sprintf("Student t noise, ν=%g", freedom), fill: func(s *stream, dst []float64) {
		s.normals(dst)
		for i := range dst {
			dst[i] *= math.Sqrt((freedom - 2) / (2 * s.gamma(freedom/2)))
		}
	}}
}

// signs fills dst with -1 and 1, each with probability ½.
func (s *stream) signs(dst []float64) {
	var u uint64
	for i := range dst {
		if i%64 == 0 {
			u = s.next()
		}
		dst[i] = 1 - 2*float64(u&1)
		u >>= 1
	}
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
