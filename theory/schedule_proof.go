package theory

import (
	"math"

	"nqm/theory/internal/search"
)

// batchProof is a branch and bound over all T and all learning rates. With T fixed,
// let L and L' be the loss and its derivative in log α with the best batch sizes
// B at a rate, and N and N' what of them is noise at these B. Then for every
// other rate, (1+η) times as large and below the limit, and for all batch sizes
// the loss is at least
//
//	L + L' η + (N' - 2N) η²
//
// For with μ the price of a sample, weak duality has
//
//	L(α) >= bias(α) + Σ_k ψ_k(s_k) - μN       ψ_k(s) = min_{B >= 1} s²/B + μ n_k B
//
// with s_k = √V_k, and equality at the rate that μ is from. The bias is convex
// in α, a sum of even powers of 1-αa. ψ_k is convex and does not fall. And s_k =
// α g_k, where g_k is the root of a sum of squares of the convex functions
// |1-αa|^j, so convex. Each is at least its tangent, and what comes of these is
// the parabola.
//
// It holds for every loss of this form, so also for one that bounds those of
// many T (relaxed), and for fewer directions (below). Parabolas that stay above a
// bar reach from the limit down to a rate of zero, or T is divided.
type batchProof struct {
	*batchSearch
	spectra []*pieceObjective // from coarse to exact: none has more loss
	lost    []float64         // about which part of it each lacks
	best    budgeted
	work    float64 // that is left
}

const (
	// leastGap is the relative distance from the bound that is asked for.
	leastGap = 1e-6
	// mostWork bounds the sums of a proof: what a stretch does to a direction is one.
	mostWork = 1e8
	// perLoss is what a loss takes besides.
	perLoss = 500
	// leastReach is the least part of a rate that a parabola has to reach down.
	leastReach = 1e-15
)

// prove looks for a bound that is close below the best, or for something
// better, and returns the best with the bound.
func (b *batchSearch) prove(best budgeted) (budgeted, float64) {
	p := batchProof{batchSearch: b, best: best, work: mostWork}
	for _, width := range widths {
		if c := b.fine.below(width); 2*len(c.gain) < len(b.fine.gain) {
			p.spectra, p.lost = append(p.spectra, c), append(p.lost, width*width/4)
		}
	}
	p.spectra, p.lost = append(p.spectra, b.fine), append(p.lost, 0)
	bound := 0.0
	if !(best.loss > 0) {
		return best, bound
	}
	for gap := math.Sqrt(0.1); gap >= leastGap*(1-1e-9); gap /= math.Sqrt(10) {
		if !p.over(1, b.most(), math.Exp(b.highest(b.fine)), gap) {
			break
		}
		bound = p.best.loss * (1 - gap)
	}
	for _, c := range p.spectra[:len(p.spectra)-1] {
		b.spent += c.evaluations
	}
	return p.best, bound
}

// over reports whether no schedule of from <= T <= to steps and a rate up to
// edge is lower than the best by more than the gap. What it meets on the way
// that is lower becomes the best.
func (p *batchProof) over(from, to int, edge, gap float64) bool {
	if edge = p.down(from, to, edge, gap); edge == 0 {
		return true
	}
	if p.work <= 0 {
		return false
	}
	if from == to {
		r := p.along(p.fine, p.lowest(from), from)
		if r.loss >= p.best.loss*(1-search.Rounding) {
			return false
		}
		p.best = r
		return p.down(from, to, edge, gap) == 0
	}
	middle := from + (to-from)/2
	if to/2 > from {
		middle = int(math.Sqrt(float64(from) * float64(to)))
	}
	return p.over(from, middle, edge, gap) && p.over(middle+1, to, edge, gap)
}

// down returns how far down from edge the rates are covered by parabolas above
// (1-gap) of the best: 0 if all are.
func (p *batchProof) down(from, to int, edge, gap float64) float64 {
	l, spread := p.relaxed(from, to), math.Log(float64(to)/float64(from))
	for work := l.work(); p.work > 0; {
		bar := p.best.loss * (1 - gap)
		var reach, above float64
		for k, c := range p.spectra {
			if k < len(p.spectra)-1 && p.lost[k] > 16*math.Max(spread, 0.25/float64(to)) {
				continue // so few steps at once are near the best
			}
			p.work -= perLoss + float64(len(c.gain))*work
			r := c.spend(math.Log(edge), l, p.samples)
			reach, above = math.Max(reach, r.reach(bar)), r.loss/bar-1
			if lost := p.lost[k]; reach > 0.1 || lost < spread/4 || above > lost || above < -8*lost && from < to {
				break
			}
		}
		switch {
		case reach >= 1 || p.fixed > 0 && reach > 0:
			return 0
		case reach < leastReach || reach < 0.1 && above < math.Max(spread, gap)/4 || p.fixed > 0:
			return edge
		}
		edge *= 1 - reach
	}
	return edge
}

// reach is by which part the rate may fall until the parabola is down at the bar.
func (r *budgeted) reach(bar float64) float64 {
	above, slope, curve := 1-bar/r.loss, r.slope/r.loss, (r.climb-2*r.left)/r.loss
	if !(above > 0) {
		return 0
	}
	// The least positive root of above - slope s + curve s².
	d := slope*slope - 4*curve*above
	switch {
	case d < 0 || curve >= 0 && slope <= 0:
		return 1
	case slope < 0:
		return math.Min(1, (slope-math.Sqrt(d))/(2*curve))
	}
	return math.Min(1, 2*above/(slope+math.Sqrt(d)))
}

// widths are the widths in log a of directions that are made one.
var widths = []float64{0.5, 0.2, 0.06, 0.02}

// below merges neighbours of a list within a factor of e^width so that the loss
// does not grow, whatever the rate, the steps and the batch sizes: (1-αa)^2j is
// convex in a, and by Jensen's inequality not larger at a mean. The start and
// the noise have a mean of their own. Negative weights of a quadrature stay alone.
func (c *pieceObjective) below(width float64) *pieceObjective {
	r := &pieceObjective{limit: c.limit}
	add := func(gain, start, floor float64) {
		r.gain, r.start, r.floor = append(r.gain, gain), append(r.start, start), append(r.floor, floor)
	}
	for i := 0; i < len(c.gain); {
		first := c.gain[i]
		var start, at, noise, noisy float64 // sums, and those times the gain, as parts of the first
		for ; i < len(c.gain) && c.gain[i] >= first*math.Exp(-width); i++ {
			a, s, n := c.gain[i], c.start[i], c.floor[i]*c.gain[i]
			if s < 0 || n < 0 {
				add(a, s, c.floor[i])
				continue
			}
			start, at, noise, noisy = start+s, at+s*(a/first), noise+n, noisy+n*(a/first)
		}
		if start > 0 {
			add(first*(at/start), start, 0)
		}
		if noise > 0 {
			mean := first * (noisy / noise)
			add(mean, 0, noise/mean)
		}
	}
	return r
}

// relaxed returns a course with no more loss than the pieces of any T of from to
// to. If these are more than one, the start decays for the longest, and noise have
//
//   - of each piece, the steps that it has for every T: at least as many as
//     the shortest piece, from where the latest T has it; or
//   - if there are more pieces than steps, all steps of the shortest with batch sizes
//     of their own. Against the steps j that are left after a step, ψ of its noise is convex,
//     and the sum over a block at least the middle times its length.
func (b *batchSearch) relaxed(from, to int) *course {
	if from == to {
		return courseOf(lengthsOf(from, b.pieces))
	}
	r := new(course)
	if short := from / b.pieces; short > 0 {
		r.place(float64(short))
		for k, at := 0, 0; k < b.pieces; k++ {
			next := ceilOf(k+1, to, b.pieces)
			n := float64(short)
			if to-from < b.pieces {
				n = math.Max(n, float64(ceilOf(k+1, from, b.pieces)-at))
			}
			r.add(n, n, float64(next-at))
			at = next
		}
		return r.reversed()
	}
	last, steps := 0.0, 1.0 // the middle and the length of the block that is next to be added
	for begin := 1.0; begin < float64(from); begin += steps {
		length := math.Min(math.Ceil(begin*blockGrowth), float64(from)-begin)
		middle := begin + (length-1)/2
		r.add(steps, 1, middle-last)
		last, steps = middle, length
	}
	r.add(steps, 1, float64(to)-last)
	return r.reversed()
}

// blockGrowth is the length of a block as a part of what comes after it.
const blockGrowth = 0.05

// ceilOf is ⌈k·steps/pieces⌉, without overflow.
func ceilOf(k, steps, pieces int) int {
	return k*(steps/pieces) + (k*(steps%pieces)+pieces-1)/pieces
}
