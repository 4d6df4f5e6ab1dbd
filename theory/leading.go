package theory

import "nqm/theory/table"

// LeadingDirection is an eigenvector of a measured Hessian at the edge of its spectrum, with
// the gradient and its noise along it. Package nqmkit measures it.
type LeadingDirection struct {
	// Curvature is the Ritz value λ, with λ ± |H y - λ y|, which holds an eigenvalue.
	Curvature Estimate `json:"curvature"`
	// Noise is the variance of one example's gradient along y, with an interval of 95%.
	Noise Estimate `json:"noise"`
	// Gradient is the mean of the examples' gradients along y, with an interval of 95%.
	Gradient Estimate `json:"gradient"`
	// Vector is y, of length 1; its sign is such that its largest entry is positive.
	Vector []float64 `json:"vector"`
}

// Records returns one row, without the vector.
func (l LeadingDirection) Records() []table.Record {
	r := table.Record(nil)
	for _, e := range []Estimate{l.Curvature, l.Noise, l.Gradient} {
		r = r.With(e.Name, e.Value, e.Name+"_low", e.Low, e.Name+"_high", e.High)
	}
	return []table.Record{r}
}
