package theory

import (
	"fmt"

	"nqm/theory/internal/chisq"
)

// LossLaw is the law of the loss after a number of steps, with Gaussian noise and a
// Gaussian or certain start,
//
//	L(t) = Σ_i ½ h_i (μ_i + √v_i Z_i)²        Z_i standard normal, independent
//
// or of the average of independent runs of it: a weighted sum of noncentral
// chi-squares, see package chisq for method and error.
type LossLaw struct{ sum *chisq.Sum }

// LossLawOf returns the law of the loss of m on p after t steps. The errors are those
// of Expect, and multiplicative noise or Correlated directions, whose law is not of
// this kind.
func LossLawOf(p Problem, t int, m Method) (LossLaw, error) {
	laws, err := LossLawsOf(p, []int{t}, m)
	if err != nil {
		return LossLaw{}, err
	}
	return laws[0], nil
}

// LossLawsOf returns the laws of the loss along increasing steps, each direction
// followed once. It keeps three numbers for each direction and step. Of a power law whose
// directions ring faster than they can be summed to 10^-7 it returns an error.
func LossLawsOf(p Problem, steps []int, m Method) ([]LossLaw, error) {
	m, mode, err := directionwise(p, steps, m)
	if err != nil {
		return nil, err
	}
	if p.Streaming {
		return nil, fmt.Errorf("theory: the law of the loss under multiplicative noise is not a sum of chi-squares: sample it")
	}
	if p.Correlated {
		return nil, fmt.Errorf("theory: the noise or the start is correlated between directions, and the problem has the diagonals alone: the expected loss is exact, the law of the loss is not known")
	}
	some := spread(steps)
	dirs, err := p.resolvedNodes("the law of the loss", m, min(p.summable(steps[len(steps)-1], m)/4, mostInLaw), func(d []Direction) []float64 {
		var values []float64
		for _, l := range lossLaws(d, some, mode) {
			values = append(values, l.sum.Mean(), l.sum.Spread())
		}
		return values
	})
	if err != nil {
		return nil, err
	}
	return lossLaws(dirs, steps, mode), nil
}

// mostInLaw is how many directions a law of the loss of a power law sums at most.
const mostInLaw = 1 << 15

// lossLaws are the laws of sums over some directions: of terms with r = hv and
// b = hμ²/2.
func lossLaws(dirs []Direction, steps []int, mode func(h, c float64) Mode) []LossLaw {
	terms := make([][]chisq.Term, len(steps))
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		respond(mode(d.Curvature, d.Noise), steps, func(k int, a Response) {
			kept := a.Factor * a.Factor
			r := d.Curvature * (times(kept, d.Variance) + a.Noise)
			terms[k] = append(terms[k], chisq.Term{Count: d.Multiplicity, R: r, B: 0.5 * d.Curvature * times(kept, d.Mean*d.Mean)})
		})
	}
	laws := make([]LossLaw, len(steps))
	for k := range laws {
		laws[k] = LossLaw{chisq.New(terms[k])}
	}
	return laws
}

// Average returns the law of the average of the losses of n >= 1 independent runs.
func (l LossLaw) Average(n int) LossLaw { return LossLaw{l.sum.Average(float64(n))} }

// Mean returns the expected loss.
func (l LossLaw) Mean() float64 { return l.sum.Mean() }

// StdDev returns the standard deviation; 0 where the loss is certain.
func (l LossLaw) StdDev() float64 { return l.sum.Deviation() }

// Tails returns the probability of a loss of at most the level, and that of a larger
// one. The one that lies beyond the mean is accurate to 10^-9 of itself, see
// LossProbability.
func (l LossLaw) Tails(level float64) (below, above float64) { return l.sum.Tails(level) }

// Quantile returns the loss that is not exceeded with a probability in (0, 1); see
// LossQuantiles for its accuracy and its errors.
func (l LossLaw) Quantile(p float64) (float64, error) {
	if !(p > 0 && p < 1) {
		return 0, fmt.Errorf("theory: probability %v: want 0 < p < 1", p)
	}
	q, err := l.sum.Quantile(p)
	if err != nil {
		return 0, fmt.Errorf("theory: %w", err)
	}
	return q, nil
}
