package nqmkit

import (
	"math"
	"sync/atomic"

	"nqm/nqmkit/internal/rule"
)

// block steps a few runs side by side, so that the work of a step is one loop
// over lanes x d numbers however small the problem is. Each run depends on the
// seed and its own number alone: it is the same in any block.
type block struct {
	first, lanes int
	ground       ground
	rule         rule.Rule
	batch        func(t int) float64
	theta        []float64
	gradient     []float64
	one          []float64 // coordinates of one run, for at

	loss    []float64 // of each run at step measured
	largest float64   // of loss
	dead    []int     // the step in which a run overflowed, -1 if it has not
	living  int
}

// newBlock lays out a block for the runs first, first+1, ...
func newBlock(l landscape, r recipe, seed uint64, first, lanes int) (*block, error) {
	g, err := l.lay(lanes, r.power)
	if err != nil {
		return nil, err
	}
	b := &block{
		first: first, lanes: lanes, ground: g, batch: r.batch, living: lanes,
		theta: make([]float64, lanes*l.d), gradient: make([]float64, lanes*l.d), one: make([]float64, l.d),
		loss: make([]float64, lanes), dead: make([]int, lanes),
	}
	for lane := range b.dead {
		b.dead[lane] = -1
	}
	g.begin(b.theta, seed, first)
	b.rule = r.start(b.theta, rule.Shape{
		Lanes: lanes, D: l.d, Curvature: l.curvature,
		See: func(by Approximation, _ []float64) Curvature { return l.see(by) },
	})
	return b, nil
}

// run steps the runs from the start. At step 0 and wherever look asked for it
// calls look, which returns the next step to look at, or -1 to end. Once all
// runs have overflowed no steps are taken any more. It returns false if stop
// became true before the end.
func (b *block) run(stop *atomic.Bool, look func(t int) (next int)) bool {
	b.measure(0)
	next := look(0)
	for t := 0; next >= 0; {
		if stop.Load() {
			return false
		}
		if b.living == 0 {
			next = look(next)
			continue
		}
		b.ground.gradient(b.rule.Point(b.theta), b.gradient, b.batch(t))
		b.rule.Step(b.theta, b.gradient)
		t++
		if t == next || b.watched(t) {
			b.measure(t)
		}
		if t == next {
			next = look(t)
		}
	}
	return true
}

// Divergence is looked for in each of the first steps, then now and then, and
// again in each step once a loss is huge: so its step is exact unless the loss
// grows by more than 10^100 in watchEvery steps.
const (
	watchAlways = 32
	watchEvery  = 16
	hugeLoss    = 1e200
)

func (b *block) watched(t int) bool {
	return t <= watchAlways || t%watchEvery == 0 || b.largest > hugeLoss
}

// measure computes the losses at step t. A run whose loss is not finite has
// overflowed: its loss is +Inf from then on.
func (b *block) measure(t int) {
	b.ground.loss(b.rule.Answer(b.theta), b.loss)
	b.largest = 0
	if b.living == b.lanes && total(b.loss, 0) <= hugeLoss { // of losses, which are not negative
		return
	}
	for lane, l := range b.loss {
		switch {
		case b.dead[lane] >= 0:
			b.loss[lane] = math.Inf(1)
		case l <= math.MaxFloat64:
			b.largest = max(b.largest, l)
		default:
			b.loss[lane] = math.Inf(1)
			b.dead[lane] = t
			b.living--
		}
	}
}

// at returns what the results about a lane are read from, until the next call.
func (b *block) at(lane int) []float64 {
	rule.Gather(b.one, b.rule.Answer(b.theta), lane, b.lanes)
	return b.one
}
