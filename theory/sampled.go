package theory

import (
	"math"

	"nqm/theory/table"
)

// SampledCurve is the loss of one method over independent sampled runs, at
// chosen steps. All slices have the length of Steps. Package nqmkit makes
// them; they stand here because figures are drawn of them.
type SampledCurve struct {
	Problem string `json:"problem"`
	Method  string `json:"method"` // with its settings
	Family  string `json:"family"` // without its settings

	Steps []int `json:"steps"` // updates done, increasing
	// Samples are the examples that a run has seen by then; nil of runs made elsewhere.
	Samples []float64 `json:"samples,omitempty"`
	Mean    []float64 `json:"mean"`    // average of L(t) over the runs
	StdErr  []float64 `json:"std_err"` // standard error of Mean
	Low     []float64 `json:"low"`     // the band Low..High holds the central
	High    []float64 `json:"high"`    // Level of the runs at each step
	Level   float64   `json:"level"`   // in (0, 1)
	Trials  int       `json:"trials"`  // number of runs
	Seed    uint64    `json:"seed"`    // the runs are a function of it

	// Quantity names what was observed instead of the loss; empty is the loss.
	Quantity string `json:"quantity,omitempty"`
	// Diverged holds the steps at which runs overflowed, in increasing order;
	// they count as +Inf from there on.
	Diverged []int `json:"diverged,omitempty"`
	// Partial says that an interrupt ended the sampling: Trials and Steps are
	// what was finished by then.
	Partial bool `json:"partial,omitempty"`
}

// PairedCurve is the difference in loss between two methods that were sampled
// with the same noise (common random numbers), at chosen steps. All slices have
// the length of Steps.
type PairedCurve struct {
	Problem string    `json:"problem"`
	Methods [2]string `json:"methods"` // with their settings

	Steps  []int     `json:"steps"`
	Mean   []float64 `json:"mean"`    // average of L_0(t) - L_1(t) over the runs
	StdErr []float64 `json:"std_err"` // standard error of Mean
	// Low..High is Student's interval for the expected difference: at each
	// step it holds it with probability Level, as far as the average is normal.
	Low   []float64 `json:"low"`
	High  []float64 `json:"high"`
	Level float64   `json:"level"`
	// Saving is how many times more runs the same standard error would take
	// with independent noise; +Inf where the difference is the same in each run.
	Saving  []float64 `json:"saving"`
	Trials  int       `json:"trials"`
	Seed    uint64    `json:"seed"`
	Partial bool      `json:"partial,omitempty"`
}

// SampledSteps is how many steps sampled runs took until their loss was at or
// below a target for the first time.
type SampledSteps struct {
	Problem string `json:"problem"`
	Method  string `json:"method"` // with its settings
	Family  string `json:"family"` // without its settings

	Target   float64 `json:"target"`
	Limit    int     `json:"limit"`    // steps that a run was given
	Steps    []int   `json:"steps"`    // of the runs that arrived, in increasing order
	Late     int     `json:"late"`     // runs still above the target after Limit steps
	Diverged int     `json:"diverged"` // runs that overflowed first
	Trials   int     `json:"trials"`   // all runs
	Seed     uint64  `json:"seed"`
	Partial  bool    `json:"partial,omitempty"`
}

// Quantile returns the smallest number of steps by which a share q in (0, 1]
// of all runs had arrived. The answer is false if fewer ever did.
func (s SampledSteps) Quantile(q float64) (steps int, ok bool) {
	rank := max(int(math.Ceil(q*float64(s.Trials)*(1-1e-14))), 1) // 0.07·100 is more than 7
	if rank > len(s.Steps) {
		return 0, false
	}
	return s.Steps[rank-1], true
}

// ScaleEstimates is an estimator of the simple noise scale B = tr C/|g|² at one
// point, on many sampled gradients, beside the exact value.
type ScaleEstimates struct {
	Problem   string `json:"problem"`
	Estimator string `json:"estimator"`

	Exact float64 `json:"exact"`
	// Mean and StdDev of the estimates over the trials, and their quantiles of
	// 5%, 50% and 95%. The estimate is a quotient; where its denominator is
	// often near 0 the mean says little and the quantiles are the honest answer.
	Mean   float64 `json:"mean"`
	StdDev float64 `json:"std_dev"`
	Low    float64 `json:"low"`
	Median float64 `json:"median"`
	High   float64 `json:"high"`
	// Bias is Mean - Exact, with its standard error.
	Bias       float64 `json:"bias"`
	BiasStdErr float64 `json:"bias_std_err"`
	// Pooled is the quotient of the averages of numerator and denominator over
	// all trials: what a long run would smooth to.
	Pooled float64 `json:"pooled"`
	// Negative is the share of trials whose estimate of |g|² was not positive.
	Negative float64 `json:"negative"`
	Trials   int     `json:"trials"`
	Seed     uint64  `json:"seed"`
}

// Paths is a few sampled runs of one method with every coordinate kept.
type Paths struct {
	Problem   string    `json:"problem"`
	Method    string    `json:"method"` // with its settings
	Family    string    `json:"family"` // without its settings
	Curvature []float64 `json:"curvature"`
	// Hessian stands in place of Curvature for a problem of two coordinates
	// that are not those of its eigenvectors.
	Hessian [][]float64 `json:"hessian,omitempty"`
	Steps   []int       `json:"steps"` // updates done, increasing
	// Theta is indexed by run, coordinate and step.
	Theta [][][]float64 `json:"theta"`
	// Mean is E θ_i(t), indexed by coordinate and step; nil where there is no
	// closed form of it.
	Mean [][]float64 `json:"mean"`
	Seed uint64      `json:"seed"`
	// Partial says that an interrupt ended the sampling.
	Partial bool `json:"partial,omitempty"`
}

// sampledHead names the runs.
func sampledHead(problem, method string, trials int, seed uint64, partial bool) table.Record {
	return ended(problemFields(problem).With("method", method, "trials", trials, "seed", table.Whole(seed)), partial)
}

// Records returns a row for each step.
func (c SampledCurve) Records() []table.Record {
	mean := "loss"
	if c.Quantity != "" {
		mean = table.NameOf(c.Quantity)
	}
	return along(sampledHead(c.Problem, c.Method, c.Trials, c.Seed, c.Partial).With("level", c.Level), c.Steps,
		column{"samples", c.Samples}, column{mean, c.Mean}, column{"std_err", c.StdErr}, column{"low", c.Low}, column{"high", c.High})
}

// Records returns a row for each step.
func (p PairedCurve) Records() []table.Record {
	head := sampledHead(p.Problem, p.Methods[0], p.Trials, p.Seed, p.Partial).With("other_method", p.Methods[1], "level", p.Level)
	return along(head, p.Steps, column{"difference", p.Mean}, column{"std_err", p.StdErr},
		column{"low", p.Low}, column{"high", p.High}, column{"saving", p.Saving})
}

// Records returns a row for each run.
func (s SampledSteps) Records() []table.Record {
	head := sampledHead(s.Problem, s.Method, s.Trials, s.Seed, s.Partial).With("target", s.Target, "limit", s.Limit)
	var rows []table.Record
	for _, t := range s.Steps {
		rows = append(rows, head.With("outcome", Reached.String(), "steps", t))
	}
	for range s.Late {
		rows = append(rows, head.With("outcome", NotWithinLimit.String(), "steps", nil))
	}
	for range s.Diverged {
		rows = append(rows, head.With("outcome", "overflowed", "steps", nil))
	}
	return rows
}

// Records returns one row.
func (s ScaleEstimates) Records() []table.Record {
	return []table.Record{problemFields(s.Problem).With("estimator", s.Estimator, "exact", s.Exact,
		"mean", s.Mean, "std_dev", s.StdDev, "low", s.Low, "median", s.Median, "high", s.High,
		"bias", s.Bias, "bias_std_err", s.BiasStdErr, "pooled", s.Pooled, "negative", s.Negative,
		"trials", s.Trials, "seed", table.Whole(s.Seed))}
}

// Records returns a row for each run, coordinate and step.
func (p Paths) Records() []table.Record {
	var rows []table.Record
	for run, theta := range p.Theta {
		for i, values := range theta {
			head := problemFields(p.Problem).With("method", p.Method, "seed", table.Whole(p.Seed), "run", run, "coordinate", i)
			if p.Curvature != nil { // else the coordinates are not those of the eigenvectors
				head = head.With("curvature", p.Curvature[i])
			}
			columns := []column{{"theta", values}}
			if p.Mean != nil {
				columns = append(columns, column{"mean", p.Mean[i]})
			}
			rows = append(rows, along(ended(head, p.Partial), p.Steps, columns...)...)
		}
	}
	return rows
}
