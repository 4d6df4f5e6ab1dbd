package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/dd"
	"nqm/theory/table"
)

// Outcome is how the search for a target ended.
type Outcome int

// The outcomes. Only NotWithinLimit leaves something open.
const (
	Reached        Outcome = iota // at Steps
	Never                         // at no t: the loss stays finite and above the target
	Diverges                      // at no t: the loss grows without bound
	NotWithinLimit                // not at any t < Checked, and later ones were not decided
	NotAsked                      // of the settle time, where only the first hit was wanted
)

var outcomeNames = [...]string{"reached", "never", "diverges", "not within the limit", "not asked"}

// String returns the outcome's name.
func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomeNames) {
		return fmt.Sprintf("Outcome(%d)", int(o))
	}
	return outcomeNames[o]
}

// MarshalText writes the outcome's name, so that tables say "never" and not 1.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name that MarshalText wrote.
func (o *Outcome) UnmarshalText(text []byte) error {
	for k, name := range outcomeNames {
		if name == string(text) {
			*o = Outcome(k)
			return nil
		}
	}
	return fmt.Errorf("theory: outcome %q: want one of %q", text, outcomeNames)
}

// Steps is the answer of StepsToTarget, with its certificate.
type Steps struct {
	Problem string  `json:"problem"`
	Method  string  `json:"method"` // with its settings
	Family  string  `json:"family"` // without its settings
	Target  float64 `json:"target"`
	Limit   int     `json:"limit"` // the largest t that was asked about

	Outcome Outcome `json:"outcome"`
	// Steps is T, the first t with E L(t) <= Target, if Reached; otherwise -1.
	Steps int `json:"steps"`
	// Loss is E L(T) <= Target, and Before is E L(T-1) > Target; Before is
	// Loss for T = 0. If not Reached both are the loss at t = Checked.
	Loss   float64 `json:"loss"`
	Before float64 `json:"before"`
	// Checked is such that no t < Checked reaches the target: T itself if
	// Reached. If Never or Diverges, Bound > Target is a lower bound of the
	// loss at every t >= Checked.
	Checked int     `json:"checked"`
	Bound   float64 `json:"bound"`

	// Settles says whether the loss stays at or below the target from some step
	// on, and SettleSteps is the first step from which it does; otherwise -1.
	Settles     Outcome `json:"settles"`
	SettleSteps int     `json:"settle_steps"`

	Floor       float64 `json:"floor"`       // as in Curve
	Modes       int     `json:"modes"`       // directions or quadrature nodes that were summed
	SumError    float64 `json:"sum_error"`   // as in Curve
	Evaluations int     `json:"evaluations"` // losses that were summed
}

// String is one sentence with the certificate.
func (s Steps) String() string {
	head := fmt.Sprintf("%s to loss %g: ", s.Method, s.Target)
	switch {
	case s.Outcome == Reached && s.Steps == 0:
		head += fmt.Sprintf("0 steps, it starts at %.6g", s.Loss)
	case s.Outcome == Reached:
		head += fmt.Sprintf("%d steps (%.9g there, %.9g one step before)", s.Steps, s.Loss, s.Before)
	case s.Outcome == NotWithinLimit:
		return head + fmt.Sprintf("not within %d steps, where it is %.6g", s.Checked, s.Loss)
	default:
		return head + fmt.Sprintf("%v (above %.6g from t = %d on, floor %.6g)", s.Outcome, s.Bound, s.Checked, s.Floor)
	}
	switch {
	case s.Settles == NotAsked:
	case s.Settles == NotWithinLimit:
		return head + "; whether it stays there is not decided"
	case s.Settles != Reached:
		return head + fmt.Sprintf("; stays there: %v", s.Settles)
	case s.SettleSteps != s.Steps:
		return head + fmt.Sprintf("; stays there from %d on", s.SettleSteps)
	}
	return head
}

const (
	// MaxSteps is the largest number of steps that StepsToTarget looks at.
	MaxSteps = 1_000_000_000_000_000
	// MaxScan is the largest number of steps that are looked at one by one, for
	// the methods and problems without a bound over intervals of t.
	MaxScan = 1 << 20
)

// StepsToTarget returns the first t <= limit with E L(t) <= target, and the
// first from which the loss stays there. A limit of 0 means MaxSteps.
//
// The loss need not fall with t: momentum rings, and SGD from an uneven start
// can dip below the target and come back. Nothing is bisected on the assumption
// that it does. For SGD, heavy ball, Nesterov's method and the moving average of
// SGD with constant settings, a lower bound of the loss over an interval of t
// excludes whole intervals (see the type lossBounds), so that t up to 10^15 costs
// some dozens of losses. Every other method, and multiplicative noise, is
// followed step by step up to MaxScan steps; beyond them the outcome is
// NotWithinLimit with Checked saying how far it is proved, unless the noise
// alone is above the target, which cannot fall while the settings are constant.
//
// T is exact unless the loss comes within its rounding error (10^-12
// relatively) of the target. Where a power law is summed by quadrature, a loss
// within 10^-9 of the target is summed again over all directions.
//
// A schedule under which the loss overflows, and that is stable in the end, is
// NotWithinLimit from there on, where Loss is +Inf.
//
// A schedule without a length is stretched over limit steps, which must then be
// given. The errors name an invalid problem or method, a target that is not
// a finite number > 0, or a limit outside 0 to MaxSteps.
func StepsToTarget(p Problem, target float64, m Method, limit int) (Steps, error) {
	return stepsToTarget(p, target, m, limit, false)
}

// stepsToTarget leaves the settle time open if only the first hit is wanted.
func stepsToTarget(p Problem, target float64, m Method, limit int, hitOnly bool) (Steps, error) {
	if err := check(p, m); err != nil {
		return Steps{}, err
	}
	m, limit, err := question(m, target, limit)
	if err != nil {
		return Steps{}, err
	}
	s := Steps{Problem: p.String(), Method: m.String(), Family: m.Family(), Target: target, Limit: limit,
		Steps: -1, SettleSteps: -1, Outcome: NotWithinLimit, Settles: NotWithinLimit}
	if hitOnly {
		s.Settles = NotAsked
	}
	if p.Streaming || !hasLossBounds(m) {
		return s, s.scan(p, m)
	}
	s.prove(p, m, hitOnly)
	return s, nil
}

// question checks the numbers of a question and stretches an open schedule.
func question(m Method, target float64, limit int) (Method, int, error) {
	if err := checkTarget(target, limit); err != nil {
		return nil, 0, err
	}
	if limit > 0 {
		m, err := over(m, limit)
		return m, limit, err
	}
	if o, ok := m.(Optimizer); ok && o.Schedule.open() >= 0 {
		return nil, 0, fmt.Errorf("theory: %v has a schedule without a length: give the limit that it is stretched over", o)
	}
	return m, MaxSteps, nil
}

func checkTarget(target float64, limit int) error {
	if !(target > 0) || math.IsInf(target, 0) {
		return fmt.Errorf("theory: target %v: want a finite loss > 0", target)
	}
	if limit < 0 || limit > MaxSteps {
		return fmt.Errorf("theory: limit of %d steps: want 1 to %d, or 0 for the largest", limit, MaxSteps)
	}
	return nil
}

// prove answers by branch and bound. On a power law a coarse quadrature finds
// roughly where, the quadrature is refined until it is accurate there, and the
// search on the fine one is the proof.
func (s *Steps) prove(p Problem, m Method, hitOnly bool) {
	if p.Law.Count == 0 {
		s.Modes = p.Len()
		k := newLossBounds(p.list(), m, s.Target, 0)
		k.hitOnly = hitOnly
		k.answer(s, 0)
		s.Evaluations = k.evaluations
		return
	}
	rough := *s
	k := newLossBounds(p.Law.nodes(ladder[0]), m, s.Target, quadratureGuard)
	k.hitOnly = hitOnly
	k.answer(&rough, 0)
	near := max(rough.Checked, 1)
	dirs, disagreement := p.nodes(func(d []Direction) []float64 { return lossesAt(d, m, quarters(max(near, rough.SettleSteps))) })
	fine := newLossBounds(dirs, m, s.Target, quadratureGuard)
	fine.law, fine.method, fine.hitOnly = p.Law, m, hitOnly
	s.Modes, s.SumError = len(dirs), disagreement
	fine.answer(s, near)
	s.Evaluations = k.evaluations + fine.evaluations
}

// quarters are n and a few steps before, each a quarter of the next.
func quarters(n int) []int {
	var steps []int
	for t := n; t > 0 && len(steps) < 5; t /= 4 {
		steps = append(steps, t)
	}
	return steps
}

// lossesAt returns the expected losses of some directions.
func lossesAt(dirs []Direction, m Method, steps []int) []float64 {
	modeOf, total := modesOf(m), make([]dd.Sum, len(steps))
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		mode := modeOf(d.Curvature, d.Noise)
		for k, t := range steps {
			total[k].Add(lossOf(d, mode.At(t)))
		}
	}
	values := make([]float64, len(steps))
	for k := range steps {
		values[k] = total[k].Value()
	}
	return values
}

// lossOf is ½ m h E θ².
func lossOf(d Direction, r Response) float64 {
	return 0.5 * d.Multiplicity * d.Curvature * (times(r.Factor*r.Factor, d.SecondMoment()) + r.Noise)
}

// Records returns one row.
func (s Steps) Records() []table.Record {
	r := problemFields(s.Problem).With("method", s.Method).Join(s.certificate())
	r = r.With("settles", s.Settles.String(), "settle_steps", nil)
	if s.Settles == Reached {
		r = r.With("settle_steps", s.SettleSteps)
	}
	return []table.Record{r}
}

// certificate has what is known of the answer. Of a target that is not reached it
// stands in the last columns: no t < checked reaches it, and loss_bound is below
// the loss from there on.
func (s Steps) certificate() table.Record {
	r := table.Row("target", s.Target, "outcome", s.Outcome.String())
	if s.Outcome == Reached {
		r = r.With("steps", s.Steps, "loss_at_steps", s.Loss, "loss_before", s.Before)
	} else {
		r = r.With("steps", nil, "loss_at_steps", nil, "loss_before", nil)
	}
	r = r.With("floor", s.Floor, "checked", s.Checked)
	if s.Outcome == Never || s.Outcome == Diverges {
		r = r.With("loss_bound", s.Bound)
	}
	return r.With("limit", s.Limit)
}
