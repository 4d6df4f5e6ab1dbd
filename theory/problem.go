package theory

import (
	"nqm/theory/internal/dd"
)

// Problem is a noisy quadratic: what is to be minimised, how noisy its
// gradients are, and where the descent starts. Entry i of every slice belongs
// to eigen-direction i of the Hessian, or to Multiplicity[i] directions that
// share its values.
//
// Every number must be finite, and so must E θ_i(0)² = Mean² + Variance; under
// multiplicative noise also h_i² and h_i² E θ_i(0)². Losses may overflow: they are +Inf.
//
// A Problem is a plain value; methods never change it.
type Problem struct {
	// Name, if not empty, stands for the spectrum in titles and tables, beside a
	// fingerprint of it. Without one the text is made from the numbers: see
	// Description.
	Name string
	// Note says what was done to a measurement to make it a problem, in one line: see
	// Measured. It stands on the picture, and is no part of the text.
	Note string
	// Curvature holds the eigenvalues h_i >= 0 of the Hessian. At least one.
	Curvature []float64
	// Noise holds the gradient-noise variance c_i >= 0 of one example.
	// Nil means gradients without noise.
	Noise []float64
	// Mean holds the mean of the initial point, E θ_i(0). Nil means zero.
	Mean []float64
	// Variance holds the variance of the initial point, Var θ_i(0) >= 0.
	// Nil means a start that is known exactly.
	Variance []float64
	// Multiplicity holds how many directions share entry i, > 0 each. They need not
	// be whole: the weights of a quadrature of the spectrum, times its dimension, are
	// not. Expected values, and the law of the loss, take them as they are; sampling
	// wants whole ones. Nil means one.
	Multiplicity []float64
	// Band, if not empty, says how far the spectrum may be from these entries, where it
	// was measured: expected losses then come with a band. All other answers are about
	// the entries.
	Band Band
	// Law, if its Count is not zero, says that all directions follow power laws.
	// The slices above then hold the first of them, and there may be far more.
	Law Law
	// Streaming adds the noise of streaming least squares with Gaussian inputs:
	// the variance h_i² E θ_i² + h_i Σ_j h_j E θ_j², at the point where the
	// gradient is taken, in addition to Noise, which is then the label noise.
	Streaming bool
	// Correlated says that the noise or the start of different directions is
	// correlated, and Noise and Variance are the diagonals in H's basis (Dense). No
	// expected value depends on the rest, but the law of the loss does:
	// Curve.StdDev is nil, and LossQuantiles, LossProbability and LossFan refuse.
	Correlated bool
}

// Direction is one eigen-direction of a Problem.
type Direction struct {
	Curvature    float64 // h_i
	Noise        float64 // c_i, of one example
	Mean         float64 // E θ_i(0)
	Variance     float64 // Var θ_i(0)
	Multiplicity float64 // number of directions with these values
}

// SecondMoment returns E θ_i(0)², the square of the mean plus the variance.
func (d Direction) SecondMoment() float64 { return d.Mean*d.Mean + d.Variance }

// Len returns the number of entries. With multiplicities, or with a Law of
// many directions, it is smaller than the Dimension.
func (p Problem) Len() int { return len(p.Curvature) }

// Dimension returns d = Σ m_i, the number of parameters.
func (p Problem) Dimension() float64 {
	if p.Law.Count != 0 {
		return p.Law.Count
	}
	if p.Multiplicity == nil {
		return float64(len(p.Curvature))
	}
	var s dd.Sum
	for _, m := range p.Multiplicity {
		s.Add(m)
	}
	return s.Value()
}

// Direction returns entry i, with the defaults of nil slices filled in.
// It panics if i is out of range.
func (p Problem) Direction(i int) Direction {
	return Direction{
		Curvature:    p.Curvature[i],
		Noise:        entry(p.Noise, i, 0),
		Mean:         entry(p.Mean, i, 0),
		Variance:     entry(p.Variance, i, 0),
		Multiplicity: entry(p.Multiplicity, i, 1),
	}
}

func entry(s []float64, i int, otherwise float64) float64 {
	if s == nil {
		return otherwise
	}
	return s[i]
}

// At returns direction i, which need not be a whole number.
func (l Law) At(i float64) Direction {
	return Direction{
		Curvature: l.Curvature.At(i), Noise: l.Noise.At(i),
		Mean: l.Mean.At(i), Variance: l.Variance.At(i),
		Multiplicity: 1,
	}
}
