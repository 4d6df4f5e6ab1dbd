package theory

import (
	"fmt"
	"math"
	"strings"

	"nqm/theory/internal/dd"
	"nqm/theory/table"
)

// Schedule is a sequence of segments that multiply an optimizer's learning rate
// and may replace its batch size and its momentum. After its end the last stay. The
// state of the method, velocity and averages included, passes from one segment
// to the next.
//
// The velocity v of momentum is in units of the gradient, θ' = θ - α_t v', as
// in torch and optax: a new learning rate acts on the old velocity at once;
// that of Keras has the rates in it.
type Schedule []Segment

// Segment is a part of a schedule. In its step k = 0, 1, ..., n-1 the learning
// rate is multiplied by
//
//	ConstantRate     From
//	LinearRate       From + (To-From) k/n
//	CosineRate       To + (From-To) (1 + cos πk/n)/2
//	InverseTimeRate  From / (1 + k/Time)
//
// so that the next segment, not this one, starts at To.
type Segment struct {
	// Steps is n. Zero means as many as the run has left, which one segment
	// may have; an InverseTimeRate at the end then goes on for ever.
	Steps int     `json:"steps,omitempty"`
	Shape Shape   `json:"shape"`
	From  float64 `json:"from"` // factors >= 0 of the learning rate, not 0 throughout
	To    float64 `json:"to,omitempty"`
	Time  float64 `json:"time,omitempty"` // of InverseTimeRate, > 0; zero means one
	// BatchSize is B >= 1 in this segment. Zero keeps the optimizer's.
	BatchSize float64 `json:"batch_size,omitempty"`
	// Momentum is β in (0, 1) in this segment, of a method with a momentum > 0; zero keeps
	// the optimizer's. With MomentumTo, in a segment of LinearRate or CosineRate, it
	// goes from the one to the other as the learning rate does, as in torch's OneCycleLR.
	Momentum   float64 `json:"momentum,omitempty"`
	MomentumTo float64 `json:"momentum_to,omitempty"`
}

// Shape is how the learning rate goes through a segment.
type Shape int

// The shapes of a segment; see Segment for their formulas.
const (
	ConstantRate Shape = iota
	LinearRate
	CosineRate
	InverseTimeRate
)

var shapeNames = [...]string{"constant", "linear", "cosine", "1/t"}

// String returns the shape's name.
func (s Shape) String() string {
	if s < 0 || int(s) >= len(shapeNames) {
		return fmt.Sprintf("Shape(%d)", int(s))
	}
	return shapeNames[s]
}

// MarshalText writes the shape's name.
func (s Shape) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name that MarshalText wrote.
func (s *Shape) UnmarshalText(text []byte) error {
	for k, name := range shapeNames {
		if name == string(text) {
			*s = Shape(k)
			return nil
		}
	}
	return fmt.Errorf("theory: shape %q: want one of %q", text, shapeNames)
}

// open returns the segment that is stretched to the run, or -1.
func (s Schedule) open() int {
	for i, g := range s {
		if g.Steps == 0 && !g.endless(i == len(s)-1) {
			return i
		}
	}
	return -1
}

func (s Segment) endless(last bool) bool {
	return s.Steps == 0 && last && s.Shape == InverseTimeRate
}

// factor returns the factor of the learning rate in step k of the segment.
func (s Segment) factor(k int) float64 {
	switch s.Shape {
	case LinearRate:
		return s.From + (s.To-s.From)*(float64(k)/float64(s.Steps))
	case CosineRate:
		c := math.Cos(math.Pi / 2 * (float64(k) / float64(s.Steps)))
		return s.To + (s.From-s.To)*c*c
	case InverseTimeRate:
		return s.From / (1 + float64(k)/s.time())
	}
	return s.From
}

// locate returns the segment of step t and the step within it; after the end a constant
// segment of what stays.
func (s Schedule) locate(t int) (Segment, int) {
	for i, g := range s {
		if t < g.Steps || g.endless(i == len(s)-1) {
			return g, t
		}
		t -= g.Steps
	}
	if len(s) == 0 {
		return Segment{From: 1}, t
	}
	last := s[len(s)-1]
	stays := Segment{From: last.end(), BatchSize: last.BatchSize, Momentum: last.Momentum}
	if last.MomentumTo != 0 {
		stays.Momentum = last.MomentumTo
	}
	return stays, t
}

// FactorAt returns the factor of the learning rate in step t = 0, 1, ... of a schedule
// that has a length.
func (s Schedule) FactorAt(t int) float64 {
	g, k := s.locate(t)
	return g.factor(k)
}

// momentum is β in step k of the segment, of an optimizer whose own is given.
func (s Segment) momentum(k int, own float64) float64 {
	switch {
	case s.Momentum == 0:
		return own
	case s.MomentumTo == 0:
		return s.Momentum
	}
	s.From, s.To = s.Momentum, s.MomentumTo
	return s.factor(k)
}

// exactFactor is factor with 106 bits, in which 1 - αh·factor keeps its digits next to
// its zero; of a cosine it is the float64.
func (s Segment) exactFactor(k int) dd.Number {
	var f dd.Number
	at := dd.Exact(float64(k))
	switch s.Shape {
	case LinearRate:
		from := dd.Exact(s.From)
		f = from.Add(dd.Exact(s.To).Sub(from).Mul(at).Div(dd.Exact(float64(s.Steps))))
	case InverseTimeRate:
		f = dd.Exact(s.From).Div(dd.Exact(1).Add(at.Div(dd.Exact(s.time()))))
	default:
		return dd.Exact(s.factor(k))
	}
	if !(math.Abs(f.Value()) <= math.MaxFloat64) {
		return dd.Exact(s.factor(k))
	}
	return f
}

// factors are the exact factors of a segment, kept for the next direction.
type factors struct {
	Segment
	known []dd.Number // of the first steps
	// late are those of later steps that were asked for last, each in its place: directions
	// that are followed side by side ask for the same ones.
	late []lateFactor
}

type lateFactor struct {
	step   int
	factor dd.Number
}

// lateFactors is how many later ones are kept.
const lateFactors = 1 << 10

// mostFactors is how many are kept: 1 MB.
const mostFactors = 1 << 16

func (f *factors) at(k int) dd.Number {
	switch {
	case k < len(f.known):
		return f.known[k]
	case k == len(f.known) && k < mostFactors:
		f.known = append(f.known, f.exactFactor(k))
		return f.known[k]
	case k < mostFactors: // asked for out of turn
		return f.exactFactor(k)
	}
	if f.late == nil {
		f.late = make([]lateFactor, lateFactors)
	}
	late := &f.late[k%lateFactors]
	if late.step != k {
		*late = lateFactor{k, f.exactFactor(k)}
	}
	return late.factor
}

func (s Segment) time() float64 {
	if s.Time == 0 {
		return 1
	}
	return s.Time
}

// end is the factor that stays after the last segment.
func (s Segment) end() float64 {
	if s.Shape == LinearRate || s.Shape == CosineRate {
		return s.To
	}
	if s.Steps == 0 {
		return s.From
	}
	return s.factor(s.Steps - 1)
}

// mostWritten is how many segments String writes out.
const mostWritten = 4

// String writes the schedule's segments one after the other; of many, as in "10
// segments 1 to 0.03 in 5000 steps", the first factor and the last.
func (s Schedule) String() string {
	if len(s) > mostWritten {
		return s.short()
	}
	parts := make([]string, len(s))
	for i, g := range s {
		parts[i] = g.String()
	}
	return strings.Join(parts, " then ")
}

// short is one phrase for many segments.
func (s Schedule) short() string {
	first, last, steps := s[0], s[len(s)-1], 0
	for _, g := range s {
		steps += g.Steps
	}
	text := fmt.Sprintf("%d segments", len(s))
	if first.From != last.end() {
		text += fmt.Sprintf(" %.3g to %.3g", first.From, last.end())
	}
	text += fmt.Sprintf(" in %d steps", steps)
	if first.BatchSize != last.BatchSize {
		text += fmt.Sprintf(" at B=%.3g to %.3g", first.BatchSize, last.BatchSize)
	}
	if first.Momentum != last.Momentum {
		text += fmt.Sprintf(" with β=%.3g to %.3g", first.Momentum, last.Momentum)
	}
	return text
}

// String writes the segment, as in "cosine 1 to 0 in 500 steps".
func (s Segment) String() string {
	text := s.Shape.String()
	switch {
	case s.Shape == LinearRate || s.Shape == CosineRate:
		text += fmt.Sprintf(" %g to %g", s.From, s.To)
	case s.From != 1:
		text += fmt.Sprintf(" %g", s.From)
	}
	if s.Shape == InverseTimeRate && s.time() != 1 {
		text += fmt.Sprintf(" with time %g", s.Time)
	}
	if s.Steps > 0 {
		text += fmt.Sprintf(" in %d steps", s.Steps)
	}
	if s.BatchSize != 0 {
		text += " at B=" + table.InFull(s.BatchSize)
	}
	if s.Momentum != 0 {
		text += fmt.Sprintf(" with β=%g", s.Momentum)
	}
	if s.MomentumTo != 0 {
		text += fmt.Sprintf(" to %g", s.MomentumTo)
	}
	return text
}

func (s Schedule) validate() error {
	open := 0
	for i, g := range s {
		if err := g.validate(); err != nil {
			return fmt.Errorf("theory: schedule segment %d: %w", i, err)
		}
		if g.Steps == 0 {
			open++
		}
	}
	if open > 1 {
		return fmt.Errorf("theory: schedule has %d segments without a length: want at most one", open)
	}
	return nil
}

// mostOfSegment bounds the steps of a segment, so that those of any schedule can be added.
const mostOfSegment = 1 << 53

func (s Segment) validate() error {
	if s.Steps < 0 || s.Steps > mostOfSegment {
		return fmt.Errorf("%d steps: want 0 to %d", s.Steps, mostOfSegment)
	}
	if s.Shape < ConstantRate || s.Shape > InverseTimeRate {
		return fmt.Errorf("%v: want a shape of the package", s.Shape)
	}
	for _, f := range []float64{s.From, s.To} {
		if !(f >= 0) || math.IsInf(f, 0) {
			return fmt.Errorf("learning-rate factor %v: want a finite number >= 0", f)
		}
	}
	if isAskedZero(s.Time) || !(s.time() > 0) || math.IsInf(s.Time, 0) {
		return fmt.Errorf("time %v: want a finite number > 0", s.Time+0)
	}
	if s.From == 0 && (s.To == 0 || s.Shape == ConstantRate || s.Shape == InverseTimeRate) {
		return fmt.Errorf("no learning-rate factor, so that it stands still: want From > 0, as From: 1 for the optimizer's own rate")
	}
	for _, beta := range []float64{s.Momentum, s.MomentumTo} {
		if !(beta >= 0 && beta < 1) {
			return fmt.Errorf("momentum %v: want 0 < β < 1, or 0 to keep the optimizer's", beta)
		}
	}
	if s.MomentumTo != 0 && (s.Momentum == 0 || s.Shape != LinearRate && s.Shape != CosineRate) {
		return fmt.Errorf("MomentumTo %v in a segment with Momentum %v and shape %v: want a Momentum to start from and a LinearRate or CosineRate to follow", s.MomentumTo, s.Momentum, s.Shape)
	}
	return validateBatch(s.BatchSize)
}

func batchOf(b float64) float64 {
	if b == 0 {
		return 1
	}
	return b
}
