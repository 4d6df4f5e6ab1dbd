package theory

import (
	"fmt"
	"math"
	"nqm/theory/table"
)

// BestSettings is the fixed setting with the best asymptotic rate on a problem
// without noise.
type BestSettings struct {
	Optimizer Optimizer `json:"optimizer"`
	Radius    float64   `json:"radius"` // spectral radius: the loss falls like Radius^2t
}

// Records returns one row.
func (o BestSettings) Records() []table.Record {
	return []table.Record{settingsRecord(o.Optimizer).With("radius", o.Radius)}
}

// BestSGD returns α* = 2/(h_1 + h_d), with radius (κ-1)/(κ+1), for the
// largest and the smallest curvature that is not zero; κ = h_1/h_d.
// The error names an invalid problem, or one without curvature.
func BestSGD(p Problem) (BestSettings, error) {
	high, low, err := p.ends()
	if err != nil {
		return BestSettings{}, err
	}
	return BestSettings{SGD(2 / (high + low)), (high - low) / (high + low)}, nil
}

// BestMomentum returns Polyak's heavy ball (1964), on its double root at both
// ends of the spectrum:
//
//	α* = (2/(√h_1 + √h_d))²        β* = ((√κ-1)/(√κ+1))²        radius √β*
//
// The error names an invalid problem, or one without curvature.
func BestMomentum(p Problem) (BestSettings, error) {
	high, low, err := p.ends()
	if err != nil {
		return BestSettings{}, err
	}
	a, b := math.Sqrt(high), math.Sqrt(low)
	radius := (a - b) / (a + b)
	return BestSettings{Momentum(4/((a+b)*(a+b)), radius*radius), radius}, nil
}

// BestNesterov returns the best fixed setting of Nesterov's method on a
// quadratic (Lessard, Recht, Packard 2016, proposition 1):
//
//	α* = 4/(3h_1 + h_d)     β* = (√(3κ+1) - 2)/(√(3κ+1) + 2)     radius 1 - 2/√(3κ+1)
//
// The error names an invalid problem, or one without curvature.
func BestNesterov(p Problem) (BestSettings, error) {
	high, low, err := p.ends()
	if err != nil {
		return BestSettings{}, err
	}
	r := math.Sqrt(3*high/low + 1)
	return BestSettings{Nesterov(4/(3*high+low), (r-2)/(r+2)), 1 - 2/r}, nil
}

func (p Problem) ends() (high, low float64, err error) {
	if err := p.Validate(); err != nil {
		return 0, 0, err
	}
	high, low = p.extremes()
	if high == 0 {
		return 0, 0, fmt.Errorf("theory: no curvature is > 0: every setting is as good")
	}
	return high, low, nil
}
