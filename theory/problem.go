package theory

import (
	"errors"
	"fmt"
	"math"

	"nqm/theory/internal/dd"
	"nqm/theory/table"
)

// Problem is a noisy quadratic: what is to be minimised, how noisy its
// gradients are, and where the descent starts. Entry i of every slice belongs
// to eigen-direction i of the Hessian, or to Multiplicity[i] directions that
// share its values.
//
// A Problem is a plain value; methods never change it.
type Problem struct {
	// Name, if not empty, stands for the spectrum in titles and tables, beside a
	// fingerprint of it. Without one the text is made from the numbers: see
	// Description.
	Name string
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
	// Multiplicity holds how many directions share entry i, >= 1 each.
	// Nil means one.
	Multiplicity []float64
	// Law, if its Count is not zero, says that all directions follow power laws.
	// The slices above then hold the first of them, and there may be far more.
	Law Law
	// Streaming adds the noise of streaming least squares with Gaussian inputs:
	// the variance h_i² E θ_i² + h_i Σ_j h_j E θ_j², at the point where the
	// gradient is taken, in addition to Noise, which is then the label noise.
	Streaming bool
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

// Validate returns an error that names the first field, entry and value that
// is outside its valid range, or nil.
func (p Problem) Validate() error {
	if len(p.Curvature) == 0 {
		return errors.New("theory: a problem needs at least one curvature")
	}
	fields := []struct {
		name   string
		values []float64
		min    float64
	}{
		{"Curvature", p.Curvature, 0},
		{"Noise", p.Noise, 0},
		{"Mean", p.Mean, math.Inf(-1)},
		{"Variance", p.Variance, 0},
		{"Multiplicity", p.Multiplicity, 1},
	}
	for _, f := range fields {
		if f.values != nil && len(f.values) != len(p.Curvature) {
			return fmt.Errorf("theory: %s has %d entries and Curvature has %d: give one for each, or none", f.name, len(f.values), len(p.Curvature))
		}
		for i, v := range f.values {
			if !(v >= f.min) || math.IsInf(v, 0) {
				return fmt.Errorf("theory: %s[%d] = %v: want a finite number%s", f.name, i, v, atLeast(f.min))
			}
		}
	}
	return p.Law.validate(p)
}

func atLeast(min float64) string {
	if math.IsInf(min, -1) {
		return ""
	}
	return fmt.Sprintf(" >= %v", min)
}

// Records returns a row for each direction, as nqmkit.ReadSpectrum reads it. The
// error names an invalid problem or one of more than 2^27 directions.
func (p Problem) Records() ([]table.Record, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	p, err := p.Explicit()
	if err != nil {
		return nil, err
	}
	rows := make([]table.Record, p.Len())
	for i := range rows {
		d := p.Direction(i)
		rows[i] = table.Row("curvature", d.Curvature, "noise", d.Noise, "mean", d.Mean,
			"variance", d.Variance, "multiplicity", d.Multiplicity)
	}
	return rows, nil
}
