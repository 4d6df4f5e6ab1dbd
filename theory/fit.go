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
type solved struct {
	leastsquares.Problem
	fit  leastsquares.Fit
	rise float64
}

// exact is the mean square of the residuals of a law that goes through every point, but
// for the rounding of its sums.
const exact = 1e-14

// solve finds the best of the descents from some starts.
func solve(p leastsquares.Problem, starts [][]float64, few int) solved {
	s := solved{Problem: p, fit: p.Best(starts, few)}
	s.rise = riseOf(s.fit.Sum, p.Rows, len(p.Low))
	return s
}

// logQuantity is a quantity whose logarithm is g.
func (s *solved) logQuantity(name string, g leastsquares.Quantity) Estimate {
	low, high := s.interval(g)
	return Estimate{Name: name, Value: math.Exp(g(s.fit.Z, nil)), Low: math.Exp(low), High: math.Exp(high)}
}

// interval is the profile of g. A better fit that is met on the way is taken.
func (s *solved) interval(g leastsquares.Quantity) (low, high float64) {
	switch v := g(s.fit.Z, nil); {
	case math.IsInf(s.rise, 1): // as many parameters as points
		return math.Inf(-1), math.Inf(1)
	case s.fit.Sum < exact*float64(s.Rows):
		return v, v
	}
	i := s.Profile(s.fit, g, s.rise)
	for range 5 {
		if i.Better == nil {
			break
		}
		s.adopt(*i.Better)
		i = s.Profile(s.fit, g, s.rise)
	}
	return i.Low, i.High
}

// adopt descends from a better place.
func (s *solved) adopt(better leastsquares.Fit) {
	if f := s.Descend(better.Z); f.Sum < better.Sum {
		better = f
	}
	s.fit, s.rise = better, riseOf(better.Sum, s.Rows, len(s.Low))
}
