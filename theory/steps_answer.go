package theory

import (
	"fmt"
	"math"

	"nqm/theory/table"
)

// Outcome is how the search for a target ended.
type Outcome int

// The outcomes. Only NotWithinLimit leaves something open.
const (
	Reached        Outcome = iota // at Steps
	Never                         // at no t: the loss stays finite and above the target
	Diverges                      // at no t: the loss grows without bound, and Floor is +Inf
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
		if math.IsInf(s.Loss, 1) {
			return head + fmt.Sprintf("not within %d steps, where it overflows", s.Checked)
		}
		return head + fmt.Sprintf("not within %d steps, where it is %.6g", s.Checked, s.Loss)
	case math.IsInf(s.Bound, 1):
		return head + fmt.Sprintf("%v (above it at every step before t = %d, where it overflows)", s.Outcome, s.Checked)
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
