package theory

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory/internal/dd"
	"nqm/theory/internal/search"
)

// StabilityLimit returns the end of the first window of stability, the least
// learning rate at which o, whatever its own LearningRate, has no steady state on p.
// With additive noise it does not depend on the batch size:
//
//	SGD, also averaged      2 / max h^(1-p)
//	heavy ball              2(1+β) / max h^(1-p)
//	Nesterov                2(1+β)/(1+2β) / max h^(1-p)
//	schedule-free SGD       2/(1-β) / max h^(1-p)
//	DANA-constant           4/(2+r) / max h^(1-p), -decaying as SGD
//	Lookahead, k and s      of SGD, k odd: (1 + (2/s-1)^(1/k)) / max h^(1-p);
//	                        over a velocity the first root of its cycle's polynomial
//
// Below it all is stable. Beyond it all is unstable, except for Lookahead over a
// velocity, which may be stable again: see StabilityWindows.
//
// Under multiplicative noise it is where the common sum of the directions stops
// to settle, and depends on it: for SGD α/B Σ h/(2 - αh(1+1/B)) = 1. +Inf if there is
// no curvature. The errors are those of StabilityWindows, but for the number of
// directions.
func StabilityLimit(p Problem, o Optimizer) (float64, error) {
	largest, err := stiffest(p, &o)
	switch {
	case err != nil:
		return 0, err
	case largest == 0:
		return math.Inf(1), nil
	case p.Streaming:
		return o.streamingLimit(p, o.unitLimit()/largest)
	}
	windows, err := o.windowsOfX(true)
	if err != nil {
		return 0, err
	}
	return windows[0].High / largest, nil
}

// StabilityWindows returns the learning rates at which o, whatever its own
// LearningRate, has a steady state on p: open windows in increasing order, the first
// from 0 to StabilityLimit. There is one only, except for Lookahead over a rule with a
// velocity: its slow steps meet a mode that rings at the same phase of every cycle,
// and can drive it in some windows of x = αh and damp it again beyond. A learning rate
// is stable where that holds for x = αh^(1-p) of every direction with curvature.
//
// The borders are isolated, not sampled: between them the conditions of stability of
// the whole cycle are enclosed together with their slopes, so that no window is missed,
// but for one that is narrower than 10^-13 of its place. They are accurate to 10^-14
// where the condition is not nearly tangent to its border.
//
// The errors name an invalid problem or method, a schedule, Lookahead under
// multiplicative noise, a cycle whose borders are not isolated within 2^18
// boxes (some 10^4 windows), and more than 10^6 directions, or 10^7 windows of directions, where there is
// more than one window.
func StabilityWindows(p Problem, o Optimizer) ([]Window, error) {
	largest, err := stiffest(p, &o)
	switch {
	case err != nil:
		return nil, err
	case largest == 0:
		return []Window{{0, math.Inf(1)}}, nil
	case p.Streaming:
		high, err := o.streamingLimit(p, o.unitLimit()/largest)
		if err != nil {
			return nil, err
		}
		return []Window{{0, high}}, nil
	}
	of, err := o.windowsOfX(false)
	if err != nil {
		return nil, err
	}
	windows := scaledWindows(of, largest, math.Inf(1))
	if len(of) == 1 {
		return windows, nil
	}
	all, err := o.everyX(p, len(of))
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		windows = common(windows, scaledWindows(of, x, windows[len(windows)-1].High))
	}
	return windows, nil
}

// windowsOfX returns the windows of x = αh; of them only the first if firstOnly.
func (o Optimizer) windowsOfX(firstOnly bool) ([]Window, error) {
	s := o.system()
	if o.LookaheadSteps == 0 {
		return []Window{{0, s.limit()}}, nil
	}
	all, ok := s.cycle().windows(firstOnly)
	if !ok {
		return nil, fmt.Errorf("theory: the windows of stability of %s over %d steps are not isolated within %d boxes of αh", o.Family(), o.LookaheadSteps, mostBoxes)
	}
	return all, nil
}

const (
	mostDirections = 1_000_000
	mostWindows    = 10_000_000
)

// everyX returns the different x of all directions at α = 1, the largest first.
func (o Optimizer) everyX(p Problem, windows int) ([]float64, error) {
	count := math.Max(float64(p.Len()), p.Law.Count)
	if count > mostDirections || count*float64(windows) > mostWindows {
		return nil, fmt.Errorf("theory: %s has %d windows of αh, and each of %g directions its own of α: want at most %d directions, and %d windows in all", o.Family(), windows, count, mostDirections, mostWindows)
	}
	var all []float64
	add := func(h float64) {
		if h > 0 {
			_, x := o.inDirection(h)
			all = append(all, x.Value())
		}
	}
	for _, d := range p.list() {
		add(d.Curvature)
	}
	for i := float64(p.Len() + 1); i <= p.Law.Count; i++ {
		add(p.Law.Curvature.At(i))
	}
	slices.Sort(all)
	slices.Reverse(all)
	return slices.Compact(all), nil
}

// scaledWindows are windows of x as windows of α, as far as they begin below most.
func scaledWindows(of []Window, x, most float64) (all []Window) {
	for _, w := range of {
		if w.Low/x >= most {
			break
		}
		all = append(all, Window{w.Low / x, w.High / x})
	}
	return all
}

// common is where both lie.
func common(a, b []Window) (all []Window) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if w := (Window{math.Max(a[i].Low, b[j].Low), math.Min(a[i].High, b[j].High)}); w.Low < w.High {
			all = append(all, w)
		}
		if a[i].High < b[j].High {
			i++
		} else {
			j++
		}
	}
	return all
}

// stiffest checks a question about o at any learning rate, and returns the largest
// x = αh at α = 1.
func stiffest(p Problem, o *Optimizer) (float64, error) {
	o.LearningRate = 1
	if err := check(p, *o); err != nil {
		return 0, err
	}
	if o.Schedule != nil {
		return 0, fmt.Errorf("theory: %s with a schedule has no stability limit: its settings change", o.Family())
	}
	switch {
	case o.DecoupledDecay:
		return 0, fmt.Errorf("theory: the stability limit of %s is not offered: its learning rate is in the decay too", o.Family())
	case o.changing() == forever && p.Streaming:
		return 0, fmt.Errorf("theory: the stability limit of %s under multiplicative noise is not offered", o.Family())
	case o.WeightDecay != 0 && p.Streaming:
		return 0, fmt.Errorf("theory: the stability limit of %s under multiplicative noise is not offered", o.Family())
	}
	largest := 0.0
	for _, d := range p.sample() {
		_, x := o.inDirection(d.Curvature)
		largest = math.Max(largest, x.Value())
	}
	return largest, nil
}

// unitLimit is the limit of αh of the rule.
func (o Optimizer) unitLimit() float64 { return o.system().limit() }

// streamingLimit is the root of gain = 1; the gain rises with the learning rate.
func (o Optimizer) streamingLimit(p Problem, high float64) (float64, error) {
	if o.LookaheadSteps != 0 {
		return 0, fmt.Errorf("theory: the limit of %s under multiplicative noise is not offered", o.Family())
	}
	o.UniformAverage, o.Decay = false, 0
	gain := func(alpha float64) float64 {
		o.LearningRate = alpha
		look := func(d []Direction) []float64 {
			g, err := newFeedback(d, o)
			if err != nil || !g.stable {
				return []float64{math.Inf(1)}
			}
			return []float64{g.gain.At(0, 0)}
		}
		dirs, _ := p.nodes(look)
		return look(dirs)[0]
	}
	b := search.Between(0, 1, high, math.Inf(-1))
	b.Close(func(alpha float64) float64 { return 1 - gain(alpha) }, 0, 1e-15)
	return b.Low, nil
}

// limit returns the least x > 0 at which the rule is not stable in the end, +Inf if
// there is none.
func (s *system) limit() float64 {
	if s.rule.states < 3 {
		return s.alone.limit()
	}
	return cubicLimit(s.plain)
}

// cubicLimit is that of a step of three variables, whose characteristic polynomial
// z³ + a2 z² + a1 z + a0 has coefficients that are affine in x. From a stable x on, a
// root leaves the unit circle first where one of these is 0 (Jury's conditions):
//
//	1 - a2 + a1 - a0             at z = -1
//	1 - a1 + a0 a2 - a0²         of a pair
func cubicLimit(u update) float64 {
	at := func(x float64) (flip, pair float64) {
		a := u.affine(dd.Exact(x)).dev.FromIdentity()
		minor := func(i, j int) dd.Number { return a[i][i].Mul(a[j][j]).Sub(a[i][j].Mul(a[j][i])) }
		cofactor := func(j, k int) dd.Number { return a[1][j].Mul(a[2][k]).Sub(a[1][k].Mul(a[2][j])) }
		one := dd.Exact(1)
		a2 := a[0][0].Add(a[1][1]).Add(a[2][2]).Neg()
		a1 := minor(0, 1).Add(minor(0, 2)).Add(minor(1, 2))
		a0 := a[0][0].Mul(cofactor(1, 2)).Sub(a[0][1].Mul(cofactor(0, 2))).Add(a[0][2].Mul(cofactor(0, 1))).Neg()
		return one.Sub(a2).Add(a1).Sub(a0).Value(), one.Sub(a1).Add(a0.Mul(a2)).Sub(a0.Mul(a0)).Value()
	}
	flip0, pair0 := at(0)
	flip1, pair1 := at(1)
	_, pair2 := at(2)
	least := math.Inf(1)
	if fall := flip0 - flip1; fall > 0 {
		least = flip0 / fall
	}
	bend := (pair2 - 2*pair1 + pair0) / 2
	slope := pair1 - pair0 - bend
	const none = 0x1p-40 // of an x that is 0 but for rounding
	for _, root := range quadraticRoots(bend, slope, pair0) {
		if root > none {
			least = math.Min(least, root)
		}
	}
	return least
}

// quadraticRoots are the real roots of a x² + b x + c.
func quadraticRoots(a, b, c float64) []float64 {
	d := b*b - 4*a*c
	if d < 0 {
		return nil
	}
	q := -(b + math.Copysign(math.Sqrt(d), b)) / 2
	return []float64{q / a, c / q}
}
