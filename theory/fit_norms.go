package theory

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// FitNorms returns the simple gradient noise scale and its two parts from logs of the
// squared norm of gradients over batches of two sizes b < B, each of two entries or more
// (McCandlish et al. 2018, arXiv 1812.06162, appendix A.1):
//
//	|g|² = (B |g_B|² - b |g_b|²) / (B - b)
//	tr C = (|g_b|² - |g_B|²) / (1/b - 1/B)
//	B_simple = tr C / |g|²
//
// with the averages of the logs. The intervals of 95% are Student's for the two parts and
// Fieller's for their quotient, which is no interval of a mean of quotients: it is open at
// +Inf where |g|² may be 0. What cannot be below zero and comes out there is 0 for tr C, and
// +Inf for |g|², in B_simple, with a note. They take the entries of a log for independent; from 40 on
// they are averaged in 20 blocks first, so that neighbours may be correlated. Over a
// stretch of training that changes the gradient, the quotient is that of the averages.
func FitNorms(small, big float64, ofSmall, ofBig []float64) ([]Estimate, error) {
	if !(small >= 1 && small < big) || math.IsInf(big, 0) {
		return nil, fmt.Errorf("theory: batch sizes %v and %v: want 1 <= small < big, both finite", small, big)
	}
	logs := [][]float64{ofSmall, ofBig}
	var mean, variance [2]float64
	freedom := math.Inf(1)
	for k, norms := range logs {
		if len(norms) < 2 {
			return nil, fmt.Errorf("theory: %d squared norms of gradients of batch size %v: want 2 or more", len(norms), []float64{small, big}[k])
		}
		for i, v := range norms {
			if !(v >= 0) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("theory: squared norm %v in place %d of batch size %v: want finite numbers >= 0", v, i, []float64{small, big}[k])
			}
		}
		blocks := inBlocks(norms)
		n := float64(len(blocks))
		m, v := stat.MeanVariance(blocks, nil)
		mean[k], variance[k], freedom = m, v/n, min(freedom, n-1)
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(0.975)
	part := func(name string, onSmall, onBig float64) Estimate {
		value, half := onSmall*mean[0]+onBig*mean[1], t*math.Sqrt(onSmall*onSmall*variance[0]+onBig*onBig*variance[1])
		return Estimate{Name: name, Value: value, Low: value - half, High: value + half}
	}
	noise, signal := 1/(1/small-1/big), 1/(big-small)
	trace, square := part("tr C", noise, -noise), part("|g|²", -signal*small, signal*big)
	scale := Estimate{Name: "B_simple", Value: trace.Value / square.Value}
	scale.Low, scale.High = fieller(t, mean, variance, [2]float64{noise, -noise}, [2]float64{-signal * small, signal * big})
	switch {
	case !(square.Value > 0):
		scale.Value, scale.High, scale.Note = math.Inf(1), math.Inf(1), "the gradient is lost in its noise: only a lower end is known, if any"
	case trace.Value < 0:
		scale.Value, scale.Note = 0, "the larger batches have the longer gradients: no noise is seen, or the logs stand in each other's place"
	}
	return []Estimate{scale, trace, square}, nil
}

// blocksOfLog is in how many blocks a long log is averaged.
const blocksOfLog = 20

func inBlocks(v []float64) []float64 {
	if len(v) < 2*blocksOfLog {
		return v
	}
	means := make([]float64, blocksOfLog)
	for k := range means {
		means[k] = stat.Mean(v[k*len(v)/blocksOfLog:(k+1)*len(v)/blocksOfLog], nil)
	}
	return means
}

// fieller returns the quotients r >= 0 of (p·x)/(q·x) that means x with independent
// variances do not contradict: (p·m - r q·m)² <= t² Σ (p_i - r q_i)² v_i.
func fieller(t float64, mean, variance, p, q [2]float64) (low, high float64) {
	var a, b, c float64 // a r² - 2 b r + c <= 0
	for i := range mean {
		for j := range mean {
			w := mean[i] * mean[j]
			if i == j {
				w -= t * t * variance[i]
			}
			a, b, c = a+q[i]*q[j]*w, b+p[i]*q[j]*w, c+p[i]*p[j]*w
		}
	}
	under := b*b - a*c
	if under < 0 { // every quotient, or none but through rounding
		return 0, math.Inf(1)
	}
	root := math.Sqrt(under)
	if a > 0 {
		return math.Max(0, (b-root)/a), math.Max(0, (b+root)/a)
	}
	// |g|² may be 0: all beyond the larger root, and all below the smaller one.
	if other := (b - root) / a; a < 0 && other > 0 && (b+root)/a < 0 {
		return other, math.Inf(1)
	}
	return 0, math.Inf(1)
}
