package theory

import (
	"strconv"

	"nqm/theory/table"
)

// Agreement compares an expected curve with its sampled counterpart.
type Agreement struct {
	Exact   Curve        `json:"exact"`
	Sampled SampledCurve `json:"sampled"`
	// Z is how far the average of the runs is from the expected loss at each step, on
	// the normal scale: the number that a standard normal one is beyond with the
	// probability that the average is so far off, on its side. It is 0 where both agree
	// within rounding; where the loss is certain, it is the difference in units of the
	// rounding that is granted. Where Basis has bounds of the probability, Z is the
	// smaller for it, and 0 unless that bound is below a half.
	Z     []float64 `json:"z"`
	Basis Basis     `json:"basis"`
	// Threshold is the largest |Z| that passes. It holds for all steps at
	// once: FalseAlarm is divided among the steps (Bonferroni), which is valid
	// however the steps are correlated.
	Threshold  float64 `json:"threshold"`
	FalseAlarm float64 `json:"false_alarm"`
	// Sharpest is what such a check sees at the step where the loss scatters least in
	// units of its mean, and Bluntest where it scatters most, of the steps where it
	// is random: a check that passes excludes no smaller error. Where it is random
	// nowhere, both are the rounding that is granted.
	Sharpest Sight `json:"sharpest"`
	Bluntest Sight `json:"bluntest"`
}

// Sight is by which part of itself the true loss must be higher than the closed form,
// or lower, at a step for a check to find it there with a probability of 0.95: with
// the known law of the runs computed exactly, else from the spread that they show.
// +Inf if it would not, however far off.
type Sight struct {
	Step int     `json:"step"`
	High float64 `json:"high"`
	Low  float64 `json:"low"`
}

// Basis is what the probabilities of a check rest on.
type Basis string

const (
	// KnownLaw is a weighted sum of chi-squares: Gaussian noise, independent directions.
	KnownLaw Basis = "the exact law of the average"
	// BoundedLaw is that of another noise, of Correlated directions, or of very many,
	// bounded by what is known of it.
	BoundedLaw Basis = "bounds on the law of the average"
	// ShownSpread is that of multiplicative noise: bounded above the expected loss;
	// below it the runs' own spread stands in for a bound, if it is not less than
	// Gaussian losses can have, and FalseAlarm is not proved.
	ShownSpread Basis = "bounds on the law of the average, below the closed form as far as the runs show their spread"
)

// Agrees reports whether every |Z| is within the threshold.
func (a Agreement) Agrees() bool { return a.Worst() <= a.Threshold }

// Worst returns the largest |Z|.
func (a Agreement) Worst() float64 {
	worst := 0.0
	for _, z := range a.Z {
		worst = max(worst, z, -z)
	}
	return worst
}

// Records returns a row for each step.
func (a Agreement) Records() []table.Record {
	head := sampledHead(a.Exact.Problem, a.Exact.Method, a.Sampled.Trials, a.Sampled.Seed, a.Sampled.Partial)
	head = head.With("agrees", strconv.FormatBool(a.Agrees()), "threshold", a.Threshold, "basis", string(a.Basis),
		"sees_high", a.Sharpest.High, "sees_low", a.Sharpest.Low, "sees_high_anywhere", a.Bluntest.High, "sees_low_anywhere", a.Bluntest.Low)
	return along(head, a.Exact.Steps,
		column{"loss", a.Exact.Loss}, column{"sampled_loss", a.Sampled.Mean}, column{"std_err", a.Sampled.StdErr}, column{"z", a.Z})
}
