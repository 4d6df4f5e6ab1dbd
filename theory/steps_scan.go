package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// scan looks at one step after the other, up to MaxScan of them and as many as can be
// followed.
func (s *Steps) scan(p Problem, m Method) error {
	end := min(s.Limit, MaxScan, max(1, followable(p, m)))
	if p.Streaming {
		return s.scanStreamed(p, m, end)
	}
	dirs, disagreement, err := p.nodesFor(m, summable(m), func(d []Direction) []float64 { return lossesAt(d, m, quarters(min(end, 1<<14))) })
	if err != nil {
		return err
	}
	s.Modes, s.SumError = len(dirs), disagreement
	s.Floor = limitOf(dirs, m)
	proof := s.noiseProof(dirs, m, end)
	lost := s.walk(newWalker(dirs, m), min(end, proof))
	if s.Outcome == NotWithinLimit && !lost && proof <= end {
		s.Outcome, s.Settles = Never, Never
		if math.IsInf(s.Floor, 1) {
			s.Outcome, s.Settles = Diverges, Diverges
		}
	}
	return nil
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

// walk visits losses in order up to step end, and reports whether it lost the
// numbers on its way. A loss that overflows is above the target, and may come down
// again; a state that does is not followed, and whether the target is reached from
// there on is not decided, unless it grows without bound.
func (s *Steps) walk(w follower, end int) (lost bool) {
	const chunk = 256
	before := math.NaN()
	for from := 0; from <= end; from += chunk {
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

// walker keeps the state of every direction from chunk to chunk.
type walker struct {
	dirs   []Direction
	modes  []Mode
	states []*state
	lostAt int
}

func newWalker(dirs []Direction, m Method) *walker {
	w, modeOf := &walker{lostAt: forever}, modesOf(m)
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		mode := modeOf(d.Curvature, d.Noise)
		var s *state
		if machine, ok := mode.(*machine); ok {
			s = machine.begin()
		}
		w.dirs, w.modes, w.states = append(w.dirs, d), append(w.modes, mode), append(w.states, s)
	}
	return w
}

// losses returns E L(t) for from <= t < to.
func (w *walker) losses(from, to int) []float64 {
	total := make([]dd.Sum, to-from)
	for i, d := range w.dirs {
		for t := from; t < to; t++ {
			var r Response
			if machine, ok := w.modes[i].(*machine); ok {
				machine.advance(w.states[i], t)
				r = machine.response(w.states[i])
			} else {
				r = w.modes[i].At(t)
			}
			if math.IsInf(r.Factor, 0) || math.IsInf(r.Noise, 0) {
				w.lostAt = min(w.lostAt, t)
			}
			total[t-from].Add(lossOf(d, r))
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
	for i, mode := range w.modes {
		if machine, ok := mode.(*machine); !ok {
			if r := mode.Limit(); math.IsInf(r.Factor, 1) || math.IsInf(r.Noise, 1) {
				return true
			}
		} else if s := w.states[i]; s.grown && (machine.variance > 0 || w.dirs[i].SecondMoment() > 0) && machine.doomed(s.t-1) {
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
	dirs, disagreement, err := p.nodesFor(m, summable(m), losses)
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
