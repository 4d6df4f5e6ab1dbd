package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/dd"
	"nqm/theory/table"
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
	// noise and a Gaussian or certain start. Nil under multiplicative noise,
	// where the state is not Gaussian.
	StdDev []float64 `json:"std_dev"`
	// Floor is the limit of Loss as t grows, +Inf where it grows without bound. A
	// moving average of Lookahead goes up and down within its cycle for ever;
	// Floor is then the limit at the ends of the cycles.
	Floor float64 `json:"floor"`
	// NoFloor is empty, or says why Floor is not known and left 0: under
	// multiplicative noise, of Lookahead with cycles of more than 64 steps.
	NoFloor string `json:"no_floor,omitempty"`
	// Modes is the number of directions that were summed, and SumError the
	// estimated error of the sums relative to Loss: 0 for an exact sum, up to 10^-11
	// where a power law was summed by quadrature. More than 10^-10 is possible
	// only where more than 2^22 directions ring and no quadrature resolves them.
	Modes    int     `json:"modes"`
	SumError float64 `json:"sum_error"`
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
func Expect(p Problem, steps []int, m Method) (Curve, error) {
	m, err := ready(p, steps, m)
	if err != nil {
		return Curve{}, err
	}
	c := Curve{Problem: p.String(), Method: m.String(), Family: m.Family(), Steps: append([]int(nil), steps...)}
	if p.Streaming {
		return c, c.stream(p, m)
	}
	some := spread(steps)
	dirs, disagreement := p.nodes(func(d []Direction) []float64 {
		var v []float64
		for _, l := range lossesOf(d, m, some) {
			v = append(v, l.bias.Value()+l.noise.Value(), l.variance.Value())
		}
		return v
	})
	c.Modes, c.SumError = len(dirs), disagreement
	c.fill(lossesOf(dirs, m, steps))
	return c, nil
}

// ready checks a question and stretches the method's schedule to its steps.
func ready(p Problem, steps []int, m Method) (Method, error) {
	if err := check(p, m); err != nil {
		return nil, err
	}
	if err := checkSteps(steps); err != nil {
		return nil, err
	}
	return over(m, steps[len(steps)-1])
}

// over stretches a schedule to the run.
func over(m Method, steps int) (Method, error) {
	if o, ok := m.(Optimizer); ok {
		return o.Over(steps)
	}
	return m, nil
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

// ExpectedLoss returns E L(t) after t steps, +Inf where it overflows.
// The error names an invalid problem or method, or t < 0.
func ExpectedLoss(p Problem, t int, m Method) (float64, error) {
	c, err := Expect(p, []int{t}, m)
	if err != nil {
		return 0, err
	}
	return c.Loss[0], nil
}

// SecondMoments returns E θ_i(t)² for every entry of the problem after t
// steps, +Inf where it overflows.
// The error names an invalid problem or method, or t < 0.
func SecondMoments(p Problem, t int, m Method) ([]float64, error) {
	m, err := ready(p, []int{t}, m)
	if err != nil {
		return nil, err
	}
	if p.Streaming {
		return streamedMoments(p, t, m)
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
type parts struct{ bias, noise, variance dd.Sum }

// lossesOf sums the loss over directions after each number of steps, and its
// limit at the end. A direction without curvature has no loss, wherever its
// coordinate goes.
func lossesOf(dirs []Direction, m Method, steps []int) []parts {
	l := make([]parts, len(steps)+1)
	runs, single := runsOf(steps)
	plain := newStrip(len(steps))
	for i, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		mode := m.Mode(d.Curvature, d.Noise)
		l[len(steps)].add(d, mode.Limit())
		if s, ok := mode.(strider); ok && len(runs) > 0 {
			for _, k := range single {
				l[k].add(d, mode.At(steps[k]))
			}
			for _, r := range runs {
				if s.follow(d.weights(), r, plain.part(r.from, r.to)) {
					continue
				}
				for k := r.from; k < r.to; k++ {
					l[k].add(d, mode.At(steps[k]))
				}
			}
		} else {
			respond(mode, steps, func(k int, r Response) { l[k].add(d, r) })
		}
		if i%block == block-1 {
			plain.into(l[:len(steps)])
		}
	}
	plain.into(l[:len(steps)])
	return l
}

// respond visits the responses of a mode after increasing numbers of steps.
func respond(mode Mode, steps []int, visit func(k int, r Response)) {
	if m, ok := mode.(interface {
		walk([]int, func(int, Response))
	}); ok {
		m.walk(steps, visit)
		return
	}
	for k, t := range steps {
		visit(k, mode.At(t))
	}
}

// add adds a direction with its response.
func (l *parts) add(d Direction, r Response) {
	kept := r.Factor * r.Factor
	half := 0.5 * d.Multiplicity * d.Curvature
	start := times(kept, d.SecondMoment())
	v := times(kept, d.Variance) + r.Noise
	l.bias.Add(half * start)
	l.noise.Add(half * r.Noise)
	l.variance.Add(half * times(d.Curvature*v, v+2*times(kept, d.Mean*d.Mean)))
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
	if err := m.Validate(); err != nil {
		return err
	}
	if v, ok := m.(interface{ validateProblem(Problem) error }); ok {
		return v.validateProblem(p)
	}
	return nil
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

// Records returns a row for each step.
func (c Curve) Records() []table.Record {
	rows := along(problemFields(c.Problem).With("method", c.Method), c.Steps,
		column{"loss", c.Loss}, column{"bias", c.Bias}, column{"noise", c.Noise}, column{"std_dev", c.StdDev})
	if c.NoFloor == "" {
		for k := range rows {
			rows[k] = rows[k].With("floor", c.Floor)
		}
	}
	return rows
}
