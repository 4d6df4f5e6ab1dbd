package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// scan looks at one step after the other, up to MaxScan of them.
func (s *Steps) scan(p Problem, m Method) error {
	end := min(s.Limit, MaxScan)
	defer s.recovers(m)
	if p.Streaming {
		return s.scanStreamed(p, m, end)
	}
	dirs, disagreement, err := p.nodesFor(m, func(d []Direction) []float64 { return lossesAt(d, m, quarters(min(end, 1<<14))) })
	if err != nil {
		return err
	}
	s.Modes, s.SumError = len(dirs), disagreement
	s.Floor = limitOf(dirs, m)
	proof := s.noiseProof(dirs, m, end)
	w := newWalker(dirs, m)
	s.walk(w.losses, min(end, proof))
	if s.Outcome == NotWithinLimit && proof <= end {
		s.Outcome, s.Settles = Never, Never
		if math.IsInf(s.Floor, 1) {
			s.Outcome, s.Settles = Diverges, Diverges
		}
	}
	return nil
}

// walk visits losses in order up to step end.
func (s *Steps) walk(losses func(from, to int) []float64, end int) {
	const chunk = 256
	before := math.NaN()
	for from := 0; from <= end; from += chunk {
		for k, loss := range losses(from, min(from+chunk, end+1)) {
			s.Evaluations++
			if from+k == 0 {
				before = loss
			}
			s.Before, s.Loss, s.Checked = before, loss, from+k
			if loss <= s.Target {
				s.Outcome, s.Steps, s.Bound = Reached, from+k, 0
				s.unsettled()
				return
			}
			if math.IsInf(loss, 1) {
				s.Outcome, s.Settles, s.Bound = Diverges, Diverges, loss
				return
			}
			before = loss
		}
	}
	s.Before = s.Loss
}

// recovers takes back that a schedule diverges where it only overflows on its way:
// it may come down from there, but the numbers do not.
func (s *Steps) recovers(m Method) {
	if o, ok := m.(Optimizer); ok && o.Schedule != nil && s.Outcome == Diverges && !math.IsInf(s.Floor, 1) {
		s.Outcome, s.Settles, s.Bound = NotWithinLimit, NotWithinLimit, 0
	}
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
}

func newWalker(dirs []Direction, m Method) *walker {
	w, modeOf := &walker{}, modesOf(m)
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
			total[t-from].Add(lossOf(d, r))
		}
	}
	values := make([]float64, len(total))
	for k := range total {
		values[k] = total[k].Value()
	}
	return values
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
	dirs, disagreement, err := p.nodesFor(m, losses)
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
	s.walk(func(from, to int) []float64 {
		values := make([]float64, 0, to-from)
		for t := from; t < to; t++ {
			all.advance(t)
			values = append(values, all.loss())
		}
		return values
	}, end)
	return nil
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
