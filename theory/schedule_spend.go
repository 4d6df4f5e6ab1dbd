package theory

import (
	"math"
	"slices"

	"nqm/theory/internal/dd"
)

// budgeted is the lowest loss with one T and α.
type budgeted struct {
	steps int
	u     float64 // log α
	loss  float64
	slope float64   // ∂L/∂u at the best batch sizes
	batch []float64 // B
	noise []float64 // V
	// left is what of the loss is noise, and climb its derivative in u at these
	// batch sizes.
	left, climb float64
}

// stretch is steps that share a batch size. Their noise is that of the last
// `noisy` of them, times the part that makes it up to all, and the stretch before ends
// `stride` steps before this one does; both are places among the lengths. For a
// piece of a schedule all three are its steps; what bounds schedules has less noise.
type stretch struct {
	steps, part   float64
	noisy, stride int
}

// course is made of stretches, first to last.
type course struct {
	lengths   []float64 // each that there is, once
	stretches []stretch
	steps     []float64 // of each stretch
	total     float64   // all strides
}

func (r *course) add(steps, noisy, stride float64) {
	r.stretches = append(r.stretches, stretch{steps, steps / noisy, r.place(noisy), r.place(stride)})
	r.steps = append(r.steps, steps)
	r.total += stride
}

func (r *course) place(length float64) int {
	k := slices.Index(r.lengths, length)
	if k < 0 {
		k = len(r.lengths)
		r.lengths = append(r.lengths, length)
	}
	return k
}

// reversed is a course that was put together from its end.
func (r *course) reversed() *course {
	slices.Reverse(r.stretches)
	slices.Reverse(r.steps)
	return r
}

// courseOf is that of pieces.
func courseOf(lengths []int) *course {
	r := &course{lengths: []float64{float64(slices.Min(lengths))}}
	for _, n := range lengths {
		r.add(float64(n), float64(n), float64(n))
	}
	return r
}

// spend returns the best batch sizes for a given rate, with the derivative in its
// logarithm u, in which the batch sizes stay as they are (the envelope theorem).
func (c *pieceObjective) spend(u float64, of *course, samples float64) budgeted {
	c.evaluations++
	alpha := math.Exp(u)
	r := budgeted{u: u, noise: make([]float64, len(of.stretches))}
	climbs := make([]float64, len(of.stretches)) // ∂V/∂u
	moves := make([]move, len(of.lengths))
	var bias, slope dd.Sum
	for i, a := range c.gain {
		left, left1 := 1.0, 0.0 // of what was there so long before the end
		if c.floor[i] == 0 {
			m := moveOf(alpha, a, 0, of.total)
			left, left1 = m.q, m.q1
		} else {
			one := moveOf(alpha, a, c.floor[i], 1)
			for k, n := range of.lengths {
				if k > 0 && n == of.lengths[k-1]+1 {
					moves[k] = moves[k-1].then(one)
					continue
				}
				moves[k] = moveOf(alpha, a, c.floor[i], n)
			}
			for k := len(of.stretches) - 1; k >= 0; k-- {
				s := &of.stretches[k]
				m, over := &moves[s.noisy], &moves[s.stride]
				r.noise[k] += s.part * left * m.n
				climbs[k] += s.part * (left1*m.n + left*m.n1)
				left, left1 = left*over.q, left1*over.q+left*over.q1
			}
		}
		bias.Add(c.start[i] * left)
		slope.Add(c.start[i] * left1)
	}
	r.batch = shareOut(r.noise, of.steps, samples)
	for k, b := range r.batch {
		r.left += r.noise[k] / b
		r.climb += climbs[k] / b
	}
	r.loss, r.slope = bias.Value()+r.left, slope.Value()+r.climb
	return r
}

// then is what m and b do after each other, without the second derivatives.
func (m *move) then(b move) move {
	return move{q: m.q * b.q, q1: m.q1*b.q + m.q*b.q1, n: b.q*m.n + b.n, n1: b.q1*m.n + b.q*m.n1 + b.n1}
}

// work is how much there is to do in a direction, in stretches: a power takes as
// long as many.
func (r *course) work() float64 {
	const power, step = 16, 2
	n := len(r.stretches)
	for k, l := range r.lengths {
		if n += step; k == 0 || l != r.lengths[k-1]+1 {
			n += power
		}
	}
	return float64(n)
}

// shareOut minimises Σ V_k/B_k subject to Σ n_k B_k = N and B_k >= 1, for N >= Σ n_k:
// B_k = max(1, τ √(V_k/n_k)). As τ grows the pieces leave B = 1 in the order of
// V_k/n_k.
func shareOut(noise []float64, lengths []float64, samples float64) []float64 {
	n := len(noise)
	root := make([]float64, n)
	order := make([]int, n)
	var atOne, weight float64 // samples of the pieces with B = 1; Σ n √(V/n) of the others
	for k := range root {
		root[k] = math.Sqrt(math.Max(0, noise[k]/lengths[k]))
		order[k] = k
		atOne += lengths[k]
	}
	slices.SortStableFunc(order, func(i, j int) int { return descending(root[i], root[j]) })
	batch := make([]float64, n)
	tau := 0.0
	for _, k := range order {
		// Invariant: tau spends all samples if the pieces so far are above one.
		if root[k] == 0 || tau > 0 && tau*root[k] <= 1 {
			break
		}
		atOne -= lengths[k]
		weight += lengths[k] * root[k]
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
