package nqmkit

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"nqm/theory"
)

// seen is the probability with which a check finds an error of the size that it says
// it sees.
const seen = 0.95

// sees returns what a check with a share of the false alarms for each side of a step
// sees where the losses scatter least and most.
func (e evidence) sees(a theory.Agreement, losses [][]float64, share float64) (sharpest, bluntest theory.Sight) {
	least, most, certain := -1, -1, false
	width := func(k int) float64 {
		if a.Exact.StdDev != nil {
			return a.Exact.StdDev[k] / a.Exact.Loss[k]
		}
		return a.Sampled.StdErr[k] / a.Sampled.Mean[k]
	}
	for k := range a.Exact.Steps {
		w := width(k)
		certain = certain || w == 0
		if !(w > 0 && w <= math.MaxFloat64) {
			continue
		}
		if least < 0 || w < width(least) {
			least = k
		}
		if most < 0 || w > width(most) {
			most = k
		}
	}
	switch {
	case least >= 0:
		if sharpest = e.seesAt(a.Exact, losses, least, share); most == least {
			return sharpest, sharpest
		}
		return sharpest, e.seesAt(a.Exact, losses, most, share)
	case certain:
		sharpest = theory.Sight{High: a.Threshold * rounding, Low: a.Threshold * rounding}
	default:
		sharpest = theory.Sight{High: math.Inf(1), Low: math.Inf(1)}
	}
	return sharpest, sharpest
}

// seesAt is what place k sees. A loss that is higher by a factor has the quantiles
// of the right one times that. Where they are not known, these runs, made higher, are
// bet on, and the average of others is lower by as much as it may be if it is
// log-normal with the spread that these show.
func (e evidence) seesAt(exact theory.Curve, losses [][]float64, k int, share float64) theory.Sight {
	of, s := losses[k], theory.Sight{Step: exact.Steps[k]}
	if e.laws != nil {
		average := e.laws[k].Average(len(of))
		q := func(p float64) float64 { return must(average.Quantile(p)) }
		s.High, s.Low = q(1-share)/q(1-seen)-1, 1-q(share)/q(seen)
		return s
	}
	mean, stdErr := meanStdErr(of)
	unlucky := distuv.UnitNormal.Quantile(seen) * stdErr / mean
	high := leastWith(func(c float64) bool { return bet(of, (1+c)/exact.Loss[k]) <= share })
	below := e.below(scatterOf(exact, of, k))
	low := leastWith(func(c float64) bool { return c >= 1 || below(c, len(of)) <= share })
	s.High = (1+high)*math.Exp(math.Sqrt2*unlucky) - 1 // these runs may have had luck, and others not
	s.Low = 1 - (1-low)*math.Exp(-unlucky)
	if low >= 1 {
		s.Low = math.Inf(1)
	}
	return s
}

// leastWith returns the least c > 0 with a property that all larger ones have, to
// three digits; +Inf if it is above 10^12.
func leastWith(has func(c float64) bool) float64 {
	low, high := 0.0, 1e-6
	for ; !has(high); high *= 4 {
		if high > 1e12 {
			return math.Inf(1)
		}
		low = high
	}
	for high-low > 1e-3*high {
		if middle := low + (high-low)/2; has(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}
