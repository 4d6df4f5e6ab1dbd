package theory

import (
	"fmt"
	"math"

	"nqm/theory/table"
)

// Curve is the expected loss of one method on one problem at chosen steps.
// All slices have the length of Steps.
type Curve struct {
	Problem string `json:"problem"`
	Method  string `json:"method"` // with its settings
	Family  string `json:"family"` // without its settings

	Steps []int `json:"steps"` // updates done, increasing
	// Samples are the examples seen by then; nil of a method that does not say.
	Samples []float64 `json:"samples,omitempty"`
	Loss    []float64 `json:"loss"`  // E L(t) = Bias + Noise; +Inf where it overflows
	Bias    []float64 `json:"bias"`  // the part that the start has left
	Noise   []float64 `json:"noise"` // the part that the gradient noise has put in
	// StdDev is the standard deviation of L(t) over runs, exact for Gaussian
	// noise and a Gaussian or certain start. Nil under multiplicative noise,
	// where the state is not Gaussian, and where directions are Correlated. +Inf where
	// its square overflows, at 10^154.
	StdDev []float64 `json:"std_dev"`
	// Low and High bound Loss where the spectrum was measured and the problem has a
	// Band; else they are nil.
	Low  []float64 `json:"low,omitempty"`
	High []float64 `json:"high,omitempty"`
	// Floor is the limit of Loss as t grows, +Inf where it grows without bound. A
	// moving average of Lookahead goes up and down within its cycle for ever;
	// Floor is then the limit at the ends of the cycles.
	Floor float64 `json:"floor"`
	// NoFloor is empty, or says why Floor is not known and left 0: under
	// multiplicative noise, of Lookahead with cycles of more than 64 steps and of
	// what changes in every step for ever; of a Linear that does; of DANA under a
	// learning rate of 1/t.
	NoFloor string `json:"no_floor,omitempty"`
	// Modes is the number of directions that were summed, and SumError the
	// estimated error of the sums relative to Loss: 0 for an exact sum, up to 10^-11
	// where a power law was summed by quadrature, or a long list at points because its
	// method is followed step by step. More than 10^-10 is possible
	// only where more than 2^22 directions ring, more than 2^20/n² of a method of n
	// variables without a scalar kernel, and no quadrature resolves them.
	Modes    int     `json:"modes"`
	SumError float64 `json:"sum_error"`
}

// String is one sentence: the loss at the first and the last step, and the floor.
func (c Curve) String() string {
	words := fmt.Sprintf("%s on %s", c.Method, c.Problem)
	if n := len(c.Steps); n > 0 {
		words += fmt.Sprintf(": loss %.6g at t = %d", c.Loss[0], c.Steps[0])
		if n > 1 {
			words += fmt.Sprintf(", %.6g at t = %d", c.Loss[n-1], c.Steps[n-1])
		}
	}
	switch {
	case c.Diverges():
		return words + ", diverges"
	case c.NoFloor != "":
		return words
	}
	return words + fmt.Sprintf(", floor %.6g", c.Floor)
}

// Diverges reports whether the expected loss grows without bound.
func (c Curve) Diverges() bool { return math.IsInf(c.Floor, 1) }

// Records returns a row for each step.
func (c Curve) Records() []table.Record {
	rows := along(problemFields(c.Problem).With("method", c.Method), c.Steps,
		column{"samples", c.Samples}, column{"loss", c.Loss}, column{"bias", c.Bias}, column{"noise", c.Noise}, column{"std_dev", c.StdDev},
		column{"low", c.Low}, column{"high", c.High})
	if c.NoFloor == "" {
		for k := range rows {
			rows[k] = rows[k].With("floor", c.Floor)
		}
	}
	return rows
}

// fill takes the sums over the directions, the last of which is the limit.
func (c *Curve) fill(l []parts) {
	n := len(l) - 1
	all := make([]float64, 4*n)
	c.Loss, c.Bias, c.Noise, c.StdDev = all[:n:n], all[n:2*n:2*n], all[2*n:3*n:3*n], all[3*n:]
	for k := range n {
		c.Bias[k], c.Noise[k] = l[k].bias.Value(), l[k].noise.Value()
		c.Loss[k], c.StdDev[k] = c.Bias[k]+c.Noise[k], math.Sqrt(l[k].variance.Value())
	}
	c.Floor = l[n].bias.Value() + l[n].noise.Value()
}

// spread picks at most a dozen steps, closer where they are small.
func spread(steps []int) []int {
	var some []int
	next := 0.0
	for k, t := range steps {
		if float64(t) >= next || k == len(steps)-1 {
			some = append(some, t)
			next = math.Max(float64(t)*math.Pow(float64(steps[len(steps)-1])/math.Max(1, float64(steps[0])), 0.1), float64(t)+1)
		}
	}
	return some
}
