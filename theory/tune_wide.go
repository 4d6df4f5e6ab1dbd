package theory

import (
	"math"
	"slices"
)

// The descents of a search follow valleys of a smoothed loss. On a few directions
// the loss at one number of steps has basins that no smoothing shows: it passes
// through the target in one dip, where all directions are near a zero of their
// factors at once. One curve has the loss of its settings at every number of steps,
// so that some thousands of curves look for such dips at all of them together.

const (
	// wideWork bounds the factors that one look computes by a recurrence, wideMaps
	// those by maps in float64, and wideEngine those by the general engine: a tenth of
	// a second each, about.
	wideWork, wideMaps, wideEngine = 3e7, 3e6, 5e5
	// widest, widestEngine and fewestPoints bound the points of a look; of several settings
	// three times as many are spread as of one.
	widest, widestEngine, fewestPoints = 6000., 1500., 40
	// dipsKept is how many points are kept for each number of steps, and dipDepth how
	// far above the target, in the logarithm, a descent may begin that reaches it.
	dipsKept = 3
	dipDepth = 1.0
	// wideDescents bounds the descents of a look.
	wideDescents = 400
)

// pointsWithin returns points spread over the whole range of the settings for runs of t
// steps, as many as the work allows if each costs so many factors; none if these
// would be too few.
func (k *tuner) pointsWithin(t int, factors float64) [][]float64 {
	if !k.few() {
		return nil
	}
	dirs, _ := k.directions(0)
	work, most := wideWork, widest
	switch {
	case k.problem.Streaming || !k.everyQuick():
		work, most = wideEngine, widestEngine
	case !k.everyPlain():
		work, most = wideMaps, widest
	}
	if len(k.free) > 1 && most == widest {
		most *= 3
	}
	n := int(math.Min(most, work/(factors*float64(len(dirs)))))
	if n < fewestPoints {
		return nil
	}
	low, high := k.bounds(float64(t))
	points := make([][]float64, n)
	for i := range points {
		z := make([]float64, len(low))
		for j := range z {
			part := (float64(i) + 0.5) / float64(n)
			if j > 0 { // a Kronecker sequence over the others
				_, part = math.Modf(float64(i+1) * math.Sqrt(float64(primes[j-1])))
			}
			z[j] = low[j] + part*(high[j]-low[j])
		}
		points[i] = z
	}
	return points
}

// scattered returns where descents from the best of many points after t steps end: of
// one setting from the least of neighbours.
func (k *tuner) scattered(t int) []candidate {
	cost := 20.0
	if k.problem.Streaming || k.base.Schedule != nil { // every step is followed
		cost = float64(t)
	}
	var all, some []candidate
	for _, z := range k.pointsWithin(t, cost) {
		all = append(all, candidate{z, k.value(z, t)})
	}
	for i, c := range all {
		if len(k.free) > 1 || (i == 0 || c.value <= all[i-1].value) && (i == len(all)-1 || c.value <= all[i+1].value) {
			some = append(some, c)
		}
	}
	slices.SortStableFunc(some, byValue)
	some = some[:min(len(some), 4*keep, max(keep, len(all)/8))] // a descent costs more than a point
	for i, c := range some {
		some[i] = k.minimise(c.z, t, 0.1)
	}
	return lowestOf(some)
}

func byValue(a, b candidate) int {
	switch {
	case a.value < b.value:
		return -1
	case a.value > b.value:
		return 1
	}
	return 0
}

// dips returns, for each number of steps up to last, the best of many points.
func (k *tuner) dips(last int) [][]candidate {
	points := k.pointsWithin(last, float64(last))
	if points == nil || k.problem.Streaming || k.base.Schedule.open() >= 0 {
		return nil
	}
	dirs, _ := k.directions(0)
	best := make([][]candidate, last+1)
	losses := make([]float64, last+1)
	for _, z := range points {
		o, ok := k.at(z)
		if !ok {
			continue
		}
		k.evaluations++
		clear(losses)
		k.curve(dirs, o, losses)
		for t := 1; t <= last; t++ {
			v := math.Log(losses[t])
			b := best[t]
			if math.IsNaN(v) || len(b) == dipsKept && !(v < b[dipsKept-1].value) {
				continue
			}
			if len(b) < dipsKept {
				b = append(b, candidate{})
			}
			b[len(b)-1] = candidate{z, v}
			slices.SortStableFunc(b, byValue)
			best[t] = b
		}
	}
	return best
}

// curve adds the loss after each number of steps, in float64.
func (k *tuner) curve(dirs []Direction, o Optimizer, losses []float64) {
	if s := k.system(&o); s.plain {
		for _, d := range dirs {
			if d.Curvature != 0 {
				alpha, x := o.inDirection(d.Curvature)
				s.kernel.curve(d, x.Value(), alpha*(alpha*(d.Noise/o.batchSize())), losses)
			}
		}
		return
	}
	if e := k.system(&o).system.quickEngine(); e != nil {
		for _, d := range dirs {
			if d.Curvature != 0 {
				e.curve(d, o, losses)
			}
		}
		return
	}
	modeOf := modesOf(o)
	steps := make([]int, len(losses))
	for t := range steps {
		steps[t] = t
	}
	for _, d := range dirs {
		if d.Curvature != 0 {
			respond(modeOf(d.Curvature, d.Noise), steps, func(t int, r Response) { losses[t] += lossOf(d, r) })
		}
	}
}

// curve adds the loss of a direction by the recurrence itself: A_{t+1} = s A_t - p
// A_{t-1}, and the same for ψ, whose squares sum to the noise.
func (k *quickKernel) curve(d Direction, x, sigma2 float64, losses []float64) {
	r := k.at(x)
	half := 0.5 * d.Multiplicity * d.Curvature
	start, noise := half*d.SecondMoment(), half*k.gain*k.gain*sigma2
	factor, step := 1.0, 0.0 // A_t and A_t - A_{t-1}
	psi, rise, sum := 1.0, 1.0, 0.0
	for t := range losses {
		losses[t] += start*factor*factor + noise*sum
		sum += psi * psi
		step = r.p*step - r.u*factor
		factor += step
		rise = r.p*rise - r.u*psi
		psi += rise
	}
}

// earlier returns settings that reach the target in fewer than t steps, with their
// number; nil if none are found, and the lowest loss that was found after t-1 steps.
func (k *tuner) earlier(target float64, t int) (found []candidate, steps int, before float64) {
	before = math.Inf(1)
	if t < 2 {
		return nil, 0, before
	}
	dips := k.dips(t - 1)
	if dips == nil {
		if some := k.scattered(t - 1); some != nil {
			there := k.minimiseResolved(some, t-1, 0.1)
			if before = there[0].value; before <= target {
				return there, t - 1, before
			}
		}
		return nil, 0, before
	}
	left := wideDescents
	for steps = 1; steps < t; steps++ {
		some := dips[steps]
		if len(some) == 0 || steps < t-1 && (some[0].value > target+dipDepth || left <= 0) {
			continue
		}
		left -= len(some)
		there := k.minimiseAll(k.again(steps, some), steps, 0.1)
		if steps == t-1 {
			before = there[0].value
		}
		if there[0].value <= target {
			return there, steps, before
		}
	}
	return nil, 0, before
}
