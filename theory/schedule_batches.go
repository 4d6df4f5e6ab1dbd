package theory

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory/internal/search"
	"nqm/theory/table"
)

// BestBatches is the answer of BestBatchSchedule: batch sizes, number of steps
// and one learning rate, with how much better others may be. Slices have one
// entry for each piece.
type BestBatches struct {
	Problem string  `json:"problem"`
	Family  string  `json:"family"`
	Samples float64 `json:"samples"` // Σ Lengths·BatchSizes, the budget
	Steps   int     `json:"steps"`   // chosen as well
	// Lengths are the steps of the pieces; they differ by one at most.
	Lengths      []int     `json:"lengths"`
	BatchSizes   []float64 `json:"batch_sizes"` // >= 1, not rounded
	LearningRate float64   `json:"learning_rate"`
	Optimizer    Optimizer `json:"optimizer"` // with the schedule as segments
	Loss         float64   `json:"loss"`      // E L(Steps)
	// Bound is proved: no number of steps, batch sizes >= 1 and learning rate (if
	// that is free) have a lower loss, up to SumError. It is 0 if nothing was proved.
	Bound float64 `json:"bound"`
	Limit float64 `json:"limit"` // 2/max h^(1-p), above the learning rate
	// Gradient is ∂log L/∂log α, of a learning rate that was free: zero at an
	// optimum, < 0 at the limit. Prices are -∂log L/∂(samples given to the
	// piece): equal where B > 1, and no larger where B = 1. Residual is the
	// largest relative breach of these conditions (Karush, Kuhn and Tucker).
	Gradient float64   `json:"gradient"`
	Prices   []float64 `json:"prices"`
	Residual float64   `json:"residual"`
	// Fewer and More are the lowest losses found in Steps-1 and Steps+1 steps, or Loss
	// where there is no such run.
	Fewer float64 `json:"fewer"`
	More  float64 `json:"more"`

	Modes       int     `json:"modes"`     // as in Curve
	SumError    float64 `json:"sum_error"` // as in Curve
	Evaluations int     `json:"evaluations"`
}

// String is one sentence with the result.
func (s BestBatches) String() string {
	return fmt.Sprintf("best of %d batch sizes for %g samples: %d steps of α=%.4g, B from %.4g to %.4g, loss %.9g, %s",
		len(s.Lengths), s.Samples, s.Steps, s.LearningRate, s.BatchSizes[0], s.BatchSizes[len(s.BatchSizes)-1], s.Loss, s.Proved())
}

// Gap is by which part of Loss another choice may be lower: what is above Bound.
func (s BestBatches) Gap() float64 {
	if s.Loss <= s.Bound {
		return 0
	}
	return 1 - s.Bound/s.Loss
}

// Proved says in words what Bound says of Loss.
func (s BestBatches) Proved() string {
	if g := s.Gap(); g < 1 {
		return fmt.Sprintf("proved the lowest to within %.2g%%", 100*g)
	}
	return "the lowest found"
}

// BestBatchSchedule returns the batch sizes, one for each of n pieces of a
// run of plain SGD with a constant learning rate, that have the lowest expected
// loss after the given number of samples. The number of steps T is chosen as
// well, and so is the learning rate if that of o is not a number > 0. Piece k
// ends after ⌊kT/n⌋ steps. With α and T fixed the loss is
//
//	L = bias + Σ V_k/B_k        subject to Σ n_k B_k = N, B_k >= 1
//
// with V_k the noise that piece k leaves at the end in batches of one. It is
// convex in B, and its minimum is exact: B_k is proportional to √(V_k/n_k), or
// one. T and α are searched for: T by factors of 1.1 with rates by factors of
// √2; then multiples of n, as pieces of equal length are a little better than
// others; and in the end all T within n steps of the best, every n²/10 000th for
// more than 100 pieces. The rate of each T is a root of the derivative along the
// minimum.
//
// A branch and bound over all T and α then finds what is better, or proves that
// nothing is (see the type batchProof). Bound is how far it came with a fixed number of
// sums: to 10^-6 of the loss for small budgets or a given rate, to some 10^-3 for
// tens of pieces of a large one; hundreds of pieces may leave a tenth open.
//
// For small αh a batch that grows does what a rate that falls does (Smith,
// Kindermans, Ying, Le 2018, arXiv 1711.00489): the piece of n_k steps with the
// rate α_k and the batch B, and the piece of n_k α_k/α steps with α and B α/α_k
// use the same samples, and take E θ² to the same place. It buys steps, not
// samples. CompareSchedules has both exactly.
//
// The batch size of o does not matter, and batch sizes need not be whole. The
// error names an invalid problem or setting, samples that are not a finite
// number from 1 to MaxSteps, a learning rate at or beyond the limit, or what
// BestSchedule does not take.
func BestBatchSchedule(p Problem, samples float64, o Optimizer, pieces int) (BestBatches, error) {
	s, err := newScheduler(p, o.Batch(1), pieces)
	if err != nil {
		return BestBatches{}, err
	}
	if !(samples >= 1 && samples <= MaxSteps) {
		return BestBatches{}, fmt.Errorf("theory: batch sizes for %v samples: want 1 to %g", samples, float64(MaxSteps))
	}
	b := batchSearch{scheduler: s, samples: samples}
	if o.LearningRate > 0 {
		if limit := s.rough.limit; o.LearningRate >= limit {
			return BestBatches{}, fmt.Errorf("theory: learning rate %v: want less than the stability limit %v, or none for the best", o.LearningRate, limit)
		}
		b.fixed = o.LearningRate
	}
	return b.optimum(), nil
}

// batchSearch looks for T and α.
type batchSearch struct {
	*scheduler
	samples float64
	fixed   float64 // learning rate, 0 if free
}

// optimum searches on the sketch, then on the coarse and the exact spectrum.
func (b *batchSearch) optimum() BestBatches {
	best := b.scan()
	best = b.refine(b.rough, best)
	b.sharpen(slices.Repeat([]float64{best.u}, min(b.pieces, best.steps)), best.steps)
	best = b.refine(b.fine, best)
	proved, bound := b.prove(best)
	if proved.steps != best.steps {
		proved = b.refine(b.fine, proved)
	}
	return b.report(proved, bound)
}

// most is the largest number of steps.
func (b *batchSearch) most() int { return int(b.samples) }

// scan looks at steps by factors of 1.1, and at learning rates by factors of √2
// from the limit down to where nothing moves.
func (b *batchSearch) scan() budgeted {
	best := budgeted{loss: math.Inf(1)}
	for steps := 1; ; steps = min(max(steps+1, int(1.1*float64(steps))), b.most()) {
		if r := b.along(b.sketch, b.lowest(steps), steps); r.loss < best.loss*(1-search.Rounding) { // of equals, the fewest steps
			best = r
		}
		if steps == b.most() {
			return best
		}
	}
}

// lowest is the log rate with the lowest loss of T steps on the sketch, by factors
// of √2 from the highest down to where nothing moves.
func (b *batchSearch) lowest(steps int) float64 {
	high, rates := b.highest(b.sketch), 1
	if b.fixed == 0 {
		rates = 40 + 2*int(math.Log2(float64(steps)))
	}
	l := courseOf(lengthsOf(steps, b.pieces))
	least := budgeted{loss: math.Inf(1)}
	for k := range rates {
		if r := b.sketch.spend(high-0.5*math.Ln2*float64(k), l, b.samples); r.loss < least.loss {
			least = r
		}
	}
	return least.u
}

// highest is the log of the given learning rate, or of the limit.
func (b *batchSearch) highest(c *pieceObjective) float64 {
	if b.fixed > 0 {
		return math.Log(b.fixed)
	}
	return math.Log(math.Nextafter(c.limit, 0))
}

// along returns the best learning rate for T steps that is near log rate u: the root of
// the derivative, or the limit.
func (b *batchSearch) along(c *pieceObjective, u float64, steps int) budgeted {
	l := courseOf(lengthsOf(steps, b.pieces))
	high := b.highest(c)
	at := func(u float64) budgeted {
		r := c.spend(math.Min(u, high), l, b.samples)
		r.steps = steps
		return r
	}
	if b.fixed > 0 {
		return at(high)
	}
	r := at(u)
	for root := search.From(r.u, -r.slope, 0.1); root.Open(1e-13, 0); root.See(r.u, -r.slope) {
		if math.Abs(r.slope) <= polished*1e-3*r.loss || r.slope < 0 && r.u >= high {
			break
		}
		r = at(root.Next())
	}
	return r
}

// refine finds the best number of steps near a first guess. The loss against T has
// a comb: pieces of equal length are a little better than others. So strides
// are multiples of the pieces, and shrink while neither side is better; in the
// end it looks between the teeth.
func (b *batchSearch) refine(c *pieceObjective, guess budgeted) budgeted {
	best := b.along(c, guess.u, guess.steps)
	try := func(steps int) bool {
		if steps < 1 || steps > b.most() {
			return false
		}
		r := b.along(c, best.u, steps)
		if r.loss >= best.loss*(1-search.Rounding) {
			return false
		}
		best = r
		return true
	}
	tooth := 1
	if best.steps >= b.pieces {
		tooth = b.pieces
		best = b.along(c, best.u, best.steps-best.steps%tooth)
	}
	for stride := max(1, best.steps/(10*tooth)); ; {
		switch {
		case try(best.steps-stride*tooth) || try(best.steps+stride*tooth):
		case stride > 1:
			stride = (stride + 1) / 2
		default:
			if middle := best.steps; tooth > 1 {
				for d := 1; d < tooth; d += max(1, tooth*tooth/mostPieces) {
					try(middle - d)
					try(middle + d)
				}
			}
			if guess.loss < best.loss && guess.steps != best.steps {
				try(guess.steps)
			}
			return best
		}
	}
}

// mostPieces bounds the pieces that are looked at on each side in the end.
const mostPieces = 10_000

func (b *batchSearch) report(best budgeted, bound float64) BestBatches {
	lengths := lengthsOf(best.steps, b.pieces)
	r := BestBatches{Problem: b.p.String(), Samples: b.samples, Steps: best.steps, Lengths: lengths,
		BatchSizes: best.batch, LearningRate: math.Exp(best.u), Limit: b.fine.limit, Fewer: best.loss, More: best.loss,
		Bound: bound, Modes: b.modes, SumError: b.sum}
	if b.fixed > 0 {
		r.LearningRate = b.fixed
	}
	r.LearningRate = math.Min(r.LearningRate, math.Nextafter(b.fine.limit, 0))
	if best.steps > 1 {
		r.Fewer = b.along(b.fine, best.u, best.steps-1).loss
	}
	if best.steps < b.most() {
		r.More = b.along(b.fine, best.u, best.steps+1).loss
	}
	r.Optimizer = b.o
	r.Optimizer.LearningRate = r.LearningRate
	for k, n := range lengths {
		r.Optimizer.Schedule = append(r.Optimizer.Schedule, Segment{Steps: n, From: 1, BatchSize: r.BatchSizes[k]})
	}
	r.Family = r.Optimizer.Family()
	r.Loss = best.loss
	r.conditions(best, b.fixed > 0 || best.u >= b.highest(b.fine) && best.slope < 0)
	r.Evaluations = b.evaluations()
	return r
}

// conditions fills in what is known of optimality. The learning rate is held if
// it was given, or is at the limit and would rather be larger.
func (r *BestBatches) conditions(best budgeted, held bool) {
	var price float64
	for k, v := range best.noise {
		p := search.Relative(v/(r.BatchSizes[k]*r.BatchSizes[k]*float64(r.Lengths[k])), best.loss)
		r.Prices = append(r.Prices, p)
		if r.BatchSizes[k] > 1 {
			price = math.Max(price, p)
		}
	}
	if price > 0 {
		for k, p := range r.Prices {
			if off := p/price - 1; off > 0 || r.BatchSizes[k] > 1 {
				r.Residual = math.Max(r.Residual, math.Abs(off))
			}
		}
	}
	r.Gradient = search.Relative(best.slope, best.loss)
	if !held {
		r.Residual = math.Max(r.Residual, math.Abs(r.Gradient))
	}
}

// Records returns a row for each piece.
func (s BestBatches) Records() []table.Record {
	rows := make([]table.Record, len(s.BatchSizes))
	from := 0
	for k, b := range s.BatchSizes {
		o := s.Optimizer.Batch(b)
		o.LearningRate = s.LearningRate
		rows[k] = problemFields(s.Problem).Join(settingsRecord(o)).With("steps", s.Steps, "samples", s.Samples,
			"loss_at_steps", s.Loss, "piece", k+1, "from_step", from, "piece_steps", s.Lengths[k],
			"loss_bound", s.Bound, "stability_limit", s.Limit, "price", s.Prices[k], "residual", s.Residual)
		from += s.Lengths[k]
	}
	return rows
}
