package theory

import (
	"math"
	"slices"

	"nqm/theory/internal/dd"
)

// scan looks at one step after the other, up to MaxScan of them and as many as can be
// followed. A list is followed as it is for the first of them, and then, where its
// responses are smooth, at points of its curvature.
func (s *Steps) scan(p Problem, m Method) error {
	end := min(s.Limit, MaxScan)
	if p.Streaming {
		return s.scanStreamed(p, m, min(end, max(1, followable(p, m))))
	}
	own := min(end, max(1, scannable(p, m)))
	dirs, disagreement, err := p.nodesFor(m, p.summable(own, m), func(d []Direction) []float64 { return lossesAt(d, m, quarters(min(own, 1<<14))) })
	if err != nil {
		return err
	}
	s.Modes, s.SumError = len(dirs), disagreement
	s.Floor = limitOf(dirs, m)
	all, stop := newWalker(dirs, m), end
	proof := s.noiseProof(dirs, m, own)
	if proof <= own {
		stop = proof
	}
	lost := s.walk(all, min(max(1, own/(4*sooner)), stop))
	for s.open(stop) && !lost && p.Law.Count == 0 {
		w := p.gatheredWalker(s, m, stop)
		if w == nil {
			break
		}
		lost = s.walk(w, w.reach)
	}
	if s.open(min(own, stop)) && !lost {
		s.Modes, s.SumError = len(dirs), disagreement
		lost = s.walk(all, min(own, stop))
	}
	if s.Outcome == NotWithinLimit && !lost && proof <= own && s.Checked == proof {
		s.Outcome, s.Settles = Never, Never
		if math.IsInf(s.Floor, 1) {
			s.Outcome, s.Settles = Diverges, Diverges
		}
	}
	return nil
}

// open reports whether steps up to end are still to be looked at.
func (s *Steps) open(end int) bool { return s.Outcome == NotWithinLimit && s.Checked < end }

// sooner is how much longer a list is followed each time that it did not reach the target.
const sooner = 8

// scannable is how many steps of a problem can be looked at one by one, in half of the time
// of a question: the answer of a step is read in 106 bits where an average is.
func scannable(p Problem, m Method) int {
	return stepsFor(mostFollowed/2, m, directionsOf(p), scanCost(m))
}

// scanCost is costOf with what it costs to read and add the loss of a step.
func scanCost(m Method) float64 { return costOf(m) + 4 }

// gatheredWalker follows a list at points of its curvature, for some times more steps
// than were looked at, up to end and as far as can be waited for; nil where that is no
// further, or no such points stand for the list.
func (p Problem) gatheredWalker(s *Steps, m Method, end int) *walker {
	most := mostFollowed / scanCost(m)
	reach := s.Checked * sooner
	if reach >= end/2 {
		reach = end
	}
	if s.Modes < p.Len() { // the points so far are about as many as will be
		reach = min(reach, int(most/float64(gatheredTimes*s.Modes)))
	}
	if reach <= s.Checked {
		return nil
	}
	var some []int
	for t := reach; t > 0; t /= 2 {
		some = append(some, t)
	}
	slices.Reverse(some)
	stretches, _, modes, disagreement, ok := p.gather(m, some, most/float64(reach))
	if !ok {
		return nil
	}
	s.Modes, s.SumError = modes, disagreement
	w, modeOf := &walker{lostAt: forever, reach: reach}, modesOf(m)
	for _, part := range stretches {
		if part.exact {
			w.put(part.dirs, modeOf)
			continue
		}
		points, unit := part.points()
		for j, g := range points {
			w.add(1, g.start, g.noise, modeOf(part.at.curvature(j), unit))
		}
	}
	return w
}

// follower gives the losses of a run in order.
type follower interface {
	// losses returns E L(t) for from <= t < to, +Inf where it overflows.
	losses(from, to int) []float64
	// lost is the first step, of those asked for, from which on some state is beyond
	// all float64 and not followed; forever if there is none.
	lost() int
	// doomed reports whether such a state does not come back.
	doomed() bool
}

// walk visits losses in order, from the first that was not yet checked up to step end, and
// reports whether it lost the numbers on its way. A loss that overflows is above the target, and may come down
// again; a state that does is not followed, and whether the target is reached from
// there on is not decided, unless it grows without bound.
func (s *Steps) walk(w follower, end int) (lost bool) {
	const chunk = 256
	before, first := s.Loss, s.Checked+1
	if s.Evaluations == 0 {
		first = 0
	}
	for from := first; from <= end; from += chunk {
		for k, loss := range w.losses(from, min(from+chunk, end+1)) {
			s.Evaluations++
			if from+k == 0 {
				before = loss
			}
			s.Before, s.Loss, s.Checked = before, loss, from+k
			if loss <= s.Target {
				s.Outcome, s.Steps, s.Bound = Reached, from+k, 0
				s.unsettled()
				return false
			}
			if !(loss <= math.MaxFloat64) && from+k >= w.lost() {
				s.Before, s.Bound = loss, 0
				if math.IsInf(s.Floor, 1) && w.doomed() {
					s.Outcome, s.Settles, s.Bound = Diverges, Diverges, loss
				}
				return true
			}
			before = loss
		}
	}
	s.Before = s.Loss
	return false
}

// unsettled says what the floor alone says about settling.
func (s *Steps) unsettled() {
	switch {
	case math.IsInf(s.Floor, 1):
		s.Settles = Diverges
	case s.Floor > s.Target*(1+quadratureGuard):
		s.Settles = Never
	}
}

// noiseProof returns the first power of two at which the noise alone is above
// the target, for methods whose noise never falls. It returns more than end if there
// is no such proof.
func (s *Steps) noiseProof(dirs []Direction, m Method, end int) int {
	switch m := m.(type) {
	case Linear:
		if m.changing() > 0 {
			return end + 1
		}
	case Optimizer:
		if !m.engine(1, 1).noiseGrows() {
			return end + 1
		}
	default:
		return end + 1
	}
	for t := 1; t <= end; t *= 2 {
		if noise := noiseAt(dirs, m, t); noise > s.Target*(1+quadratureGuard) {
			s.Bound = noise
			return t
		}
	}
	return end + 1
}

func noiseAt(dirs []Direction, m Method, t int) float64 {
	mode, total := modesOf(m), dd.Sum{}
	for _, d := range dirs {
		if d.Curvature != 0 {
			total.Add(0.5 * d.Multiplicity * d.Curvature * mode(d.Curvature, d.Noise).At(t).Noise)
		}
	}
	return total.Value()
}

func limitOf(dirs []Direction, m Method) float64 {
	mode, total := modesOf(m), dd.Sum{}
	for _, d := range dirs {
		if d.Curvature != 0 {
			total.Add(lossOf(d, mode(d.Curvature, d.Noise).Limit()))
		}
	}
	return total.Value()
}

// walker keeps the state of every direction from chunk to chunk, or of points that stand
// for directions.
type walker struct {
	points []walked
	lostAt int
	reach  int // the step up to which the points stand for the directions
}

// walked counts weight times start of Factor² and noise of Noise in the loss.
type walked struct {
	weight, start, noise float64
	mode                 Mode
	state                *state // nil of a mode that is not of this package
}

func newWalker(dirs []Direction, m Method) *walker {
	w := &walker{lostAt: forever}
	w.put(dirs, modesOf(m))
	return w
}

func (w *walker) put(dirs []Direction, modeOf func(h, c float64) Mode) {
	for _, d := range dirs {
		if d.Curvature != 0 {
			w.add(0.5*d.Multiplicity*d.Curvature, d.SecondMoment(), 1, modeOf(d.Curvature, d.Noise))
		}
	}
}

func (w *walker) add(weight, start, noise float64, mode Mode) {
	var s *state
	if machine, ok := mode.(*machine); ok {
		s = machine.begin()
	}
	w.points = append(w.points, walked{weight, start, noise, mode, s})
}

// losses returns E L(t) for from <= t < to.
func (w *walker) losses(from, to int) []float64 {
	total := make([]dd.Sum, to-from)
	for i := range w.points {
		d := &w.points[i]
		machine, ours := d.mode.(*machine)
		for t := from; t < to; t++ {
			var r Response
			if ours {
				machine.advance(d.state, t)
				r = machine.response(d.state)
			} else {
				r = d.mode.At(t)
			}
			if math.IsInf(r.Factor, 0) || math.IsInf(r.Noise, 0) {
				w.lostAt = min(w.lostAt, t)
			}
			total[t-from].Add(d.weight * (times(r.Factor*r.Factor, d.start) + times(r.Noise, d.noise)))
		}
	}
	values := make([]float64, len(total))
	for k := range total {
		values[k] = total[k].Value()
	}
	return values
}

func (w *walker) lost() int { return w.lostAt }

// doomed asks the directions that are lost; a method that is not of this package has
// its limit alone to tell.
func (w *walker) doomed() bool {
	for _, d := range w.points {
		if machine, ok := d.mode.(*machine); !ok {
			if r := d.mode.Limit(); math.IsInf(r.Factor, 1) || math.IsInf(r.Noise, 1) {
				return true
			}
		} else if d.state.grown && (machine.variance > 0 || d.start > 0) && machine.doomed(d.state.t-1) {
			return true
		}
	}
	return false
}

// scanStreamed does the same under multiplicative noise.
func (s *Steps) scanStreamed(p Problem, m Method, end int) error {
	some := quarters(min(end, 1<<10))
	for i, j := 0, len(some)-1; i < j; i, j = i+1, j-1 {
		some[i], some[j] = some[j], some[i]
	}
	losses := func(dirs []Direction) (v []float64) {
		_, _ = visitStreamed(dirs, m, some, nil, func(_ int, _, loss float64) { v = append(v, loss) })
		return v
	}
	dirs, disagreement, err := p.nodesFor(m, p.summable(end, m), losses)
	if err != nil {
		return err
	}
	s.Modes, s.SumError = len(dirs), disagreement
	all, err := newStreamed(dirs, m)
	if err != nil {
		return err
	}
	at, err := newStreamed(dirs, m)
	if err != nil {
		return err
	}
	if floor, err := at.floor(m); err == nil {
		s.Floor = floor // otherwise 0, and nothing is concluded from it
	}
	s.walk(&streamWalker{streamed: all, lostAt: forever}, end)
	return nil
}

// streamWalker follows a problem with multiplicative noise step by step.
type streamWalker struct {
	*streamed
	lostAt int
}

func (w *streamWalker) losses(from, to int) []float64 {
	values := make([]float64, 0, to-from)
	for t := from; t < to; t++ {
		w.advance(t)
		values = append(values, w.loss())
		for _, s := range w.states {
			if s.grown {
				w.lostAt = min(w.lostAt, t)
			}
		}
	}
	return values
}

func (w *streamWalker) lost() int { return w.lostAt }

// doomed reports whether the settings are constant from here on, so that the limit
// tells; of matrices of one's own also that their radius is what has grown.
func (w *streamWalker) doomed() bool {
	for _, m := range w.machines {
		last := m.last()
		settled := m.pieceAt(w.lostAt-1) == last && last.varies == nil && !m.frozen()
		if settled && (!m.own || len(m.start) == 1 || m.radiusMakes(w.lostAt, 170)) {
			return true
		}
	}
	return false
}

// loss is E L now.
func (s *streamed) loss() float64 {
	var total dd.Sum
	for i, d := range s.dirs {
		second, _ := s.machines[i].secondMoment(s.states[i])
		total.Add(0.5 * d.Multiplicity * times(d.Curvature, second))
	}
	return total.Value()
}
