package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/search"
)

// maxStepwise is the limit of runs whose steps are all different.
const maxStepwise = 1 << 14

// Tune returns Search's answer with Prove's proof, as far as it is to be had in about a
// tenth of a second: the best settings for a target, proved or searched.
func Tune(p Problem, target float64, o Optimizer, limit int) (Tuned, error) {
	answer, err := Search(p, target, o, limit)
	if err != nil {
		return answer, err
	}
	return Prove(p, answer, 0)
}

// Search returns the settings with which o reaches the target in the fewest
// steps. Settings with the value Free are chosen, all together and
// continuously: the learning rate up to its limit of stability (of a schedule its
// highest rate), momentum and EMA decay in [0, 1), velocity weight and
// preconditioning power in [0, 1]. The others stay. A schedule without a length is stretched over T steps,
// so that o.Cosine() with a free learning rate gets its best peak; then the loss
// at the end of the run counts, whether or not it was below the target before.
//
// Steps to target are a staircase in the settings, but the loss after a fixed
// number of steps is smooth, and the same optimum is the smallest T whose lowest
// loss is at or below the target. T is found as a root, with Newton descents in
// the settings at each T, and then the whole range of settings is searched
// again at T - 1. On up to 128 directions, whose losses dip, the curves of up to 6000
// settings spread over the whole range look for dips below the target at every number
// of steps before T. The answer's Steps is the exact certificate of its settings;
// BestBefore is the lowest loss that was found at T - 1. That nothing better
// exists is the outcome of this search; Prove may show it. (Of some thousand random
// questions, plain grids of 400 to 3200 settings were better than none:
// TestNoGridBeatsTune.)
//
// A limit of 0 means MaxSteps; under a schedule or multiplicative noise, where
// every loss is followed step by step, it means 2^14. If no settings were found
// that reach the target within the limit, the answer has those with the lowest
// loss there, and that loss as BestBefore. For a target that the start is at or
// below already, T is 0 and BestBefore the loss of the start.
// The errors name a search whose losses take more than some ten seconds, as those of several
// settings under a schedule or multiplicative noise may; an optimizer without a free setting, an
// invalid one or an invalid problem, and a target or limit out of range as in StepsToTarget.
func Search(p Problem, target float64, o Optimizer, limit int) (Tuned, error) {
	if err := checkTarget(target, limit); err != nil {
		return Tuned{}, err
	}
	k, err := newTuner(p, o)
	if err != nil {
		return Tuned{}, err
	}
	if limit == 0 {
		limit = MaxSteps
		if o.Schedule != nil || p.Streaming || k.inside().changing() > 0 {
			limit = maxStepwise
		}
	}
	answer := Tuned{Problem: p.String(), Family: o.Family(), Free: k.names(), Target: target}
	err = k.within(mostSearched, func() error { return k.tune(&answer, limit) })
	answer.Evaluations += k.evaluations
	return answer, err
}

// settingsTried is the order of how many settings a search looks at.
const settingsTried = 32

// TuneLoss returns the settings with the lowest expected loss after a number of
// steps >= 1, searched for as by Search and proved as by Prove. Its Steps.Loss is that
// loss.
func TuneLoss(p Problem, steps int, o Optimizer) (Tuned, error) {
	if steps < 1 || steps > MaxSteps {
		return Tuned{}, fmt.Errorf("theory: budget of %d steps: want 1 to %d", steps, MaxSteps)
	}
	k, err := newTuner(p, o)
	if err != nil {
		return Tuned{}, err
	}
	stretched, err := o.Over(steps)
	if err != nil {
		return Tuned{}, err
	}
	if err := affordable(p, steps, stretched, settingsTried); err != nil {
		return Tuned{}, err
	}
	k.sharp = true
	answer := Tuned{Problem: p.String(), Family: o.Family(), Free: k.names(), Budget: steps}
	err = k.within(mostSearched, func() error {
		found := k.minima(steps, k.smoothValleys(steps, true, nil), nil)
		if some := k.scattered(steps); some != nil {
			found = lowestOf(append(k.minimiseResolved(some, steps, 0.1), found...))
		}
		return k.atEnd(&answer, found[0], steps)
	})
	answer.BestBefore = answer.Steps.Before
	answer.Evaluations += k.evaluations
	if err != nil {
		return answer, err
	}
	return Prove(p, answer, 0)
}

// tune fills in the answer.
func (k *tuner) tune(answer *Tuned, limit int) error {
	if start, err := ExpectedLoss(k.problem, 0, SGD(1)); err == nil && start <= answer.Target { // before any step
		err := k.certify(answer, k.minima(1, k.smoothValleys(1, true, nil), nil)[0], 1, limit)
		answer.BestBefore = answer.Steps.Before
		return err
	}
	target := math.Log(answer.Target)
	t, valleys := k.smoothRoot(target, k.bracket(target, limit))
	t, found := k.later(target, t, k.minima(t, valleys, nil), t/1000, limit)
	if found[0].value > target {
		dip, steps, lowest := k.earlier(target, t+1)
		if dip == nil {
			answer.BestBefore = math.Exp(math.Min(found[0].value, lowest))
			return k.atEnd(answer, found[0], t)
		}
		t, found = steps, dip
	}
	return k.settle(answer, target, t, found, limit)
}

// later returns the first t that is tried, ever more steps on from one, at which settings are
// found to reach the target, or the limit.
func (k *tuner) later(target float64, t int, found []candidate, more, limit int) (int, []candidate) {
	for ; found[0].value > target && t < limit; more *= 2 {
		more = max(more, 1)
		t = min(limit, t+more)
		found = k.minimiseResolved(found, t, 0.1)
	}
	return t, found
}

// settle fills in the answer from settings that are found to reach the target, in the
// logarithm, after t steps.
func (k *tuner) settle(answer *Tuned, target float64, t int, found []candidate, limit int) error {
	for range tries {
		var before float64
		t, found, before = k.fewest(target, t, found)
		for {
			dip, steps, lowest := k.earlier(target, t)
			if before = math.Min(before, lowest); dip == nil {
				break
			}
			t, found, before = k.fewest(target, steps, dip)
		}
		answer.BestBefore = math.Exp(before)
		if err := k.certify(answer, found[0], t, limit); err != nil {
			return err
		}
		switch s := answer.Steps; {
		case s.Outcome == Reached && s.Steps < t && s.Steps > 0:
			// These settings come down to the target even earlier.
			t = s.Steps
			if found = k.minimiseResolved(found, t, 0.1); found[0].value > target { // the search does not see it
				answer.BestBefore = s.Before
				return nil
			}
		case s.Outcome == Reached || t >= limit:
			if s.Outcome == Reached && (s.Steps <= 1 || answer.BestBefore <= answer.Target) {
				answer.BestBefore = s.Before // that of the start, or of the answer where the search's rounding is in the way
			}
			return nil
		default: // the search's sums are a rounding error too low
			target -= k.fine(t)
			some := int(float64(t) * k.fine(t))
			if t, found = k.later(target, t+1, k.minimiseResolved(found, t+1, 0.1), some, limit); found[0].value > target {
				return k.atEnd(answer, found[0], t)
			}
		}
	}
	return k.atEnd(answer, found[0], t)
}

// certify fills in the settings of a candidate, and the exact answer for them.
// Methods that are followed step by step are not followed beyond T.
func (k *tuner) certify(answer *Tuned, c candidate, t, limit int) error {
	if k.base.Schedule.open() >= 0 {
		return k.atEnd(answer, c, t)
	}
	answer.Optimizer, _ = k.at(c.z)
	followed := k.problem.Streaming || !hasLossBounds(answer.Optimizer)
	if followed && t > MaxScan {
		return k.atEnd(answer, c, t)
	}
	if followed {
		limit = t
	}
	s, err := stepsToTarget(k.problem, answer.Target, answer.Optimizer, limit, true)
	answer.Steps = s
	answer.Evaluations += s.Evaluations
	if err == nil && s.Outcome == NotWithinLimit && s.Checked < t { // more steps than can be looked at one by one
		return k.atEnd(answer, c, t)
	}
	return err
}

// atEnd fills in the settings of a candidate, and the exact loss at the end of a
// run of t steps.
func (k *tuner) atEnd(answer *Tuned, c candidate, t int) error {
	o, _ := k.at(c.z)
	o, err := o.Over(t)
	if err != nil {
		return err
	}
	curve, err := Expect(k.problem, []int{t - 1, t}, o)
	if err != nil {
		return err
	}
	answer.Optimizer = o
	answer.Evaluations += 2
	s := Steps{Problem: curve.Problem, Method: curve.Method, Family: curve.Family, Target: answer.Target, Limit: t,
		Outcome: NotWithinLimit, Steps: -1, Before: curve.Loss[0], Loss: curve.Loss[1], Checked: t,
		Settles: NotAsked, SettleSteps: -1, Floor: curve.Floor, Modes: curve.Modes, SumError: curve.SumError}
	switch {
	case answer.Budget > 0 || s.Loss <= s.Target:
		s.Outcome, s.Steps = Reached, t
	case math.IsInf(s.Loss, 1) && math.IsInf(s.Floor, 1) && !o.engine(1, 1).frozen(): // else it overflows
		s.Outcome = Diverges
	}
	answer.Steps = s
	return nil
}

// tries bounds how often the search and the certificate of its answer are
// brought together. They differ by the rounding error of the search's sums, or
// where a ringing loss comes down to the target before T.
const tries = 20

// bracket returns a number of steps in which the learning rate alone, or
// whichever setting is the first that is free, reaches the target, or the limit.
func (k *tuner) bracket(target float64, limit int) int {
	line := *k
	line.free, line.seen = k.free[:1], &seenSystem{}
	defer func() { k.evaluations, k.left = line.evaluations, line.left }()
	for t := 1; t < limit; t = min(limit, 4*t) {
		low, high := line.bounds(float64(t))
		for _, c := range line.grid(t, 2.5, low, high) {
			if c.value <= target {
				return t
			}
		}
	}
	return limit
}

// smoothRoot returns the smallest t <= high at which the smooth loss reaches the
// target, and its valleys there.
func (k *tuner) smoothRoot(target float64, high int) (t int, valleys []candidate) {
	valleys = k.smoothValleys(high, true, nil)
	if valleys[0].value > target {
		return high, valleys
	}
	r := search.CountFrom(high, valleys[0].value-target, 2, high)
	for r.Open(1e-3) {
		mid := r.Next()
		there := k.smoothValleys(mid, false, valleys)
		r.See(mid, there[0].value-target)
		if r.High == mid {
			valleys = there
		}
	}
	return r.High, valleys
}

// fewest returns the smallest t <= high at which some settings are found to
// reach the target, given those that do at high, the best candidates there and
// the lowest value found at t - 1.
func (k *tuner) fewest(target float64, high int, found []candidate) (t int, best []candidate, before float64) {
	r := search.CountFrom(high, found[0].value-target, 1.002, high)
	for {
		for r.Open(0) {
			mid := r.Next()
			there := k.minimiseResolved(found, mid, 0.1)
			r.See(mid, there[0].value-target)
			if r.High == mid {
				found = there
			}
		}
		if r.High == 1 {
			return 1, found, math.Inf(1)
		}
		there := k.minima(r.High-1, k.smoothValleys(r.High-1, true, nil), found)
		if there[0].value > target {
			return r.High, found, there[0].value
		}
		found = there
		r = search.CountFrom(r.High-1, there[0].value-target, 1.002, high)
	}
}
