package theory

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory/internal/dd"
	"nqm/theory/table"
)

// BestRates is the answer of BestSchedule: the best learning rates
// found for a number of pieces, with what shows that no small change of them
// is better. Slices have one entry for each piece.
type BestRates struct {
	Problem string `json:"problem"`
	Family  string `json:"family"`
	Steps   int    `json:"steps"`
	// Lengths are the steps of the pieces; they differ by one at most. There
	// are never more pieces than steps.
	Lengths       []int     `json:"lengths"`
	LearningRates []float64 `json:"learning_rates"`
	// Optimizer has the schedule as segments, in units of the largest rate.
	Optimizer Optimizer `json:"optimizer"`
	Loss      float64   `json:"loss"` // E L(Steps), the lowest found
	// Limit is 2/max h^(1-p); every rate is below it. AtLimit counts the rates
	// that are the next number below: they would rather be larger.
	Limit   float64 `json:"limit"`
	AtLimit int     `json:"at_limit"`
	// Gradient is ∂log L/∂log α_k: zero at an optimum, < 0 at the limit.
	// Residual is the largest of them that breaks these conditions (Karush,
	// Kuhn and Tucker). Definite says that the matrix of second derivatives
	// over the rates below the limit is positive definite.
	Gradient []float64 `json:"gradient"`
	Residual float64   `json:"residual"`
	Definite bool      `json:"definite"`
	// Modes and SumError are those of Curve; Evaluations counts the losses and
	// gradients of the search.
	Modes       int     `json:"modes"`
	SumError    float64 `json:"sum_error"`
	Evaluations int     `json:"evaluations"`
}

// String is one sentence with the result.
func (s BestRates) String() string {
	return fmt.Sprintf("best found of %d constant pieces in %d steps, B=%s: loss %.9g",
		len(s.Lengths), s.Steps, table.InFull(s.Optimizer.batchSize()), s.Loss)
}

// Samples returns the gradient examples used.
func (s BestRates) Samples() float64 { return float64(s.Steps) * s.Optimizer.batchSize() }

// BestSchedule returns the piecewise-constant learning rates with the lowest
// expected loss that was found after `steps` steps of plain SGD, with the batch size and the
// power of o, whose own learning rate does not matter. Piece k = 1, ..., n ends
// after ⌊kT/n⌋ steps, so that the lengths differ by one at most; with fewer
// steps than pieces every step has a rate of its own.
//
//	0 < α_k < 2/max h^(1-p)
//
// Over a finite number of steps the loss is continuous at the limit, and often
// a rate would rather be larger; it is then the largest float64 below. A rate of 0 is never better
// than a small one: ∂L/∂α_k = -2 n_k Σ λ_k h^(1-p) ℓ <= 0 there (see the type
// pieceObjective).
//
// The loss is not convex in the rates, and nothing here proves that a minimum is
// the lowest one. The search starts from the best constant rate, a scan by
// factors of 2^¼, splits pieces in two, and keeps the best two of several starts
// at every level: halves that differ, at 8 pieces 8 to 32 spread starts and
// exchanges of pairs, and in the end the whole schedule a piece earlier or later.
// The tests hold it against dense grids, for 2 and 3 pieces of all rates and for
// up to 100 of each alone, and against random starts. The last Newton steps, the
// gradient and the loss are those of the exact spectrum.
//
// The error names an invalid problem or setting, steps outside 1 to MaxSteps,
// pieces outside 1 to 2000, a method that is not plain SGD, multiplicative noise,
// a power > 1 of a law with more than 2^22 directions, a problem without curvature,
// or one whose numbers come near an overflow.
func BestSchedule(p Problem, steps int, o Optimizer, pieces int) (BestRates, error) {
	s, err := newScheduler(p, o, pieces)
	if err != nil {
		return BestRates{}, err
	}
	if steps < 1 || steps > MaxSteps {
		return BestRates{}, fmt.Errorf("theory: schedule over %d steps: want 1 to %d", steps, MaxSteps)
	}
	return s.polish(s.search(steps), steps), nil
}

// polish finishes a search on the exact spectrum.
func (s *scheduler) polish(u []float64, steps int) BestRates {
	lengths := lengthsOf(steps, s.pieces)
	s.sharpen(u, steps)
	f := s.fine.newton(lengths, polished).Minimize(resample(u, len(lengths)))
	r := BestRates{Problem: s.p.String(), Steps: steps, Lengths: lengths,
		Limit: s.fine.limit, Gradient: f.Gradient, Residual: f.Residual, Definite: f.Definite,
		Modes: s.modes, SumError: s.sum, Evaluations: s.evaluations()}
	high := s.fine.top()
	for _, v := range f.At {
		if v == high {
			r.AtLimit++
			r.LearningRates = append(r.LearningRates, math.Nextafter(s.fine.limit, 0))
			continue
		}
		r.LearningRates = append(r.LearningRates, math.Exp(v))
	}
	r.Optimizer = piecewise(s.o, lengths, r.LearningRates)
	r.Family = r.Optimizer.Family()
	r.Loss = s.loss(r.Optimizer)
	return r
}

// piecewise is o with the given rates.
func piecewise(o Optimizer, lengths []int, rates []float64) Optimizer {
	o.LearningRate = slices.Max(rates)
	o.Schedule = nil
	for k, n := range lengths {
		o.Schedule = append(o.Schedule, Segment{Steps: n, From: rates[k] / o.LearningRate})
	}
	return o
}

// loss is the expected loss of a piecewise-constant optimizer after its schedule.
func (s *scheduler) loss(o Optimizer) float64 {
	rates := make([]float64, len(o.Schedule))
	for k, g := range o.Schedule {
		rates[k] = o.LearningRate * g.From
	}
	var total dd.Sum
	for i, a := range s.fine.gain {
		l := s.fine.start[i]
		for k, g := range o.Schedule {
			x := finite(dd.TwoProd(rates[k], a))
			r := newSGDMode(x, s.fine.floor[i]*rates[k]*x.Value()).At(g.Steps)
			l = r.Factor*r.Factor*l + r.Noise
		}
		total.Add(l)
	}
	return total.Value()
}

// Records returns a row for each piece.
func (s BestRates) Records() []table.Record {
	rows := make([]table.Record, len(s.LearningRates))
	from := 0
	for k, alpha := range s.LearningRates {
		o := s.Optimizer
		o.LearningRate = alpha
		rows[k] = problemFields(s.Problem).Join(settingsRecord(o)).With("steps", s.Steps, "samples", s.Samples(),
			"loss_at_steps", s.Loss, "piece", k+1, "from_step", from, "piece_steps", s.Lengths[k],
			"stability_limit", s.Limit, "gradient", s.Gradient[k], "residual", s.Residual)
		from += s.Lengths[k]
	}
	return rows
}
