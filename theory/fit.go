package theory

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"nqm/theory/internal/leastsquares"
	"nqm/theory/table"
)

// Fits of laws to measured numbers. All are least squares of logarithms: a run that is
// 2% off counts the same at every size. Intervals are those of the profile likelihood
// for residuals of one unknown variance: a number is in the interval if some parameters
// give it with
//
//	Σ r² <= Σ_min (1 + t²/(n-k))        t: 97.5% of Student's law of n-k degrees
//
// for n points and k parameters (Bates and Watts, Nonlinear Regression Analysis and Its
// Applications, 1988, section 6.1). They hold for the law; that the data follow it is
// for the residuals to say.

// Estimate is a number that was fitted, with its interval of 95%.
type Estimate struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	// Low and High are the ends of the interval. An end at 0 or +Inf, or at -Inf of a
	// number that may be negative, is open: the data do not bound it.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Note string  `json:"note,omitempty"`
}

// String writes the number with its interval.
func (e Estimate) String() string {
	words := fmt.Sprintf("%s = %.4g (95%%: %.4g to %.4g)", e.Name, e.Value, e.Low, e.High)
	if e.Note != "" {
		words += ": " + e.Note
	}
	return words
}

// Records returns one row.
func (e Estimate) Records() []table.Record {
	return []table.Record{table.Row("quantity", e.Name, "estimate", e.Value, "low", e.Low, "high", e.High, "note", e.Note)}
}

// IsOpen reports whether the data leave an end of the interval open.
func (e Estimate) IsOpen() bool { return math.IsInf(e.Low, -1) || e.Low == 0 || math.IsInf(e.High, 1) }

// Residual is a point that was fitted.
type Residual struct {
	Label    string  `json:"label"`
	Observed float64 `json:"observed"`
	Fitted   float64 `json:"fitted"`
}

// Log returns log(observed/fitted).
func (r Residual) Log() float64 { return math.Log(r.Observed / r.Fitted) }

// Records returns one row.
func (r Residual) Records() []table.Record {
	return []table.Record{table.Row("point", r.Label, "observed", r.Observed, "fitted", r.Fitted, "log_residual", r.Log())}
}

// misfitOf is the standard deviation of the residuals, for degrees of freedom.
func misfitOf(sum float64, points, parameters int) float64 {
	if points <= parameters {
		return math.NaN()
	}
	return math.Sqrt(sum / float64(points-parameters))
}

// riseOf is by how much the sum of squares may rise within an interval.
func riseOf(sum float64, points, parameters int) float64 {
	if points <= parameters {
		return math.Inf(1)
	}
	free := float64(points - parameters)
	t := distuv.StudentsT{Sigma: 1, Nu: free}.Quantile(0.975)
	return t * t * sum / free
}

// solved is a least-squares problem with the fit that was found and the rise of its
// intervals.
type solved struct{ leastsquares.Profile }

// exact is the mean square of the residuals of a law that goes through every point, but
// for the rounding of its sums.
const exact = 1e-14

// solve finds the best of the descents from some starts.
func solve(p leastsquares.Problem, starts [][]float64, few int) *solved {
	best := p.Best(starts, few)
	return &solved{leastsquares.Profile{Problem: p, Best: best, Rise: riseOf(best.Sum, p.Rows, len(p.Low))}}
}

// intervals are the profiles of some quantities, all of one best fit.
func (s *solved) intervals(quantities ...leastsquares.Quantity) [][2]float64 {
	ends := make([][2]float64, len(quantities))
	look := func(missed func(k int) bool) bool {
		for k, g := range quantities {
			if !missed(k) {
				continue
			}
			low, high, ok := s.interval(g)
			if !ok {
				return false
			}
			ends[k] = [2]float64{low, high}
		}
		return true
	}
	for range 5 { // a better fit begins anew
		if look(func(int) bool { return true }) {
			// What one profile has seen may be beyond the end of another.
			look(func(k int) bool { return s.Misses(quantities[k], ends[k][0], ends[k][1]) })
			break
		}
	}
	return ends
}

func (s *solved) interval(g leastsquares.Quantity) (low, high float64, ok bool) {
	switch v := g(s.Best.Z, nil); {
	case math.IsInf(s.Rise, 1): // as many parameters as points
		return math.Inf(-1), math.Inf(1), true
	case s.Best.Sum < exact*float64(s.Rows):
		return v, v, true
	}
	return s.Interval(g)
}

// logEstimates are quantities whose logarithms are g.
func (s *solved) logEstimates(names []string, g ...leastsquares.Quantity) []Estimate {
	ends, all := s.intervals(g...), make([]Estimate, len(g))
	for k, e := range ends {
		all[k] = Estimate{Name: names[k], Value: math.Exp(g[k](s.Best.Z, nil)), Low: math.Exp(e[0]), High: math.Exp(e[1])}
	}
	return all
}
