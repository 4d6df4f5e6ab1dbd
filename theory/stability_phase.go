package theory

import (
	"fmt"

	"nqm/theory/table"
)

// PhaseMap maps how fast heavy ball converges on a problem without noise, over
// its learning rate and momentum.
type PhaseMap struct {
	Problem      string    `json:"problem"`
	Stiffest     float64   `json:"stiffest"` // largest curvature
	Flattest     float64   `json:"flattest"` // smallest that is not zero
	LearningRate []float64 `json:"learning_rate"`
	Momentum     []float64 `json:"momentum"`
	// Radius is the spectral radius, by momentum and learning rate: without
	// noise the loss falls like Radius^2t. It is stable where Radius < 1.
	Radius [][]float64  `json:"radius"`
	Best   BestSettings `json:"best"` // the best pair of all, Polyak's
}

// PhaseMapOf returns the map on a grid of n learning rates in
// (0, 4/h_1), beyond which no momentum is stable, and n momenta in (0, 1), at
// the middle of the cells. h_1 is the largest curvature.
//
// Only the ends of the spectrum count: at a given momentum the radius falls
// with the curvature up to the damping boundary αh = (1-√β)², stays √β, and
// rises from αh = (1+√β)² on. Directions without curvature are left out. The
// error names an invalid problem, one without curvature, or n < 1.
func PhaseMapOf(p Problem, n int) (PhaseMap, error) {
	if n < 1 {
		return PhaseMap{}, fmt.Errorf("theory: a grid of %d cells a side: want 1 or more", n)
	}
	best, err := BestMomentum(p)
	if err != nil {
		return PhaseMap{}, err
	}
	s, err := SummaryOf(p)
	if err != nil {
		return PhaseMap{}, err
	}
	m := PhaseMap{Problem: p.String(), Stiffest: s.LargestCurvature, Flattest: s.SmallestCurvature, Best: best}
	ends := Problem{Curvature: []float64{m.Stiffest, m.Flattest}}
	for k := range n {
		middle := (float64(k) + 0.5) / float64(n)
		m.LearningRate = append(m.LearningRate, 4/m.Stiffest*middle)
		m.Momentum = append(m.Momentum, middle)
	}
	for _, beta := range m.Momentum {
		row := make([]float64, n)
		for k, alpha := range m.LearningRate {
			rate, err := rateOf(ends, Momentum(alpha, beta))
			if err != nil {
				return PhaseMap{}, err
			}
			row[k] = rate.Radius
		}
		m.Radius = append(m.Radius, row)
	}
	return m, nil
}

// Records returns a row for each learning rate and momentum.
func (p PhaseMap) Records() []table.Record {
	var rows []table.Record
	for i, beta := range p.Momentum {
		for k, alpha := range p.LearningRate {
			rows = append(rows, problemFields(p.Problem).With("learning_rate", alpha, "momentum", beta, "radius", p.Radius[i][k]))
		}
	}
	return rows
}
