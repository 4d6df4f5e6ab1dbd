package theory

import (
	"fmt"
	"slices"
)

// maxPieces bounds the square matrix of second derivatives.
const maxPieces = 2000

// scheduler searches schedules of one problem.
type scheduler struct {
	p      Problem
	o      Optimizer
	pieces int
	sketch *pieceObjective // for the search from scratch
	rough  *pieceObjective // for following what it found
	fine   *pieceObjective // exact, once it was needed
	sum    float64         // error of fine, and its directions
	modes  int
	spent  int // evaluations of earlier exact spectra
}

// How many directions the searches sum at most.
const (
	mostSketch = 32
	mostRough  = 160
)

func newScheduler(p Problem, o Optimizer, pieces int) (*scheduler, error) {
	o.LearningRate = 1
	if err := check(p, o); err != nil {
		return nil, err
	}
	if pieces < 1 || pieces > maxPieces {
		return nil, fmt.Errorf("theory: schedule of %d pieces: want 1 to %d", pieces, maxPieces)
	}
	if err := plainSGD(p, o); err != nil {
		return nil, err
	}
	s := &scheduler{p: p, o: o, pieces: pieces}
	switch {
	case p.Law.Count == 0:
		s.sumExactly(p.list())
	case o.Power > 1 && p.Law.Count > tooMany:
		return nil, fmt.Errorf("theory: best schedules with power %g of %g directions: want at most %d of them, or a power <= 1", o.Power, p.Law.Count, tooMany)
	case o.Power > 1: // quadrature looks beyond the last direction, which is then the stiffest
		s.sumExactly(p.Law.all())
	default:
		s.rough = newPieceObjective(p.Law.nodes(ladder[0]), o)
	}
	if len(s.rough.gain) == 0 {
		return nil, fmt.Errorf("theory: no curvature is > 0: every schedule is as good")
	}
	if limit, loss := s.rough.limit, s.rough.largest(); !(limit > 1/extreme && limit < extreme && loss < extreme) {
		return nil, fmt.Errorf("theory: best schedules under the limit %.3g with losses up to %.3g: want both within a factor of %g of 1, in other units", limit, loss, extreme)
	}
	s.sketch = s.rough.within(mostSketch)
	return s, nil
}

// extreme bounds the stability limit from both sides, and the loss after one
// step with learning rates up to it, so that the loss and its derivatives are
// finite after MaxSteps.
const extreme = 1e200

// sumExactly sums the given directions, and coarser ones in the search if they are
// many.
func (s *scheduler) sumExactly(dirs []Direction) {
	s.fine = newPieceObjective(dirs, s.o)
	s.rough, s.modes = s.fine.within(mostRough), len(dirs)
}

// plainSGD reports what the schedules of this file do not cover.
func plainSGD(p Problem, o Optimizer) error {
	if k, ok := o.kernel(); !ok || k.states > 1 {
		return fmt.Errorf("theory: best schedules are those of plain SGD, with any batch size and power: %s has no answer here", o.Family())
	}
	if p.Streaming {
		return fmt.Errorf("theory: best schedules are those of additive noise")
	}
	return nil
}

// lengthsOf divides steps among pieces.
func lengthsOf(steps, pieces int) []int {
	pieces = min(pieces, steps)
	lengths := make([]int, pieces)
	each, rest := steps/pieces, steps%pieces
	for k := range lengths {
		lengths[k] = each + (k+1)*rest/pieces - k*rest/pieces
	}
	return lengths
}

// resample carries log rates over to another number of pieces of about equal
// lengths: each takes what was in force at its middle.
func resample(u []float64, pieces int) []float64 {
	if len(u) == pieces {
		return slices.Clone(u)
	}
	v := make([]float64, pieces)
	for k := range v {
		v[k] = u[(2*k+1)*len(u)/(2*pieces)]
	}
	return v
}

// sharpen provides the exact spectrum: of a law, nodes on which two rungs agree
// about the loss of the given schedule.
func (s *scheduler) sharpen(u []float64, steps int) {
	lengths := lengthsOf(steps, s.pieces)
	u = resample(u, len(lengths))
	if s.p.Law.Count == 0 || s.o.Power > 1 {
		return
	}
	dirs, disagreement := s.p.nodes(func(d []Direction) []float64 {
		return []float64{newPieceObjective(d, s.o).at(u, lengths)}
	})
	s.sharper(newPieceObjective(dirs, s.o), disagreement, len(dirs))
}

func (s *scheduler) sharper(c *pieceObjective, sum float64, modes int) {
	if s.fine != nil {
		s.spent += s.fine.evaluations
	}
	s.fine, s.sum, s.modes = c, sum, modes
}

// evaluations is how many losses and gradients were summed.
func (s *scheduler) evaluations() int {
	n := s.spent + s.sketch.evaluations
	if s.rough != s.sketch {
		n += s.rough.evaluations
	}
	if s.fine != nil && s.fine != s.rough {
		n += s.fine.evaluations
	}
	return n
}
