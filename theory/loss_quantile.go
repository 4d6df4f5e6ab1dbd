package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/chisq"
)

// LossProbability returns P(L(t) <= level) for m on p after t steps, with
// Gaussian noise and a Gaussian or certain start, when the loss is a weighted
// sum of noncentral chi-squares (see package chisq). The error is below 10^-9, or
// below 10^-16 mean/deviation for a loss whose standard deviation is less than
// 10^-7 of its mean. The errors are those of Expect, and multiplicative noise,
// under which the loss is not Gaussian.
func LossProbability(p Problem, t int, m Method, level float64) (float64, error) {
	if math.IsNaN(level) {
		return 0, fmt.Errorf("theory: level NaN: want a number")
	}
	l, err := lossLaw(p, t, m)
	if err != nil {
		return 0, err
	}
	return l.Probability(level), nil
}

// LossQuantiles returns, for each probability in (0, 1), the loss that is not
// exceeded with it after t steps; see LossProbability. A small probability is met
// to 10^-9 of itself; near 1 its complement has only the digits that 1-p has.
// +Inf where the loss overflows. The errors are those of LossProbability, and a
// probability so small that its loss is below 10^-300 of the mean: of one
// direction below 10^-150, of three below 10^-450, which no float64 is.
func LossQuantiles(p Problem, t int, m Method, probabilities ...float64) ([]float64, error) {
	l, err := lossLaw(p, t, m)
	if err != nil {
		return nil, err
	}
	q := make([]float64, len(probabilities))
	for i, pr := range probabilities {
		if !(pr > 0 && pr < 1) {
			return nil, fmt.Errorf("theory: probability %v: want 0 < p < 1", pr)
		}
		if q[i], err = l.Quantile(pr); err != nil {
			return nil, fmt.Errorf("theory: %w", err)
		}
	}
	return q, nil
}

// lossLaw is the law of the loss Σ ½h(μ + √v Z)², the sum of terms with r = hv and
// b = hμ²/2.
func lossLaw(p Problem, t int, m Method) (*chisq.Sum, error) {
	m, err := ready(p, []int{t}, m)
	if err != nil {
		return nil, err
	}
	if p.Streaming {
		return nil, fmt.Errorf("theory: the law of the loss under multiplicative noise is not a sum of chi-squares: sample it")
	}
	if p.Correlated {
		return nil, fmt.Errorf("theory: the noise or the start is correlated between directions, and the problem has the diagonals alone: the expected loss is exact, the law of the loss is not known")
	}
	law := func(dirs []Direction) *chisq.Sum {
		var terms []chisq.Term
		mode := modesOf(m)
		for _, d := range dirs {
			if d.Curvature == 0 {
				continue
			}
			a := mode(d.Curvature, d.Noise).At(t)
			kept := a.Factor * a.Factor
			r := d.Curvature * (times(kept, d.Variance) + a.Noise)
			terms = append(terms, chisq.Term{Count: d.Multiplicity, R: r, B: 0.5 * d.Curvature * times(kept, d.Mean*d.Mean)})
		}
		return chisq.New(terms)
	}
	dirs, _, err := p.nodesFor(m, func(d []Direction) []float64 {
		l := law(d)
		return []float64{l.Mean(), l.Spread()}
	})
	if err != nil {
		return nil, err
	}
	return law(dirs), nil
}
