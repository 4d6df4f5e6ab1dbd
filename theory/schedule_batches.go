package theory

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory/internal/dd"
	"nqm/theory/internal/search"
	"nqm/theory/table"
)

// BestBatches is the answer of BestBatchSchedule: batch sizes,
// number of steps and one learning rate. Slices have one entry for each piece.
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
	Limit        float64   `json:"limit"`     // 2/max h^(1-p), above the learning rate
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
	return fmt.Sprintf("best of %d batch sizes for %g samples: %d steps of α=%.4g, B from %.4g to %.4g, loss %.9g",
		len(s.Lengths), s.Samples, s.Steps, s.LearningRate, s.BatchSizes[0], s.BatchSizes[len(s.BatchSizes)-1], s.Loss)
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
// one. The learning rate is found by the derivative along this minimum, and T
// on a grid of factors of 1.1 and then among whole numbers.
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

// budgeted is the lowest loss with one T and α.
type budgeted struct {
	steps int
	u     float64 // log α
	loss  float64
	slope float64   // ∂L/∂u at the best batch sizes
	batch []float64 // B
	noise []float64 // V
}

// spend returns the best batch sizes for given T and α, with the derivative in
// log α, in which the batch sizes stay as they are (the envelope theorem).
func (c *pieceObjective) spend(u float64, lengths []int, samples float64) budgeted {
	c.evaluations++
	alpha := math.Exp(u)
	r := budgeted{u: u, noise: make([]float64, len(lengths))}
	kinds := kindsOf(lengths)
	moves := make([][2]move, len(c.gain))
	for i, a := range c.gain {
		left := 1.0
		for m, n := range kinds.length {
			moves[i][m] = moveOf(alpha, a, c.floor[i], n)
		}
		for k := len(lengths) - 1; k >= 0; k-- {
			m := &moves[i][kinds.of[k]]
			r.noise[k] += left * m.n
			left *= m.q
		}
	}
	r.batch = shareOut(r.noise, lengths, samples)
	var total, slope dd.Sum
	for i := range c.gain {
		l, d := c.start[i], 0.0
		for k := range lengths {
			m := &moves[i][kinds.of[k]]
			l, d = m.q*l+m.n/r.batch[k], m.q1*l+m.q*d+m.n1/r.batch[k]
		}
		total.Add(l)
		slope.Add(d)
	}
	r.loss, r.slope = total.Value(), slope.Value()
	return r
}

// kinds are the two lengths that pieces have, and which one each has.
type kinds struct {
	length []float64
	of     []int
}

func kindsOf(lengths []int) kinds {
	k := kinds{length: []float64{float64(slices.Min(lengths))}, of: make([]int, len(lengths))}
	if longest := slices.Max(lengths); float64(longest) != k.length[0] {
		k.length = append(k.length, float64(longest))
	}
	for i, n := range lengths {
		if float64(n) != k.length[0] {
			k.of[i] = 1
		}
	}
	return k
}

// shareOut minimises Σ V_k/B_k subject to Σ n_k B_k = N and B_k >= 1, for N >= Σ n_k:
// B_k = max(1, τ √(V_k/n_k)). As τ grows the pieces leave B = 1 in the order of
// V_k/n_k.
func shareOut(noise []float64, lengths []int, samples float64) []float64 {
	n := len(noise)
	root := make([]float64, n)
	order := make([]int, n)
	var atOne, weight float64 // samples of the pieces with B = 1; Σ n √(V/n) of the others
	for k := range root {
		root[k] = math.Sqrt(math.Max(0, noise[k]/float64(lengths[k])))
		order[k] = k
		atOne += float64(lengths[k])
	}
	slices.SortStableFunc(order, func(i, j int) int { return descending(root[i], root[j]) })
	batch := make([]float64, n)
	tau := 0.0
	for _, k := range order {
		// Invariant: tau spends all samples if the pieces so far are above one.
		if root[k] == 0 || tau > 0 && tau*root[k] <= 1 {
			break
		}
		atOne -= float64(lengths[k])
		weight += float64(lengths[k]) * root[k]
		tau = (samples - atOne) / weight
	}
	if tau == 0 { // no noise: any division is as good
		for k := range batch {
			batch[k] = samples / atOne
		}
		return batch
	}
	for k := range batch {
		batch[k] = math.Max(1, tau*root[k])
	}
	return batch
}

// optimum searches on the sketch, then on the coarse and the exact spectrum.
func (b *batchSearch) optimum() BestBatches {
	best := b.scan()
	best = b.refine(b.rough, best)
	b.sharpen(slices.Repeat([]float64{best.u}, min(b.pieces, best.steps)), best.steps)
	best = b.refine(b.fine, best)
	return b.report(best)
}

// most is the largest number of steps.
func (b *batchSearch) most() int { return int(b.samples) }

// scan looks at steps by factors of 1.1, and at learning rates by factors of √2
// from the limit down to where nothing moves.
func (b *batchSearch) scan() budgeted {
	best := budgeted{loss: math.Inf(1)}
	high := b.highest(b.sketch)
	for steps := 1; ; steps = min(max(steps+1, int(1.1*float64(steps))), b.most()) {
		lengths := lengthsOf(steps, b.pieces)
		rates := 1
		if b.fixed == 0 {
			rates = 40 + 2*int(math.Log2(float64(steps)))
		}
		least := budgeted{loss: math.Inf(1)}
		for k := range rates {
			if r := b.sketch.spend(high-0.5*math.Ln2*float64(k), lengths, b.samples); r.loss < least.loss {
				least = r
			}
		}
		if r := b.along(b.sketch, least.u, steps); r.loss < best.loss*(1-search.Rounding) { // of equals, the fewest steps
			best = r
		}
		if steps == b.most() {
			return best
		}
	}
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
	lengths := lengthsOf(steps, b.pieces)
	high := b.highest(c)
	at := func(u float64) budgeted {
		r := c.spend(math.Min(u, high), lengths, b.samples)
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

// refine finds the best whole number of steps near a first guess: strides that
// shrink while neither side is better, and in the end every step in reach of
// two pieces, as pieces of equal length are a little better than others.
func (b *batchSearch) refine(c *pieceObjective, guess budgeted) budgeted {
	best := b.along(c, guess.u, guess.steps)
	for stride := max(1, best.steps/10); ; {
		moved := false
		for _, steps := range []int{best.steps - stride, best.steps + stride} {
			if steps < 1 || steps > b.most() {
				continue
			}
			if r := b.along(c, best.u, steps); r.loss < best.loss*(1-search.Rounding) {
				best, moved = r, true
				break
			}
		}
		switch {
		case moved:
		case stride == 1:
			return b.neighbours(c, best)
		default:
			stride = (stride + 1) / 2
		}
	}
}

// neighbours returns the best in reach of two pieces.
func (b *batchSearch) neighbours(c *pieceObjective, best budgeted) budgeted {
	from, to := max(1, best.steps-2*b.pieces), min(b.most(), best.steps+2*b.pieces)
	for steps := from; steps <= to && to-from <= mostNeighbours; steps++ {
		if r := b.along(c, best.u, steps); r.loss < best.loss*(1-search.Rounding) {
			best = r
		}
	}
	return best
}

// mostNeighbours bounds what is looked at in the end: of more, none is.
const mostNeighbours = 100

func (b *batchSearch) report(best budgeted) BestBatches {
	lengths := lengthsOf(best.steps, b.pieces)
	r := BestBatches{Problem: b.p.String(), Samples: b.samples, Steps: best.steps, Lengths: lengths,
		BatchSizes: best.batch, LearningRate: math.Exp(best.u), Limit: b.fine.limit, Fewer: best.loss, More: best.loss,
		Modes: b.modes, SumError: b.sum}
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
			"stability_limit", s.Limit, "price", s.Prices[k], "residual", s.Residual)
		from += s.Lengths[k]
	}
	return rows
}
