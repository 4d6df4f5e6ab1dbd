package theory

import (
	"fmt"
	"math"
	"strings"

	"nqm/theory/table"
)

// Tuned is the answer of Tune: the best settings found, with the certificate.
type Tuned struct {
	Problem string `json:"problem"`
	Family  string `json:"family"` // without settings
	// Optimizer has every free setting filled in.
	Optimizer Optimizer `json:"optimizer"`
	// Free names the settings that were chosen, as in "learning rate".
	Free []string `json:"free"`
	// Target is the loss to be reached; 0 if the lowest loss after Budget steps
	// was asked for.
	Target float64 `json:"target,omitempty"`
	Budget int     `json:"budget,omitempty"`
	// Steps is the certificate of Optimizer: T with the exact loss at T and at
	// T - 1. Its settle time is not looked for. Of a budget, Steps.Loss is the
	// loss at the end of it.
	Steps Steps `json:"steps"`
	// BestBefore is the lowest loss that any settings were found to have after
	// Steps.Steps - 1 steps, above Target: no better answer was found there.
	BestBefore float64 `json:"best_before"`
	// Evaluations is the number of losses that the search summed.
	Evaluations int `json:"evaluations"`
	// Proved says that nothing is better, of all learning rates up to 1 - 1.1·10^-7 of the
	// limit of stability and all momenta or decays in [0, 1) where they are free too:
	// none reaches the target in fewer steps, or in Limit steps if the answer is that it
	// was not reached, or has a loss that is lower by more than 10^-7 of it. Where it is
	// false, that was searched for, and not shown: see Prove.
	Proved bool `json:"proved"`
	// Bound is shown to be <= the loss of all these settings at every number of steps
	// before Steps.Steps, or at Budget; 0 where nothing is shown.
	Bound float64 `json:"bound"`
	// Intervals is how many boxes of settings and steps were bounded for that.
	Intervals int `json:"intervals"`
}

// String is one sentence: the settings with their certificate, and how it is known that no
// other is better, where any was free.
func (t Tuned) String() string {
	switch {
	case len(t.Free) == 0 && t.Budget > 0:
		return fmt.Sprintf("%v: loss %.9g after %d steps", t.Optimizer, t.Steps.Loss, t.Budget)
	case len(t.Free) == 0:
		return t.Steps.String()
	case t.Budget > 0 && t.Proved:
		return fmt.Sprintf("%v: loss %.9g after %d steps; proved: no %s gives less than %.9g", t.Optimizer, t.Steps.Loss, t.Budget, t.freed(), t.Bound)
	case t.Budget > 0:
		return fmt.Sprintf("%v: loss %.9g after %d steps; searched: the lowest of %d losses", t.Optimizer, t.Steps.Loss, t.Budget, t.Evaluations)
	case t.Proved && t.Steps.Outcome != Reached:
		return fmt.Sprintf("%v; proved: no %s reaches it", t.Steps, t.freed())
	case t.Steps.Outcome != Reached:
		return fmt.Sprintf("%v; searched: the lowest of %d losses", t.Steps, t.Evaluations)
	case t.Proved:
		return fmt.Sprintf("%v; proved: no %s reaches it earlier", t.Steps, t.freed())
	}
	return fmt.Sprintf("%v; searched: the lowest found one step before is %.9g", t.Steps, t.BestBefore)
}

// Optimality is "proved" or "searched": how it is known that nothing is better; "nothing
// free" where the settings were given, and none was looked for.
func (t Tuned) Optimality() string {
	switch {
	case len(t.Free) == 0:
		return "nothing free"
	case t.Proved:
		return "proved"
	}
	return "searched"
}

// freed names the settings that were chosen.
func (t Tuned) freed() string { return strings.Join(t.Free, " and ") }

// Samples returns the gradient examples that were used, steps times batch
// size, +Inf if the target was not reached.
func (t Tuned) Samples() float64 { return samples(t.Steps, t.Optimizer) }

// Scaling is how the steps to a target depend on the batch size, for some
// methods that were tuned at every point.
type Scaling struct {
	Problem    string         `json:"problem"`
	Target     float64        `json:"target"`
	BatchSizes []float64      `json:"batch_sizes"` // increasing
	Curves     []ScalingCurve `json:"curves"`
	// BayesSamples is the number of samples that no method can do without;
	// MaximumLikelihood is ½ tr(H⁻¹C)/target, what the maximum-likelihood estimator takes,
	// which is d/(2 target) for C = H and no lower bound. Both are straight
	// lines of slope -1 in a picture of steps against batch size. NaN says that
	// they are not defined, as under multiplicative noise.
	BayesSamples      float64 `json:"bayes_samples"`
	MaximumLikelihood float64 `json:"maximum_likelihood"`
	// Partial says that an interrupt left points out.
	Partial bool `json:"partial,omitempty"`
}

// ScalingCurve is one method of a Scaling. Points has the length of
// Scaling.BatchSizes, or less if Partial.
type ScalingCurve struct {
	Family string  `json:"family"`
	Points []Tuned `json:"points"`
	// Perfect is the least number of samples of any point: perfect scaling is
	// Perfect/B steps. Fewest is the least number of steps of any point, which more
	// parallelism does not lower.
	Perfect float64 `json:"perfect"`
	Fewest  int     `json:"fewest"`
	// Critical has the critical batch size by each definition.
	Critical []CriticalBatch `json:"critical"`
}

// CriticalBatch is the batch size beyond which larger batches pay less, by one
// of the definitions that are in use.
type CriticalBatch struct {
	Definition string `json:"definition"` // "20% overhead", "hyperbola", "B_noise at the target"
	// BatchSize is NaN where the points do not determine it; Note says why, or
	// how well the definition's model fits.
	BatchSize float64 `json:"batch_size"`
	Note      string  `json:"note,omitempty"`
	// MinSteps and MinSamples are S_min and E_min of a fitted hyperbola, whose
	// quotient E_min/S_min is BatchSize; 0 of the other definitions.
	MinSteps   float64 `json:"min_steps,omitempty"`
	MinSamples float64 `json:"min_samples,omitempty"`
}

func samples(s Steps, o Optimizer) float64 {
	if s.Outcome != Reached {
		return math.Inf(1)
	}
	return float64(s.Steps) * o.batchSize()
}

// Records returns one row.
func (t Tuned) Records() []table.Record { return []table.Record{t.record()} }

func (t Tuned) record() table.Record {
	// A momentum that was tuned to 0 is still one.
	r := problemFields(t.Problem).With("method", t.Family).Join(settingsRecord(t.Optimizer))
	if t.Budget > 0 {
		return r.With("budget", t.Budget, "loss_at_budget", t.Steps.Loss, "floor", t.Steps.Floor, "evaluations", t.Evaluations).Join(t.proof())
	}
	r = r.With("samples", nil, "effective_learning_rate", orEmpty(t.Optimizer.EffectiveLearningRate()))
	if t.Steps.Outcome == Reached {
		r = r.With("samples", t.Samples())
	}
	return r.Join(t.Steps.certificate()).With("best_before", t.BestBefore, "evaluations", t.Evaluations).Join(t.proof())
}

func (t Tuned) proof() table.Record {
	r := table.Row("optimality", t.Optimality(), "proved_bound", nil, "intervals", t.Intervals)
	if t.Bound > 0 {
		r[1].Cell = t.Bound
	}
	return r
}

// Records returns a row for each method and batch size.
func (s Scaling) Records() []table.Record {
	var rows []table.Record
	for _, c := range s.Curves {
		for k, p := range c.Points {
			b := s.BatchSizes[k]
			rows = append(rows, ended(p.record(), s.Partial).With("bound", orEmpty(s.BayesSamples/b)).Join(c.around(b)))
		}
	}
	return rows
}

// Records returns a row for each batch size.
func (s ScalingCurve) Records() []table.Record {
	rows := make([]table.Record, len(s.Points))
	for k, p := range s.Points {
		rows[k] = p.record().Join(s.around(p.Optimizer.batchSize()))
	}
	return rows
}

// around has what stands beside a point in batches of b.
func (s ScalingCurve) around(b float64) table.Record {
	r := table.Row("perfect_scaling", s.Perfect/b)
	for _, c := range s.Critical {
		r = r.With("critical_batch_size_"+table.NameOf(c.Definition), orEmpty(c.BatchSize))
	}
	return r
}

// orEmpty is a cell without a value where a number is not determined.
func orEmpty(v float64) any {
	if math.IsNaN(v) {
		return nil
	}
	return v
}

// Records returns one row.
func (c CriticalBatch) Records() []table.Record {
	return []table.Record{table.Row("definition", c.Definition, "batch_size", orEmpty(c.BatchSize),
		"note", c.Note, "min_steps", c.MinSteps, "min_samples", c.MinSamples)}
}
