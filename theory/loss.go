package theory

import (
	"fmt"
	"math"
)

// Curve is the expected loss of one method on one problem at chosen steps.
// All slices have the length of Steps.
type Curve struct {
	Problem string `json:"problem"`
	Method  string `json:"method"` // with its settings
	Family  string `json:"family"` // without its settings

	Steps []int     `json:"steps"` // updates done, increasing
	Loss  []float64 `json:"loss"`  // E L(t) = Bias + Noise; +Inf where it overflows
	Bias  []float64 `json:"bias"`  // the part that the start has left
	Noise []float64 `json:"noise"` // the part that the gradient noise has put in
	// StdDev is the standard deviation of L(t) over runs, exact for Gaussian
	// noise and a Gaussian or certain start.
	StdDev []float64 `json:"std_dev"`
	// Floor is the limit of Loss as t grows, +Inf where it grows without bound.
	Floor float64 `json:"floor"`
}

// Diverges reports whether the expected loss grows without bound.
func (c Curve) Diverges() bool { return math.IsInf(c.Floor, 1) }

// Expect returns the expected loss of m on p after each number of steps:
//
//	E L(t) = ½ Σ m_i h_i E θ_i(t)²
//	Var L(t) = ½ Σ m_i h_i² v_i (v_i + 2 μ_i²)      (μ_i, v_i: mean and variance of θ_i(t))
//
// The second line holds for Gaussian θ(t): the loss is then a weighted sum of
// noncentral chi-squares. The error names an invalid problem or method, an
// empty list of steps, or steps that are negative or do not increase.
func Expect(p Problem, m Method, steps []int) (Curve, error) {
	if err := check(p, m); err != nil {
		return Curve{}, err
	}
	if err := checkSteps(steps); err != nil {
		return Curve{}, err
	}
	modes := make([]Mode, p.Len())
	for i := range modes {
		modes[i] = m.Mode(p.Curvature[i], entry(p.Noise, i, 0))
	}
	n := len(steps)
	c := Curve{
		Problem: p.String(), Method: m.String(), Family: m.Family(),
		Steps: append([]int(nil), steps...),
		Loss:  make([]float64, n), Bias: make([]float64, n), Noise: make([]float64, n), StdDev: make([]float64, n),
	}
	for k, t := range steps {
		l := lossAfter(p, func(i int) Response { return modes[i].At(t) })
		c.Bias[k], c.Noise[k] = l.bias.value(), l.noise.value()
		c.Loss[k], c.StdDev[k] = c.Bias[k]+c.Noise[k], math.Sqrt(l.variance.value())
	}
	limit := lossAfter(p, func(i int) Response { return modes[i].Limit() })
	c.Floor = limit.bias.value() + limit.noise.value()
	return c, nil
}

// ExpectedLoss returns E L(t) after t steps, +Inf where it overflows.
// The error names an invalid problem or method, or t < 0.
func ExpectedLoss(p Problem, m Method, t int) (float64, error) {
	c, err := Expect(p, m, []int{t})
	if err != nil {
		return 0, err
	}
	return c.Loss[0], nil
}

// SecondMoments returns E θ_i(t)² for every entry of the problem after t
// steps, +Inf where it overflows.
// The error names an invalid problem or method, or t < 0.
func SecondMoments(p Problem, m Method, t int) ([]float64, error) {
	if err := check(p, m); err != nil {
		return nil, err
	}
	if err := checkSteps([]int{t}); err != nil {
		return nil, err
	}
	s := make([]float64, p.Len())
	for i := range s {
		d := p.Direction(i)
		r := m.Mode(d.Curvature, d.Noise).At(t)
		s[i] = times(r.Factor*r.Factor, d.SecondMoment()) + r.Noise
	}
	return s, nil
}

// parts are the sums over directions that make up the law of the loss.
type parts struct{ bias, noise, variance sum }

// lossAfter sums the loss over the directions of p, each with its response.
// A direction without curvature has no loss, wherever its coordinate goes.
func lossAfter(p Problem, response func(i int) Response) parts {
	var l parts
	for i := range p.Len() {
		d := p.Direction(i)
		if d.Curvature == 0 {
			continue
		}
		r := response(i)
		kept := r.Factor * r.Factor
		half := 0.5 * d.Multiplicity * d.Curvature
		l.bias.add(half * times(kept, d.SecondMoment()))
		l.noise.add(half * r.Noise)
		v := times(kept, d.Variance) + r.Noise
		l.variance.add(half * times(d.Curvature*v, v+2*times(kept, d.Mean*d.Mean)))
	}
	return l
}

// times is the product of two numbers >= 0 in which a zero wins over +Inf:
// what does not exist does not grow.
func times(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}

func check(p Problem, m Method) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return m.Validate()
}

func checkSteps(steps []int) error {
	if len(steps) == 0 {
		return fmt.Errorf("theory: no steps to look at: give at least one")
	}
	before := -1
	for i, t := range steps {
		if t < 0 {
			return fmt.Errorf("theory: step %d is %d: want 0 or more", i, t)
		}
		if t <= before {
			return fmt.Errorf("theory: step %d is %d, after %d: want increasing steps", i, t, before)
		}
		before = t
	}
	return nil
}
