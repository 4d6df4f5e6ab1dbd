package theory

import (
	"fmt"
	"math"
	"slices"

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

// PhaseMapOf returns the map over learning rates, two or more rising numbers > 0, and n momenta in
// (0, 1), at the middle of their cells. Without rates there are n of them in (0, 4/h_1),
// beyond which no momentum is stable, at the middle of cells of one width, or, where the
// curvatures span two decades or more, of one ratio: over as many decades, four at most,
// up to 4/h_1, and half a decade beyond. h_1 is the largest curvature.
//
// Only the ends of the spectrum count: at a given momentum the radius falls
// with the curvature up to the damping boundary αh = (1-√β)², stays √β, and
// rises from αh = (1+√β)² on. Directions without curvature are left out. The
// error names an invalid problem, one without curvature, other rates, or n < 1.
func PhaseMapOf(p Problem, n int, learningRates ...float64) (PhaseMap, error) {
	if n < 1 {
		return PhaseMap{}, fmt.Errorf("theory: a grid of %d cells a side: want 1 or more", n)
	}
	if len(learningRates) == 1 {
		return PhaseMap{}, fmt.Errorf("theory: a map of the one learning rate %v: want two or more, or none", learningRates[0])
	}
	for k, alpha := range learningRates {
		if !(alpha > 0) || math.IsInf(alpha, 1) || k > 0 && alpha <= learningRates[k-1] {
			return PhaseMap{}, fmt.Errorf("theory: learning rate %d of a map is %v: want finite rising numbers > 0", k, alpha)
		}
	}
	best, err := BestMomentum(p)
	if err != nil {
		return PhaseMap{}, err
	}
	s, err := SummaryOf(p)
	if err != nil {
		return PhaseMap{}, err
	}
	m := PhaseMap{Problem: p.String(), Stiffest: s.LargestCurvature, Flattest: s.SmallestCurvature, LearningRate: slices.Clone(learningRates), Best: best}
	decades := min(math.Log10(m.Stiffest/m.Flattest), mostPhaseDecades)
	for k := range n {
		middle := (float64(k) + 0.5) / float64(n)
		m.Momentum = append(m.Momentum, middle)
		switch {
		case len(learningRates) > 0:
		case decades >= 2:
			m.LearningRate = append(m.LearningRate, 4/m.Stiffest*math.Pow(10, (decades+beyondPhases)*middle-decades))
		default:
			m.LearningRate = append(m.LearningRate, 4/m.Stiffest*middle)
		}
	}
	ends := Problem{Curvature: []float64{m.Stiffest, m.Flattest}}
	for _, beta := range m.Momentum {
		row := make([]float64, len(m.LearningRate))
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

// mostPhaseDecades is over how many decades of learning rates a map goes by itself up to
// the last stable one, and beyondPhases over how many beyond.
const (
	mostPhaseDecades = 4
	beyondPhases     = 0.5
)

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
