package theory

import (
	"fmt"
	"math"
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
	l, err := LossLawOf(p, t, m)
	if err != nil {
		return 0, err
	}
	below, _ := l.Tails(level)
	return below, nil
}

// LossQuantiles returns, for each probability in (0, 1), the loss that is not
// exceeded with it after t steps; see LossProbability. A small probability is met
// to 10^-9 of itself; near 1 its complement has only the digits that 1-p has.
// +Inf where the loss overflows. The errors are those of LossProbability, and a
// probability so small that its loss is below 10^-300 of the mean: of one
// direction below 10^-150, of three below 10^-450, which no float64 is.
func LossQuantiles(p Problem, t int, m Method, probabilities ...float64) ([]float64, error) {
	l, err := LossLawOf(p, t, m)
	if err != nil {
		return nil, err
	}
	q := make([]float64, len(probabilities))
	for i, pr := range probabilities {
		if q[i], err = l.Quantile(pr); err != nil {
			return nil, err
		}
	}
	return q, nil
}
