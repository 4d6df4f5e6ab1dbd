package theory

import (
	"container/heap"
	"math"
	"slices"
)

// Prove shows by branch and bound that no settings are better than those of an answer
// of Search, Tune or TuneLoss on the same problem, with at most so many intervals; 0 stands
// for as many as take about a tenth of a second, and none on lists that are too long for that. It is to be had for methods with a
// scalar kernel and constant settings (SGD, heavy ball, Nesterov, the moving average of
// SGD, preconditioned or not) whose learning rate is free, and of heavy ball and the
// average also with momentum or decay. Of other answers only those of one step are proved,
// before which there is the start; the rest come back as they are.
//
// The free settings, the learning rate as its part of the limit of stability, up to
// 1 - 1.1·10^-7 of it as in Search, and momentum or decay in [0, 1], and the steps from 1 to
// T - 1 are a box. A
// lower bound of the loss over a box that is above the target excludes it (see
// prover.bound); otherwise the box is halved along the setting or the steps that make its
// bound loose, that of the lowest bound first. Where a loss in the middle of a box is not
// above the target, the answer is refuted, and the search goes on from there.
//
// The sums are in float64, which agree with the exact modes to 10^-9
// (TestQuickLossAgainstExactModes), and bounds leave room for that. A power law is summed by
// quadrature: each bound is lowered by twice the difference of the next finer one in the
// middle of the box, which is an estimate of the quadrature's error and not a bound of it.
func Prove(p Problem, answer Tuned, intervals int) (Tuned, error) {
	o := answer.Optimizer
	for i := range settings {
		if s := &settings[i]; slices.Contains(answer.Free, s.Name) {
			*s.number(&o) = Free
		}
	}
	k, err := newTuner(p, o)
	if err != nil {
		return answer, err
	}
	work := math.Inf(1)
	if intervals == 0 {
		intervals, work = mostBoxes, proofWork/float64(2*len(k.free)-1)
	}
	k.sharp = answer.Budget > 0
	err = k.prove(&answer, intervals, work)
	answer.Evaluations += k.evaluations
	return answer, err
}

const (
	// proofGuard is the relative accuracy of the sums of a proof.
	proofGuard = 1e-9
	// provedGap is how much lower, of itself, a loss could be that TuneLoss proves to be
	// the lowest.
	provedGap = 1e-7
	// proofWork bounds the factors that a proof with one free setting computes where
	// nothing else is asked for; one with two gets a third. It is not begun on so many
	// directions that it ends before fewestBoxes.
	proofWork   = 1e6
	fewestBoxes = 16
)

// proofBox is a box of settings and steps, with what is known of the loss there.
type proofBox struct {
	low, high [2]float64 // y, and the other free setting
	from, to  int        // steps
	rung      int
	boxBound
}

func (b *proofBox) middle() patch {
	var s patch
	for a := range s.center {
		s.center[a], s.radius[a] = (b.low[a]+b.high[a])/2, (b.high[a]-b.low[a])/2
	}
	return s
}

// halves splits a box; ok is false if it is a point.
func (b *proofBox) halves() (left, right *proofBox, ok bool) {
	left, right = &proofBox{}, &proofBox{}
	*left, *right = *b, *b
	if b.axis == alongSteps {
		mid := b.from + (b.to-b.from)/2
		left.to, right.from = mid, mid+1
		return left, right, true
	}
	mid := (b.low[b.axis] + b.high[b.axis]) / 2
	left.high[b.axis], right.low[b.axis] = mid, mid
	return left, right, b.low[b.axis] < mid && mid < b.high[b.axis]
}

// openBoxes is a heap, the lowest bound first.
type openBoxes []*proofBox

func (h openBoxes) Len() int           { return len(h) }
func (h openBoxes) Less(i, j int) bool { return h[i].least < h[j].least }
func (h openBoxes) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *openBoxes) Push(x any)        { *h = append(*h, x.(*proofBox)) }
func (h *openBoxes) Pop() any {
	last := len(*h) - 1
	b := (*h)[last]
	*h = (*h)[:last]
	return b
}

// proof is what was shown of the loss in a box.
type proof struct {
	bound float64   // no loss is lower
	boxes int       // that were bounded
	hit   *proofBox // in whose middle the loss is not above what was to be proved
}

// above shows that no loss after from to to steps is at or below a value, as far as
// the boxes and factors reach: if the bound is above it, it is shown.
func (v *prover) above(value float64, from, to, boxes int, work float64) proof {
	whole := &proofBox{high: [2]float64{1 / (1 + math.Exp(-maxLogit)), 0}, from: from, to: to}
	if v.axes == 2 {
		whole.high[1] = 1
	}
	open, done := openBoxes{}, proof{}
	put := func(b *proofBox) bool {
		done.boxes++
		v.bound(b, value)
		if b.central <= value {
			done.hit = b
		}
		heap.Push(&open, b)
		return done.hit == nil
	}
	for more := put(whole); more; {
		b := open[0]
		if done.bound = b.least; b.least > value || done.boxes+2 > boxes || v.work > work {
			break
		}
		left, right, ok := b.halves()
		if !ok {
			break
		}
		heap.Pop(&open)
		more = put(left) && put(right)
	}
	done.bound = math.Max(done.bound, 0)
	return done
}

// prove fills in what can be proved of an answer, with at most so many boxes and factors.
func (k *tuner) prove(answer *Tuned, boxes int, work float64) error {
	v := newProver(k)
	if answer.provedByStart() || v == nil {
		return nil
	}
	answer.Intervals = 0
	if work < fewestBoxes*v.perBox() {
		return nil
	}
	limit := answer.Steps.Limit
	for range tries {
		if answer.provedByStart() {
			return nil
		}
		wanted, from, to := answer.Target, 1, answer.Steps.Steps-1
		value := wanted * (1 + proofGuard)
		if answer.Budget > 0 {
			wanted, from, to = answer.Steps.Loss*(1-provedGap), answer.Budget, answer.Budget
			value = wanted
		} else if answer.Steps.Outcome != Reached {
			to = limit
		}
		done := v.above(value, from, to, boxes-answer.Intervals, work)
		answer.Intervals += done.boxes
		answer.Bound, answer.Proved = done.bound, done.bound > value
		if done.hit == nil {
			return nil
		}
		answer.Bound, answer.Proved = 0, false
		t := done.hit.best
		found := k.minimiseResolved([]candidate{{z: v.coordinates(done.hit.middle().center)}}, t, 0.1)
		if goal := math.Log(wanted); !(found[0].value <= goal) {
			return nil // it is too close to tell
		}
		var err error
		if answer.Budget > 0 {
			err = k.atEnd(answer, found[0], t)
		} else {
			err = k.settle(answer, math.Log(answer.Target), t, found, limit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// provedByStart reports whether the target is reached at once or after one step: no setting
// changes the loss of the start. It then says so in the answer.
func (t *Tuned) provedByStart() bool {
	if t.Budget > 0 || t.Steps.Outcome != Reached || t.Steps.Steps > 1 {
		return false
	}
	t.Proved, t.Bound = true, t.Steps.Before
	return true
}

// perBox is about how many factors a box takes.
func (v *prover) perBox() float64 {
	return float64(len(v.modesOf(0))) * (math.Pow(interpolatedPoints, float64(v.axes)) + 3*float64(v.axes) + 4)
}

// coordinates are those of the search.
func (v *prover) coordinates(at [2]float64) []float64 {
	z := []float64{math.Min(math.Log(at[0]/(1-at[0])), maxLogit)}
	o := v.base
	if v.axes == 2 {
		*v.free[1].number(&o) = at[1]
		z = append(z, -math.Log1p(-at[1]))
	}
	z[0] -= math.Log1p(-o.Momentum)
	return z
}
