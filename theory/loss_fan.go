package theory

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory/table"
)

// Fan is the law of the loss along the steps of one method on one problem: its
// expectation and exact quantiles.
type Fan struct {
	Problem string `json:"problem"`
	Method  string `json:"method"` // with its settings
	Family  string `json:"family"` // without its settings

	Steps         []int     `json:"steps"`             // updates done, increasing
	Samples       []float64 `json:"samples,omitempty"` // as in Curve
	Probabilities []float64 `json:"probabilities"`     // increasing
	// Quantiles has, for each probability and at each step, the loss that a run is
	// at or below with it; +Inf where the loss overflows.
	Quantiles [][]float64 `json:"quantiles"`
	Mean      []float64   `json:"mean"`  // E L(t)
	Floor     float64     `json:"floor"` // the limit of Mean, as in Curve
	// Partial says that an interrupt left later steps out.
	Partial bool `json:"partial,omitempty"`
}

// Diverges reports whether the expected loss grows without bound.
func (f Fan) Diverges() bool { return math.IsInf(f.Floor, 1) }

// fanProbabilities are those of a Fan: the median, the central half and the central
// nine tenths of the runs.
var fanProbabilities = []float64{0.05, 0.25, 0.5, 0.75, 0.95}

// LossFan returns the quantiles of 5, 25, 50, 75 and 95% of L(t) at each of the
// steps, exact for Gaussian noise and a Gaussian or certain start; see
// LossQuantiles. The errors are those of Expect and LossQuantiles.
func LossFan(p Problem, steps []int, m Method) (Fan, error) {
	laws, err := LossLawsOf(p, steps, m)
	if err != nil {
		return Fan{}, err
	}
	c, err := Expect(p, steps, m)
	if err != nil {
		return Fan{}, err
	}
	f := Fan{Problem: c.Problem, Method: c.Method, Family: c.Family, Steps: c.Steps, Samples: c.Samples, Probabilities: slices.Clone(fanProbabilities),
		Quantiles: make([][]float64, len(fanProbabilities)), Mean: c.Loss, Floor: c.Floor}
	for _, l := range laws {
		for i, pr := range fanProbabilities {
			q, err := l.Quantile(pr)
			if err != nil {
				return Fan{}, err
			}
			f.Quantiles[i] = append(f.Quantiles[i], q)
		}
	}
	return f, nil
}

// Records returns a row for each step.
func (f Fan) Records() []table.Record {
	columns := []column{{"samples", f.Samples}, {"loss", f.Mean}}
	for i, p := range f.Probabilities {
		columns = append(columns, column{fmt.Sprintf("quantile_%g", 100*p), f.Quantiles[i]})
	}
	return along(ended(problemFields(f.Problem).With("method", f.Method), f.Partial), f.Steps, columns...)
}
