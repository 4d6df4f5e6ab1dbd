package theory

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"nqm/theory/internal/search"
)

// tuner searches the free settings for the lowest loss after t steps. All
// values are logarithms of losses.
type tuner struct {
	space
	problem     Problem
	rung        int  // of the ladder of quadratures that sums use
	sharp       bool // the loss itself is asked for
	smooth      bool // search without the oscillation of ringing momentum
	dirs        [][]Direction
	quicks      []*quick
	evaluations int
	left        float64 // of mostSearched
}

// candidate is a setting found by a search, and the logarithm of its loss.
type candidate struct {
	z     []float64
	value float64
}

// coarseDirections is how many directions a list may have that is searched as
// it is; a longer one is searched on bins first, then compressed.
const coarseDirections = 400

// finestSearched is the last rung of the ladder that a search climbs to. Where
// it is not fine enough, the certificate is, and the answer follows it.
const finestSearched = 4

// fine is the accuracy in the logarithm of the loss that one step more or less
// of t asks for.
func (k *tuner) fine(t int) float64 {
	if k.sharp {
		return finest
	}
	return math.Max(finest, 0.01/float64(t))
}

// finest is what the quadratures and the descents can tell apart.
const finest = 1e-9

// mostSearched bounds the work of a search in units of mostFollowed: some ten seconds.
const mostSearched = 0.75 * mostFollowed

// costOfWalk is what a step of a quickWalk of n variables costs in a direction.
var costOfWalk = [maxVariables + 1]float64{1: 1, 2: 2, 3: 8, 4: 10}

// tooDear is how many steps the losses have for which a search has no work left.
type tooDear int

// spend takes the work of losses after t steps off what is left; search catches what is
// thrown when there is nothing.
func (k *tuner) spend(t int, work float64) {
	if k.left -= work; k.left < 0 {
		panic(tooDear(t))
	}
}

// within runs a search that may spend so much.
func (k *tuner) within(most float64, search func() error) (err error) {
	defer func() {
		switch t := recover().(type) {
		case nil:
		case tooDear:
			err = fmt.Errorf("theory: the search for the best %s of %s on %v would take too long: %d settings were looked at for up to %d steps, some ten seconds of losses; want fewer free settings, fewer directions or fewer steps", strings.Join(k.names(), ", "), k.inside().Family(), k.problem, k.evaluations, int(t))
		default:
			panic(t)
		}
	}()
	k.left = most
	return search()
}

func newTuner(p Problem, o Optimizer) (*tuner, error) {
	s, err := newSpace(p, o)
	if err != nil {
		return nil, err
	}
	return &tuner{space: s, problem: p, left: math.Inf(1)}, nil
}

// directions returns those of a rung; ok is false beyond the last.
func (k *tuner) directions(rung int) (dirs []Direction, ok bool) {
	for len(k.dirs) <= rung {
		next, ok := k.rungOf(len(k.dirs))
		if !ok {
			return nil, false
		}
		k.dirs = append(k.dirs, next)
	}
	return k.dirs[rung], true
}

func (k *tuner) rungOf(rung int) (dirs []Direction, ok bool) {
	p := k.problem
	if p.Law.Count != 0 {
		if rung > finestSearched || rung > 0 && float64(len(k.dirs[rung-1])) >= p.Law.Count {
			return nil, false
		}
		return p.Law.nodes(ladder[rung]), true
	}
	all := p.list()
	switch last := k.lastOfList(); {
	case rung > last:
		return nil, false
	case rung == last:
		return all, true
	case rung == 0:
		return binned(all), true
	}
	return compressed(all), true
}

// lastOfList is the rung that has all directions of a list.
func (k *tuner) lastOfList() int {
	switch {
	case k.problem.Len() <= coarseDirections:
		return 0
	case k.problem.Streaming: // where each direction acts on the others
		return 1
	}
	return 2
}

// binned merges directions of nearly the same curvature, for searches only.
func binned(all []Direction) []Direction {
	sorted := append([]Direction(nil), all...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Curvature > sorted[j].Curvature })
	var bins []Direction
	from := 0
	for i := range sorted {
		if next := i + 1; next == len(sorted) || sorted[next].Curvature < 0.97*sorted[from].Curvature {
			bins = append(bins, merged(sorted[from:next]))
			from = next
		}
	}
	return bins
}

// merged is the mean of directions, with their number.
func merged(dirs []Direction) Direction {
	var m Direction
	for _, d := range dirs {
		m.Multiplicity += d.Multiplicity
		m.Curvature += d.Multiplicity * d.Curvature
		m.Noise += d.Multiplicity * d.Noise
		m.Variance += d.Multiplicity * d.SecondMoment()
	}
	m.Curvature /= m.Multiplicity
	m.Noise /= m.Multiplicity
	m.Variance /= m.Multiplicity
	return m
}

// value returns the logarithm of the loss at a point after t steps.
func (k *tuner) value(z []float64, t int) float64 {
	o, ok := k.at(z)
	if !ok {
		return math.Inf(1)
	}
	k.evaluations++
	return math.Log(k.lossOn(k.rung, o, t))
}

// lossOn is the loss summed on a rung.
func (k *tuner) lossOn(rung int, o Optimizer, t int) float64 {
	dirs, _ := k.directions(rung)
	s := k.system(&o)
	if s.plain && !k.problem.Streaming {
		k.spend(t, 2*float64(len(dirs)))
		q := k.quickOf(rung, dirs, o.Power)
		q.smooth = k.smooth
		loss := q.loss(&s.kernel, o.LearningRate, o.batchSize(), float64(t))
		if math.IsInf(loss, 1) && !k.tunesRate() { // a rate that is held may be beyond the limit
			k.spend(t, 10*float64(len(dirs)))
			return lossesAt(dirs, o, []int{t})[0]
		}
		return loss
	}
	stretched, err := o.Over(t)
	if err != nil { // the schedule is longer than the run
		return math.Inf(1)
	}
	if e := s.system.quickEngine(); e != nil && !k.problem.Streaming {
		k.spend(t, 10*math.Log2(float64(t)+1)*float64(len(dirs)))
		return e.loss(dirs, o, t)
	}
	steps, _ := followedSteps(k.problem, t, stretched)
	work := float64(len(dirs)) * float64(steps)
	if !k.problem.Streaming {
		if r := s.quickRun(stretched, t); r != nil {
			k.spend(t, work*float64(r.variables)/2)
			return r.loss(dirs, stretched)
		}
	}
	if k.problem.Streaming || steps > 0 && t <= maxStepwise {
		if w := s.quickWalk(stretched, t); w != nil {
			k.spend(t, float64(len(dirs))*float64(t)*costOfWalk[w.n])
			if loss, ok := w.loss(dirs, stretched, t, k.problem.Streaming); ok {
				return loss
			}
		}
	}
	n, each, own := float64(s.system.layout.n), 4*costOf(stretched), 0.0
	if k.inside().changing() > 0 { // 0.8 to 1.3 are measured, 1 to 3 under multiplicative noise; each loss makes its steps anew
		each = costOf(stretched)
		if k.problem.Streaming {
			each *= 2
		}
		own = 2 * costOfStep * float64(steps)
	}
	k.spend(t, work*each+own+float64(len(dirs))*100*n*n*n)
	if !k.problem.Streaming {
		return lossesAt(dirs, stretched, []int{t})[0]
	}
	last := math.Inf(1)
	if _, err := visitStreamed(dirs, stretched, []int{t}, nil, func(_ int, _, loss float64) { last = orInf(loss) }); err != nil {
		return math.Inf(1)
	}
	return last
}

func (k *tuner) quickOf(rung int, dirs []Direction, power float64) *quick {
	for len(k.quicks) <= rung {
		k.quicks = append(k.quicks, nil)
	}
	if q := k.quicks[rung]; q == nil || q.power != power {
		k.quicks[rung] = newQuick(dirs, power)
		if n := k.problem.Law.Count; n != 0 && float64(len(dirs)) != n {
			k.quicks[rung].space(int(ladder[rung].exact) + 2)
		}
	}
	return k.quicks[rung]
}

// fewDirections is on how many directions dips are looked for: many ring out of
// step, and have none.
const fewDirections = 128

// closer is how much closer to 1 than a grid looks a descent may take momentum and
// decays, in the logarithm.
const closer = 8

// lower is how much lower than a grid looks a descent may take the learning rate, in the
// logarithm: where noise leaves little to gain, the best is next to 0.
const lower = 30

// few reports whether the problem has so few directions that dips are looked for.
func (k *tuner) few() bool {
	return math.Max(k.problem.Law.Count, float64(k.problem.Len())) <= fewDirections
}

// widen raises the upper bounds of the coordinates for descents on few directions.
func (k *tuner) widen(high []float64) {
	for i, f := range k.free {
		if f.coordinate == &slowCoordinate || f.coordinate == &rateCoordinate {
			high[i] += closer
		}
	}
}

// minimise minimises from a point, with steps of at most radius.
func (k *tuner) minimise(from []float64, t int, radius float64) candidate {
	low, high := k.bounds(float64(t))
	for i, f := range k.free {
		switch f.coordinate {
		case &rateCoordinate:
			high[i] += maxLogit - gridLogit
			low[i] -= lower
		case &weightCoordinate:
			high[i] += closer
		}
	}
	if k.few() {
		k.widen(high)
	}
	c := candidate{z: append([]float64(nil), from...)}
	d := search.Descent{F: func(z []float64) float64 { return k.value(z, t) }, Box: search.Box{Low: low, High: high}, Flat: 0.1 * k.fine(t)}
	c.value = d.From(c.z, radius)
	return c
}

// resolved reports whether the next rung gives the same loss.
func (k *tuner) resolved(c candidate, t int) bool {
	if _, ok := k.directions(k.rung + 1); !ok || math.IsInf(c.value, 0) {
		return true
	}
	o, _ := k.at(c.z)
	k.evaluations++
	return math.Abs(math.Log(k.lossOn(k.rung+1, o, t))-c.value) <= k.fine(t)
}

// smoothValleys searches for the valleys of the smooth loss: on a grid over the whole
// range, and from the points given. It stays on the coarsest rung.
func (k *tuner) smoothValleys(t int, whole bool, starts []candidate) []candidate {
	rung := k.rung
	k.smooth, k.rung = true, 0
	defer func() { k.smooth, k.rung = false, rung }()
	starts = k.again(t, starts)
	if whole {
		low, high := k.bounds(float64(t))
		starts = append(k.grid(t, 1, low, high), starts...)
	}
	return k.minimiseAll(starts, t, 0.5)
}

// again returns points with their values after another number of steps.
func (k *tuner) again(t int, points []candidate) []candidate {
	var now []candidate
	for _, c := range points {
		now = append(now, candidate{c.z, k.value(c.z, t)})
	}
	return now
}

// minima descends to the minima of the loss itself from those of the smooth
// one and from the points given.
func (k *tuner) minima(t int, valleys, starts []candidate) []candidate {
	found := k.minimiseResolved(append(append([]candidate(nil), starts...), valleys...), t, 0.1)
	return lowestOf(append(k.teeth(found[0], t), found...))
}

// combRung is the finest rung on which teeth are looked for; those that are nearly the
// lowest are then followed on the rung of the search.
const combRung = 1

// teeth returns the minima along the comb of a candidate.
func (k *tuner) teeth(c candidate, t int) []candidate {
	rung := k.rung
	if rung <= combRung {
		return k.comb(c, t)
	}
	k.rung = combRung
	some := k.comb(k.again(t, []candidate{c})[0], t)
	k.rung = rung
	if len(some) == 0 {
		return nil
	}
	return k.minimiseAll(k.again(t, lowestOf(some)), t, 0.1)
}

const (
	// keep is how many candidates are followed from one t to the next.
	keep = 4
	// contenders are starts whose loss is at most this far, in the logarithm,
	// from the lowest: valleys of the smooth loss, and teeth of a comb.
	contenders      = 1.0
	contendingTeeth = 0.05
)

// minimiseAll descends from the best starts and returns where they end, the lowest
// first.
func (k *tuner) minimiseAll(starts []candidate, t int, radius float64) []candidate {
	within := contendingTeeth
	if k.smooth {
		within = contenders
	}
	var ends []candidate
	for _, c := range best(starts, within) {
		ends = append(ends, k.minimise(c.z, t, radius))
	}
	return lowestOf(ends)
}

// minimiseResolved does so at a rung of the ladder that the next one confirms.
func (k *tuner) minimiseResolved(starts []candidate, t int, radius float64) []candidate {
	for {
		starts = k.minimiseAll(k.again(t, starts), t, radius)
		if k.resolved(starts[0], t) {
			return starts
		}
		k.rung++
	}
}

// best returns the contenders among the candidates.
func best(c []candidate, within float64) []candidate {
	sort.SliceStable(c, func(i, j int) bool { return c[i].value < c[j].value })
	n := 1
	for n < len(c) && n < keep && c[n].value < c[0].value+within {
		n++
	}
	return c[:n]
}

// lowestOf sorts candidates and drops those that are next to a better one.
func lowestOf(c []candidate) []candidate {
	sort.SliceStable(c, func(i, j int) bool { return c[i].value < c[j].value })
	var some []candidate
	for _, x := range c {
		near := false
		for _, y := range some {
			near = near || apartBy(x.z, y.z) < 1e-4
		}
		if !near && len(some) < keep {
			some = append(some, x)
		}
	}
	return some
}

func apartBy(a, b []float64) float64 {
	var far float64
	for i := range a {
		far = math.Max(far, math.Abs(a[i]-b[i]))
	}
	return far
}

// pitch is the spacing of the grid by the number of free settings. Methods
// that need the general engine cost hundreds of times more (BenchmarkQuickLoss)
// and get a wider one.
func (k *tuner) pitch() float64 {
	pitch := []float64{0.4, 0.8, 1.6, 3, 4}[min(len(k.free), 5)-1]
	if k.problem.Streaming || !k.everyQuick() {
		pitch *= 2
	}
	return pitch
}

// everyPlain reports whether no setting of the space needs the general engine.
func (k *tuner) everyPlain() bool { return k.inside().plain() }

// everyQuick reports whether all losses of the space are in float64.
func (k *tuner) everyQuick() bool {
	s := k.inside().system()
	return k.everyPlain() || s.quickEngine() != nil || s.hasQuickRun()
}

// grid returns the local minima of a grid over a box, at least one point. Its
// spacing is the usual pitch times wider.
func (k *tuner) grid(t int, wider float64, low, high []float64) []candidate {
	count := make([]int, len(low))
	total := 1
	for i := range count {
		count[i] = 1 + int(math.Ceil((high[i]-low[i])/(wider*k.pitchOf(i))))
		total *= count[i]
	}
	values := make([]float64, total)
	points := make([][]float64, total)
	for n := range points {
		z := make([]float64, len(low))
		rest := n
		for i := range z {
			z[i] = low[i] + (high[i]-low[i])*float64(rest%count[i])/float64(count[i]-1)
			rest /= count[i]
		}
		points[n], values[n] = z, k.value(z, t)
	}
	var minima []candidate
	for n := range points {
		if !math.IsInf(values[n], 1) && lowest(values, count, n) {
			minima = append(minima, candidate{points[n], values[n]})
		}
	}
	if len(minima) == 0 { // all unstable
		minima = append(minima, candidate{points[0], values[0]})
	}
	return minima
}

// pitchOf is the spacing along a coordinate.
func (k *tuner) pitchOf(i int) float64 {
	if p := k.free[i].coordinate.pitch; p != 0 {
		return p
	}
	return k.pitch()
}

// lowest reports whether no neighbour of entry n along an axis is lower.
func lowest(values []float64, count []int, n int) bool {
	stride := 1
	for _, c := range count {
		at := n / stride % c
		if at > 0 && values[n-stride] < values[n] || at < c-1 && values[n+stride] < values[n] {
			return false
		}
		stride *= c
	}
	return true
}

const (
	// teethPerTurn is how many points a turn of the fastest phase gets.
	teethPerTurn = 12
	// maxTeeth bounds a walk to one side, and patience how many teeth in a row
	// may be 2% higher than the lowest before it ends.
	maxTeeth = 64
	patience = 6
)

// comb returns the local minima along the valley in which momentum rings. There
// the loss oscillates with the phase of each direction, of the largest
// curvature the fastest, so that the valley has a minimum every half turn. From
// the one given it walks to both sides from tooth to tooth, each guessed from
// the two before.
func (k *tuner) comb(c candidate, t int) []candidate {
	turn := k.turn(c, t)
	if turn == 0 {
		return nil
	}
	first := k.neighbours(c, t, turn)
	var teeth []candidate
	for _, next := range first {
		before, lowest, worse := c, c.value, 0
		for range maxTeeth {
			step := apartBy(next.z, before.z)
			if step < 1e-3*turn {
				break
			}
			teeth = append(teeth, next)
			if worse++; next.value < lowest+0.02 {
				worse = 0
			}
			if worse > patience {
				break
			}
			lowest = math.Min(lowest, next.value)
			guess := make([]float64, len(c.z))
			for i := range guess {
				guess[i] = 2*next.z[i] - before.z[i]
			}
			before, next = next, k.minimise(guess, t, 0.3*step)
		}
	}
	return teeth
}

// turn returns how far along the learning rate's coordinate the phase of the
// direction of the largest curvature turns once, in t steps, by
//
//	dω/d logit α = x (1 - x/limit) / √(4p - s²)
//
// or 0 where nothing rings that matters.
func (k *tuner) turn(c candidate, t int) float64 {
	o, _ := k.at(c.z)
	s := k.system(&o)
	if !k.tunesRate() || !s.plain || s.kernel.states == 1 || k.problem.Streaming {
		return 0
	}
	limit := s.limit
	x := limit * o.LearningRate / k.limit(&o)
	r := s.kernel.at(x)
	ringing := r.u*r.w - r.q*r.q
	if ringing <= 0 || float64(t)*math.Log(1-s.kernel.q.base) < -20 {
		return 0
	}
	return 2 * math.Pi * math.Sqrt(ringing) / (x * (1 - x/limit) * float64(t))
}

// neighbours returns the two teeth next to one: where descents from the nearest
// minima along the learning rate end.
func (k *tuner) neighbours(c candidate, t int, turn float64) []candidate {
	const n = 4 * teethPerTurn
	points := make([]candidate, n+1)
	values := make([]float64, n+1)
	for i := range points {
		z := append([]float64(nil), c.z...)
		z[0] += turn / teethPerTurn * float64(i-n/2)
		points[i] = candidate{z, k.value(z, t)}
		values[i] = points[i].value
	}
	var next []candidate
	for _, way := range []int{-1, 1} {
		for i := n/2 + 2*way; i > 0 && i < n; i += way {
			if lowest(values, []int{n + 1}, i) {
				next = append(next, k.minimise(points[i].z, t, turn/teethPerTurn))
				break
			}
		}
	}
	return next
}
