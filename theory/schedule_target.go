package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/search"
	"nqm/theory/table"
)

// ScheduleSteps is the answer of ScheduleToTarget, with its certificate.
type ScheduleSteps struct {
	Problem string  `json:"problem"`
	Family  string  `json:"family"`
	Target  float64 `json:"target"`
	Pieces  int     `json:"pieces"` // that were asked for

	// Outcome is Reached, or NotWithinLimit after MaxSteps steps.
	Outcome Outcome `json:"outcome"`
	// Steps is T, the fewest steps in which a schedule was found to reach the
	// target; -1 if none was.
	Steps int `json:"steps"`
	// Loss is that of Schedule after T steps, at or below the target. Before is
	// the lowest loss found of any schedule of T-1 steps, above the target; it
	// is Loss for T = 0.
	Loss   float64 `json:"loss"`
	Before float64 `json:"before"`
	// Schedule is the best of T steps; of MaxSteps steps if the target was not
	// reached. It has no pieces if T = 0.
	Schedule    BestRates `json:"schedule"`
	Evaluations int       `json:"evaluations"`
}

// Samples returns the gradient examples that were used, steps times batch size,
// +Inf if the target was not reached.
func (s ScheduleSteps) Samples() float64 {
	return samples(Steps{Outcome: s.Outcome, Steps: s.Steps}, s.Schedule.Optimizer)
}

// String is one sentence with the certificate.
func (s ScheduleSteps) String() string {
	head := fmt.Sprintf("best %d-piece schedule found of %s, B=%s, to loss %g: ", s.Pieces, s.Family, table.InFull(s.Schedule.Optimizer.batchSize()), s.Target)
	switch {
	case s.Outcome != Reached:
		return head + fmt.Sprintf("not within %d steps, where it is %.6g", s.Schedule.Steps, s.Loss)
	case s.Steps == 0:
		return head + fmt.Sprintf("0 steps, it starts at %.6g", s.Loss)
	}
	return head + fmt.Sprintf("%d steps (%.9g there, %.9g one step before)", s.Steps, s.Loss, s.Before)
}

// ScheduleToTarget returns the fewest steps in which a schedule of the given
// number of pieces was found to bring the expected loss to the target, by the
// search of BestSchedule. The lowest loss F(T) in T steps falls with T: not as a theorem,
// as the pieces of T and T+1 steps differ, but in all cases that the tests look
// at. The root of log F - log target is bracketed and found along log T by
// false position, with the rates of one T as the start of the next, and ends
// with a whole number: F(T) <= target < F(T-1). A search from scratch at T-1
// then looks for another schedule that would reach the target there.
//
// Any target > 0 is reached by a small enough rate after enough steps; beyond
// MaxSteps the outcome is NotWithinLimit. The errors are those of
// BestSchedule, and a target that is not a finite number > 0 or less than 10^-25
// of the loss at the start.
func ScheduleToTarget(p Problem, target float64, o Optimizer, pieces int) (ScheduleSteps, error) {
	s, err := newScheduler(p, o, pieces)
	if err != nil {
		return ScheduleSteps{}, err
	}
	if !(target > 0) || math.IsInf(target, 0) {
		return ScheduleSteps{}, fmt.Errorf("theory: target %v: want a finite loss > 0", target)
	}
	r := ScheduleSteps{Problem: p.String(), Family: s.o.Family(), Target: target, Pieces: pieces, Steps: -1,
		Outcome: NotWithinLimit}
	r.Schedule.Optimizer = s.o
	initial := s.initial()
	if initial <= target {
		r.Outcome, r.Steps, r.Loss, r.Before = Reached, 0, initial, initial
		return r, nil
	}
	if target < leastTarget*initial {
		return ScheduleSteps{}, fmt.Errorf("theory: target %v: want at least %g of the loss at the start, %v, as rounded rates leave that much", target, leastTarget, initial)
	}
	guess := s.guess(target)
	r.certify(s, &trial{steps: guess, u: s.search(guess)})
	return r, nil
}

// leastTarget is the least part of the loss at the start that is asked for: a
// rounded rate that should end a direction leaves 2^-106 of it.
const leastTarget = 1e-25

// initial is the loss at the start.
func (s *scheduler) initial() float64 {
	dirs, _ := s.p.nodes(func(d []Direction) []float64 { return []float64{newPieceObjective(d, s.o).initial()} })
	return newPieceObjective(dirs, s.o).initial()
}

// guessPieces is how many pieces the first guess has.
const guessPieces = 4

// guess returns about how many steps are needed: by a constant rate within a
// factor of 4, and from there by a schedule of few pieces.
func (s *scheduler) guess(target float64) int {
	steps := 1
	for steps < MaxSteps && s.constants(steps)[0].Value > target {
		steps = min(4*steps, MaxSteps)
	}
	few := *s
	few.pieces = min(s.pieces, guessPieces)
	return few.fewest(s.sketch, &trial{steps: steps, u: few.search(steps)}, target, 0.02).steps
}

// certify ends a search with the exact spectrum.
func (r *ScheduleSteps) certify(s *scheduler, t *trial) {
	t = s.fewest(s.rough, t, r.Target, 0)
	for {
		s.sharpen(t.u, t.steps)
		t = s.fewest(s.fine, t, r.Target, 0)
		at := s.polish(t.u, t.steps)
		for stride := 1; !s.reaches(&at, r.Target) && t.steps < MaxSteps; stride *= 2 { // by rounding alone
			t.steps = min(t.steps+stride, MaxSteps)
			at = s.polish(t.u, t.steps)
		}
		if !r.note(s, at) {
			return
		}
		before, u := s.bestBefore(t)
		for s.reaches(&before, r.Target) {
			r.note(s, before)
			t = &trial{steps: t.steps - 1, u: u}
			if before.Loss < (1-searched)*r.Target {
				break // another schedule, and better: its own root is further down
			}
			before, u = s.bestBefore(t)
		}
		if r.Before, r.Evaluations = before.Loss, before.Evaluations; r.Before > r.Target {
			return
		}
	}
}

// note takes in the best schedule of some steps, and says whether there are
// fewer steps to look at.
func (r *ScheduleSteps) note(s *scheduler, at BestRates) bool {
	r.Schedule, r.Loss, r.Before, r.Evaluations = at, at.Loss, at.Loss, at.Evaluations
	if at.Loss > r.Target {
		return false
	}
	r.Outcome, r.Steps, r.Before = Reached, at.Steps, s.initial()
	return at.Steps > 1
}

// bestBefore returns the best schedule of one step less, from the rates of t and
// from scratch, with the rates that its search ended with.
func (s *scheduler) bestBefore(t *trial) (BestRates, []float64) {
	if t.steps == 1 {
		return BestRates{Loss: math.Inf(1)}, nil
	}
	near, far := s.polish(t.u, t.steps-1), s.search(t.steps-1)
	if again := s.polish(far, t.steps-1); again.Loss < near.Loss {
		return again, far
	}
	near.Evaluations = s.evaluations()
	return near, t.u
}

// reaches reports whether the target is reached. A sum by quadrature that is
// too close to tell is replaced by the exact one.
func (s *scheduler) reaches(r *BestRates, target float64) bool {
	if s.sum > 0 && s.p.Law.Count <= tooMany && math.Abs(r.Loss-target) <= unsure*target {
		s.sharper(newPieceObjective(s.p.Law.all(), s.o), 0, int(s.p.Law.Count))
		r.Loss, r.SumError, r.Modes = s.loss(r.Optimizer), 0, s.modes
	}
	return r.Loss <= target
}

// trial is a number of steps with the log rates found for it.
type trial struct {
	steps  int
	u      []float64
	excess float64 // log F - log target
}

// fewest returns the least T with F(T) <= target that is found by following the
// rates of the start, to within a part `slack` of it; MaxSteps with an excess > 0 if
// there is none.
func (s *scheduler) fewest(c *pieceObjective, start *trial, target, slack float64) *trial {
	look := func(steps int, u []float64) *trial {
		lengths := lengthsOf(steps, s.pieces)
		f := c.newton(lengths, searched).Minimize(resample(u, len(lengths)))
		return &trial{steps, f.At, math.Max(math.Log(f.Value/target), -700)}
	}
	t := look(start.steps, start.u)
	low, high := t, t // above the target, and at or below it, once there are such
	// A loss that falls like 1/T gets there by a factor of e^excess.
	ends := search.CountFrom(t.steps, t.excess, math.Exp(math.Min(math.Abs(t.excess), 1)), MaxSteps)
	for ends.Open(slack) {
		steps := ends.Next()
		t = look(steps, between(low, high, steps))
		ends.See(steps, t.excess)
		if t.excess > 0 {
			low = t
		} else {
			high = t
		}
		if ends.Low == 0 || ends.High == 0 {
			low, high = t, t
		}
	}
	return high
}

// between interpolates the rates of two trials along log T.
func between(a, b *trial, steps int) []float64 {
	if a == b || len(a.u) != len(b.u) {
		return b.u
	}
	part := math.Log(float64(steps)/float64(a.steps)) / math.Log(float64(b.steps)/float64(a.steps))
	u := make([]float64, len(a.u))
	for k := range u {
		u[k] = a.u[k] + part*(b.u[k]-a.u[k])
	}
	return u
}

// Records returns a row for each piece, each with the certificate, and a row
// with that where the schedule has no piece.
func (s ScheduleSteps) Records() []table.Record {
	head := problemFields(s.Problem).With("target", s.Target, "pieces", s.Pieces, "outcome", s.Outcome.String(), "steps", nil, "loss_before", nil)
	if s.Outcome == Reached {
		head = head.With("steps", s.Steps, "loss_before", s.Before)
	}
	rows := s.Schedule.Records()
	if len(rows) == 0 {
		rows = []table.Record{settingsRecord(s.Schedule.Optimizer).With("loss_at_steps", s.Loss)}
	}
	for k := range rows {
		rows[k] = head.Join(rows[k])
	}
	return rows
}
