package networks

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory"
)

// Stream is a linear teacher with examples that never repeat: the gradient of example k
// is x (x'θ - σ ε) with x ~ N(0, diag h), so that the model's streaming noise is exact.
// θ = 0 is the optimum, and the loss is ½ Σ h_i θ_i² above that of the labels' noise.
type Stream struct {
	Curvature []float64 // h_i >= 0
	Sigma     float64   // σ >= 0
	From      []float64 // where training begins
	Seed      uint64    // of the examples
}

// NewStream returns the teacher of curvatures h, which starts at 1 in every direction. It panics
// on none, on one that is negative or not finite, and on σ < 0.
func NewStream(sigma float64, seed uint64, h ...float64) Stream {
	if _, err := theory.List(h...); err != nil {
		panic(err)
	}
	if !(sigma >= 0) || math.IsInf(sigma, 0) {
		panic(fmt.Errorf("networks: σ = %v: want a finite number >= 0", sigma))
	}
	return Stream{Curvature: h, Sigma: sigma, From: slices.Repeat([]float64{1}, len(h)), Seed: seed}
}

// Problem is the noisy quadratic that a Stream is, exactly.
func (s Stream) Problem() theory.Problem {
	p := theory.Problem{Curvature: s.Curvature, Mean: s.From, Streaming: true, Noise: make([]float64, len(s.Curvature))}
	for i, h := range s.Curvature {
		p.Noise[i] = s.Sigma * s.Sigma * h
	}
	return p
}

func (s Stream) String() string {
	return fmt.Sprintf("linear teacher of %d inputs, σ=%g, fresh examples", len(s.Curvature), s.Sigma)
}

// Start is where training begins. It panics on a start of another length than the curvature's.
func (s Stream) Start() []float64 {
	s.check("start", s.From)
	return slices.Clone(s.From)
}

func (s Stream) check(what string, v []float64) {
	if len(v) != len(s.Curvature) {
		panic(fmt.Errorf("networks: a %s of %d numbers for %d curvatures: want as many", what, len(v), len(s.Curvature)))
	}
}

// Examples is more than any run draws twice.
func (s Stream) Examples() int { return math.MaxInt64 }

// Loss is ½ Σ h_i θ_i².
func (s Stream) Loss(theta []float64) float64 {
	s.check("point", theta)
	sum := 0.0
	for i, h := range s.Curvature {
		sum += h * theta[i] * theta[i] / 2
	}
	return sum
}

// Gradient is that of Model: exact for a nil batch.
func (s Stream) Gradient(g, theta []float64, batch []int) {
	s.check("gradient", g)
	s.check("point", theta)
	clear(g)
	if batch == nil {
		for i, h := range s.Curvature {
			g[i] = h * theta[i]
		}
		return
	}
	for _, k := range batch {
		x, target := teach(s.Curvature, s.Sigma, s.Seed, k)
		off := -target
		for i, v := range x { // the teacher's weights are 1, and θ counts from there
			off += v * (theta[i] + 1)
		}
		axpy(off/float64(len(batch)), x, g)
	}
}
