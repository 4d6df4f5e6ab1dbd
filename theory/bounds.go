package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/dd"
	"nqm/theory/internal/search"
	"nqm/theory/table"
)

// BayesBound returns the least expected loss that any method can have that has
// seen the given number of samples, of gradient noise N(0, c) on a start
// N(mean, variance) with known mean:
//
//	L >= ½ Σ h_i / (1/s_i + N h_i²/c_i)        s_i = Var θ_i(0)
//
// the Bayes risk of estimating the minimum from N gradients. It is 0 for a
// start that is known exactly: its minimum is known. Noise that is correlated
// between directions, of which a Problem keeps the diagonal only, tells more: it is
// then the bound of methods that treat the directions apart. For large N it tends to
// ½ Σ c_i/(N h_i), d/(2N) for C = H, which under a prior is not a lower bound.
// Samples need not be a whole number; N >= 0. Only additive noise has it.
func BayesBound(p Problem, samples float64) (float64, error) {
	if err := p.Validate(); err != nil {
		return 0, err
	}
	if p.Streaming {
		return 0, fmt.Errorf("theory: the Bayes bound is that of additive noise: multiplicative noise tells more of the minimum")
	}
	if !(samples >= 0) || math.IsInf(samples, 0) {
		return 0, fmt.Errorf("theory: %v samples: want a finite number >= 0", samples)
	}
	risk := func(d []Direction) []float64 { return []float64{bayesRisk(d, samples)} }
	dirs, _ := p.nodes(risk)
	return bayesRisk(dirs, samples), nil
}

func bayesRisk(dirs []Direction, samples float64) float64 {
	var s dd.Sum
	for _, d := range dirs {
		s.Add(0.5 * d.Multiplicity * posterior(d, samples))
	}
	return s.Value()
}

// posterior is h times the variance of θ_i that N samples leave, 1/(1/(h s) + N h/c), in
// an order in which h² is not formed: it may overflow where the answer does not.
func posterior(d Direction, samples float64) float64 {
	h := d.Curvature
	switch {
	case d.Variance == 0 || h == 0 || d.Noise == 0 && samples > 0:
		return 0
	case samples == 0:
		return h * d.Variance
	}
	return 1 / (1/h/d.Variance + samples*(h/d.Noise))
}

// BayesSamples returns the number of samples, not rounded, below which no method
// has an expected loss of at most target > 0.
// The errors are those of BayesBound, and a target that is not > 0.
func BayesSamples(p Problem, target float64) (float64, error) {
	if !(target > 0) {
		return 0, fmt.Errorf("theory: target %v: want a number > 0", target)
	}
	start, err := BayesBound(p, 0)
	if err != nil {
		return 0, err
	}
	if start <= target {
		return 0, nil
	}
	// 1/risk is nearly a line in the samples.
	b := search.From(0, (start-target)/start, 1)
	b.Close(func(samples float64) float64 {
		risk, _ := BayesBound(p, samples)
		return (risk - target) / risk
	}, 0, 1e-14)
	return b.High, nil
}

// Gap is a curve beside what no method can beat with as many samples.
type Gap struct {
	Curve Curve     `json:"curve"`
	Bound []float64 `json:"bound"` // BayesBound after B·t samples
	Ratio []float64 `json:"ratio"` // Loss / Bound, >= 1; +Inf where only the bound is 0
}

// BayesGap returns the expected loss of o beside the Bayes bound of the samples
// that it has used, batch-size schedules included. Methods whose start is not
// at the mean of what is known, and the errors, are those of Expect and
// BayesBound.
func BayesGap(p Problem, steps []int, o Optimizer) (Gap, error) {
	c, err := Expect(p, steps, o)
	if err != nil {
		return Gap{}, err
	}
	o, err = o.Over(steps[len(steps)-1])
	if err != nil {
		return Gap{}, err
	}
	g := Gap{Curve: c}
	for k, t := range steps {
		b, err := BayesBound(p, o.samples(t))
		if err != nil {
			return Gap{}, err
		}
		g.Bound = append(g.Bound, b)
		g.Ratio = append(g.Ratio, ratioTo(b, c.Loss[k]))
	}
	return g, nil
}

// ratioTo is loss/bound, with 1 for 0/0, where nothing is left to gain, and for
// two sums that differ by their rounding.
func ratioTo(bound, loss float64) float64 {
	if loss == bound || math.Abs(loss-bound) <= 1e-14*bound {
		return 1
	}
	return loss / bound
}

// samples is the number of examples used in t steps.
func (o Optimizer) samples(t int) float64 {
	var used float64
	last := o.batchSize()
	for _, s := range o.Schedule {
		n := s.Steps
		if n == 0 || n > t {
			n = t
		}
		last = o.batchIn(s)
		used += float64(n) * last
		t -= n
	}
	return used + float64(t)*last
}

// PaperBound returns the upper bounds of the paper's theorems, for comparison:
// theorem 1 for SGD (an equality), 2 for momentum, 3 for the moving average of
// SGD. In each the bias is exact; in 2 and 3 the noise is that of the steady
// state from the first step on. The theorems exclude double roots, where the
// same bound holds by continuity. The error names a method that no theorem of
// the paper is about.
func PaperBound(p Problem, steps []int, o Optimizer) ([]float64, error) {
	k, ok := o.kernel()
	if !ok || !k.atIterate || p.Streaming {
		return nil, fmt.Errorf("theory: the paper has no bound for %s here: want SGD, momentum or SGD with EMA, additive noise and constant settings", o.Family())
	}
	c, err := Expect(p, steps, o)
	if err != nil {
		return nil, err
	}
	if k.states == 1 {
		return c.Loss, nil
	}
	bound := make([]float64, len(steps))
	for k := range bound {
		bound[k] = c.Bias[k] + c.Floor
	}
	return bound, nil
}

// Records returns the rows of the curve with the bound and the ratio.
func (g Gap) Records() []table.Record {
	return withColumns(g.Curve.Records(), column{"bayes_bound", g.Bound}, column{"ratio", g.Ratio})
}
