package theory

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory/internal/dd"
	"nqm/theory/table"
)

// Linear is a method of one's own: any rule whose update is linear in its
// state. In each eigen-direction the state follows
//
//	z' = A z + b ε        θ = r'z        z(0) = s θ(0)
//
// with ε of variance c/B. It implements Method, so that every answer of the
// package is defined for it. Heavy ball, for example, has the state (θ, v):
//
//	theory.Linear{Name: "mine", System: func(h float64) theory.System {
//		return theory.System{
//			State:   [][]float64{{1 - α*h, -α * β}, {h, β}},
//			Noise:   []float64{-α, 1},
//			Readout: []float64{1, 0},
//		}
//	}}
//
// A method that changes as it runs gives the matrices of each step by System.Step.
//
// It is evaluated by doubling, V_2t = V_t + A^t V_t A^t', in 106 bits. The
// matrices are taken as the exact truth: an entry 1 - αh of State has lost its αh
// where that is below 10^-16. Deviation, I - A, has it whatever its size.
type Linear struct {
	// Name is what figures and tables call the method.
	Name string
	// System returns the matrices for one curvature h >= 0.
	System func(h float64) System
	// BatchSize is B >= 1. Zero means one.
	BatchSize float64
}

// System is a linear method in one direction, with n state variables.
type System struct {
	State [][]float64 // A, n rows of n
	// Deviation is I - A, n rows of n, in the place of State: give one of them.
	Deviation [][]float64
	Noise     []float64 // b, n: what a unit of gradient noise adds to the state
	Readout   []float64 // r, n
	// Start is s, n: the state for θ(0) = 1, with Readout·Start = 1. Nil means
	// that the first variable starts at 1 and the others at 0.
	Start []float64
	// Gradient is the point whose gradient is taken, as a combination of the
	// state. It matters for multiplicative noise only; nil means Readout.
	Gradient []float64
	// Step returns the system of step t = 0, 1, ..., where it changes: the matrix,
	// Noise and Gradient of that step, and the Readout of the answer after it. Those
	// above are then the first Readout and the Start; the matrix and Noise given here
	// say how many variables there are and are not taken. Each step is followed, at
	// a cost of n³ and one call of Step per direction, or for each of some hundred
	// points that stand for a power law or a long list (see the package comment): with
	// two variables 10^5 steps of Expect take 5 to 15 s, and 93 000 of StepsToTarget 30.
	// What would take longer is refused.
	Step func(t int) System
	// Changes lists the steps, from 0 on and increasing, at which the system changes:
	// from Changes[k] to before Changes[k+1] it is Step(Changes[k]), and stays as the
	// last. Such stretches are taken at once, by doubling. Nil means that it changes in
	// every step, for ever.
	Changes []int
}

// MaxState bounds the variables of a method.
const MaxState = 16

// Batch returns a copy with batches of b >= 1 examples.
func (l Linear) Batch(b float64) Linear {
	l.BatchSize = asked(b)
	return l
}

// String returns the name, with the batch size if it is not one.
func (l Linear) String() string {
	if b := batchOf(l.BatchSize); b != 1 {
		return l.Family() + ", B=" + table.InFull(b)
	}
	return l.Family()
}

// Family returns the name, in which nothing is meant for a terminal.
func (l Linear) Family() string {
	if l.Name == "" {
		return "linear method"
	}
	return table.Visible(l.Name)
}

// Validate returns an error that names the first mistake in the batch size or
// in the system for the curvature 1. Every answer checks it at each curvature that
// it asks for; see ValidateAt.
func (l Linear) Validate() error {
	if err := validateBatch(l.BatchSize); err != nil {
		return fmt.Errorf("theory: %w", err)
	}
	if l.System == nil {
		return fmt.Errorf("theory: %s has no System: give a function of the curvature", l.Family())
	}
	return l.ValidateAt(1)
}

func (l Linear) validateProblem(p Problem) error {
	valid := l.once()
	for i, h := range p.Curvature {
		if err := valid(h); err != nil {
			return fmt.Errorf("%w (Curvature[%d])", err, i)
		}
	}
	return nil
}

// once is ValidateAt that asks once for each curvature.
func (l Linear) once() func(h float64) error {
	seen := map[float64]bool{}
	return func(h float64) error {
		if seen[h] {
			return nil
		}
		seen[h] = true
		return l.ValidateAt(h)
	}
}

// validator returns the first error of directions, unless there was one before.
func (l Linear) validator() func(dirs []Direction, before error) error {
	valid := l.once()
	return func(dirs []Direction, before error) error {
		for i := 0; i < len(dirs) && before == nil; i++ {
			before = valid(dirs[i].Curvature)
		}
		return before
	}
}

// ValidateAt returns an error that names the first mistake in the system for the
// curvature h: a matrix that is not square or larger than MaxState, vectors of
// other sizes, numbers that are not finite, a Readout·Start that is not 1.
//
// Of a system that changes it looks at the steps that are listed, at most 64 of them
// spread over the list, or at 0, 1, 10, ..., 10^6. A mistake in another step is found where
// it is taken, and ends the question by a panic with the same sentence.
func (l Linear) ValidateAt(h float64) error {
	s := l.System(h)
	where := fmt.Sprintf("%s at curvature %g", l.Family(), h)
	if err := s.validate(where); err != nil {
		return err
	}
	if one := dot(s.Readout, s.start()); math.Abs(one-1) > 1e-12 {
		return fmt.Errorf("theory: %s: Readout·Start = %g: want 1, so that θ starts at θ(0)", where, one)
	}
	if s.Step == nil {
		if s.Changes != nil {
			return fmt.Errorf("theory: %s: it has Changes and no Step: give the system of each step", where)
		}
		return nil
	}
	if s.Changes != nil && len(s.Changes) == 0 {
		return fmt.Errorf("theory: %s: an empty list of Changes: want nil of a system that changes in every step, or steps that begin with 0", where)
	}
	for k, t := range s.Changes {
		if k == 0 && t != 0 || k > 0 && t <= s.Changes[k-1] {
			return fmt.Errorf("theory: %s: Changes[%d] = %d: want increasing steps that begin with 0", where, k, t)
		}
	}
	for _, t := range s.looked() {
		if _, err := s.stepAt(t, where); err != nil {
			return err
		}
	}
	return nil
}

// stepAt is the system of step t, or the first mistake in it.
func (s System) stepAt(t int, where string) (System, error) {
	step := s.Step(t)
	if step.sound(s.Size()) {
		return step, nil
	}
	at := fmt.Sprintf("%s in step %d", where, t)
	if err := step.validate(at); err != nil {
		return step, err
	}
	return step, fmt.Errorf("theory: %s: %d variables: want %d, as at the start", at, step.Size(), s.Size())
}

// looked are the steps that ValidateAt looks at.
func (s System) looked() []int {
	if s.Changes == nil {
		return []int{0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000}
	}
	var some []int
	each := len(s.Changes)/64 + 1
	for k := 0; k < len(s.Changes); k += each {
		some = append(some, s.Changes[k])
	}
	return some
}

// sound reports, at a small cost, whether validate finds nothing in a system of n variables.
func (s System) sound(n int) bool {
	_, rows := s.rows()
	if len(rows) != n || n > MaxState || s.State != nil && s.Deviation != nil || len(s.Noise) != n || len(s.Readout) != n ||
		s.Start != nil && len(s.Start) != n || s.Gradient != nil && len(s.Gradient) != n {
		return false
	}
	zero := 0.0 // NaN once a number is not finite
	for _, row := range rows {
		if len(row) != n {
			return false
		}
		for _, v := range row {
			zero += 0 * v
		}
	}
	for i := range n {
		zero += 0*s.Noise[i] + 0*s.Readout[i]
		if s.Start != nil {
			zero += 0 * s.Start[i]
		}
		if s.Gradient != nil {
			zero += 0 * s.Gradient[i]
		}
	}
	return zero == 0
}

// validate checks matrices and vectors.
func (s System) validate(where string) error {
	name, rows := s.rows()
	n := len(rows)
	fail := func(format string, args ...any) error {
		return fmt.Errorf("theory: %s: "+format, append([]any{where}, args...)...)
	}
	if s.State != nil && s.Deviation != nil {
		return fail("it has a State and a Deviation: want one of them")
	}
	if n == 0 || n > MaxState {
		return fail("%s has %d rows: want 1 to %d", name, n, MaxState)
	}
	for i, row := range rows {
		if len(row) != n {
			return fail("%s row %d has %d entries: want %d", name, i, len(row), n)
		}
		if j := firstInfinite(row); j >= 0 {
			return fail("%s[%d][%d] = %v: want a finite number", name, i, j, row[j])
		}
	}
	for _, v := range []struct {
		name     string
		values   []float64
		optional bool
	}{{"Noise", s.Noise, false}, {"Readout", s.Readout, false}, {"Start", s.Start, true}, {"Gradient", s.Gradient, true}} {
		if len(v.values) != n && !(v.optional && v.values == nil) {
			return fail("%s has %d entries and %s has %d rows", v.name, len(v.values), name, n)
		}
		if j := firstInfinite(v.values); j >= 0 {
			return fail("%s[%d] = %v: want a finite number", v.name, j, v.values[j])
		}
	}
	return nil
}

func (s System) start() []float64 {
	if s.Start != nil {
		return s.Start
	}
	first := make([]float64, s.Size())
	first[0] = 1
	return first
}

// rows returns the matrix that is given, with its name.
func (s System) rows() (name string, rows [][]float64) {
	if s.Deviation != nil {
		return "Deviation", s.Deviation
	}
	return "State", s.State
}

// Size returns n, the number of state variables.
func (s System) Size() int {
	_, rows := s.rows()
	return len(rows)
}

func firstInfinite(v []float64) int {
	for i, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return i
		}
	}
	return -1
}

// Mode returns the dynamics in a direction of curvature h and noise c. The
// system must be valid.
func (l Linear) Mode(h, c float64) Mode { return l.engine(h, c) }

func (l Linear) engine(h, c float64) *machine {
	s := l.System(h)
	m := &machine{variance: c / batchOf(l.BatchSize), start: s.start(), readout: s.Readout, sum: -1, own: true}
	if s.Step == nil {
		m.pieces = []piece{s.forever(c)}
		return m
	}
	where := fmt.Sprintf("%s at curvature %g", l.Family(), h)
	taken := func(t int) System {
		step, err := s.stepAt(t, where)
		if err != nil {
			panic(err)
		}
		return step
	}
	m.readoutAt = s.readoutAt()
	if s.Changes == nil {
		m.pieces = []piece{{end: forever, noise: 1, segment: Segment{From: 1},
			varies: &polynomial{each: ownSteps(taken, c != 0)}}}
		return m
	}
	for k, from := range s.Changes {
		step := taken(from)
		p := step.forever(c)
		if k+1 < len(s.Changes) {
			p.end = s.Changes[k+1]
		} else {
			m.readout = step.Readout
		}
		m.pieces = append(m.pieces, p)
	}
	return m
}

// ownSteps gives the steps of a system, each until the next is asked for.
func ownSteps(at func(t int) System, noisy bool) func(t int) *anyStep {
	var step anyStep
	return func(t int) *anyStep {
		s := at(t)
		step.fixed = step.fixed[:0]
		_, rows := s.rows()
		for i, row := range rows {
			for j, a := range row {
				entry := dd.Exact(a)
				if s.Deviation != nil {
					entry = dd.Identity(i, j).Sub(entry)
				}
				step.fixed = append(step.fixed, entry)
			}
		}
		step.noise = append(step.noise[:0], s.Noise...)
		if !noisy { // otherwise a covariance that counts for nothing could overflow
			clear(step.noise)
		}
		step.gradient = s.gradient()
		return &step
	}
}

// readoutAt reads the answer after t steps.
func (s System) readoutAt() func(t int) []float64 {
	return func(t int) []float64 {
		if t == 0 {
			return s.Readout
		}
		at := t - 1
		if s.Changes != nil {
			k, found := slices.BinarySearch(s.Changes, at)
			if !found {
				k--
			}
			at = s.Changes[k]
		}
		return s.Step(at).Readout
	}
}

// forever is a piece with the matrices as they are.
func (s System) forever(c float64) piece {
	return piece{end: forever, noise: 1, plain: newPowers(s.affine(c)), gradient: s.gradient(), segment: Segment{From: 1}}
}

// affine is the step, in a direction whose noise is c.
func (s System) affine(c float64) affine {
	n := s.Size()
	step := affine{dev: dd.NewMatrix(n), noise: make([]dd.Number, n)}
	for i := range n {
		for j := range n {
			if s.Deviation != nil {
				step.dev[i][j] = dd.Exact(s.Deviation[i][j])
			} else {
				step.dev[i][j] = dd.Identity(i, j).Sub(dd.Exact(s.State[i][j]))
			}
		}
		if c != 0 { // otherwise a covariance that counts for nothing could overflow
			step.noise[i] = dd.Exact(s.Noise[i])
		}
	}
	for _, v := range s.gradient() {
		step.gradient = append(step.gradient, dd.Exact(v))
	}
	return step
}

func (s System) gradient() []float64 {
	if s.Gradient != nil {
		return s.Gradient
	}
	return s.Readout
}
