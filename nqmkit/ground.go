package nqmkit

import (
	"fmt"
	"math"

	"nqm/theory"
)

// Quadratic is a problem that can be sampled: a theory.Problem, or one of this
// package's that no closed form is about: Dense, or Noisy with another law.
type Quadratic interface {
	// String names the problem.
	String() string
	// Validate returns an error that names the first value outside its range.
	Validate() error
}

// ground is a problem laid out for runs side by side (see rule.Shape): where they
// start, the stochastic gradient at their points, and their losses.
type ground interface {
	// begin draws the starts of the runs first, first+1, ... and prepares
	// their noise.
	begin(theta []float64, seed uint64, first int)
	// gradient writes the gradients of a batch at the points.
	gradient(point, out []float64, batch float64)
	// loss writes ½ θ'Hθ of each run.
	loss(theta, out []float64)
}

// landscape makes grounds for any number of lanes. It is shared by the workers.
type landscape struct {
	bowl      // empty where H is dense
	d         int
	lay       func(lanes int, power float64) (ground, error)
	see       func(by Approximation) Curvature
	streaming bool
}

// bowl is a diagonal problem with one entry for each of the d coordinates,
// equal directions written out.
type bowl struct {
	curvature []float64 // h_i
	noise     []float64 // standard deviation of one example's gradient, √c_i
	mean, std []float64 // of the initial point
}

func newBowl(p theory.Problem) (bowl, error) {
	p, err := p.Explicit()
	if err != nil {
		return bowl{}, err
	}
	count := 0.0
	for i := range p.Len() {
		d := p.Direction(i)
		if d.Multiplicity != math.Trunc(d.Multiplicity) {
			return bowl{}, fmt.Errorf("nqmkit: Multiplicity[%d] = %v: sampling wants a whole number of directions; the expected loss does not", i, d.Multiplicity)
		}
		count += d.Multiplicity
	}
	if count > maxDimension {
		return bowl{}, fmt.Errorf("nqmkit: %v: sampling steps each direction and wants at most %d of them", p, maxDimension)
	}
	of := func() []float64 { return make([]float64, 0, int(count)) }
	b := bowl{curvature: of(), noise: of(), mean: of(), std: of()}
	for i := range p.Len() {
		d := p.Direction(i)
		for range int(d.Multiplicity) {
			b.curvature = append(b.curvature, d.Curvature)
			b.noise = append(b.noise, math.Sqrt(d.Noise))
			b.mean = append(b.mean, d.Mean)
			b.std = append(b.std, math.Sqrt(d.Variance))
		}
	}
	return b, nil
}

// maxDimension bounds what is stepped: each vector then takes 1 GB.
const maxDimension = 1 << 27
