package theory

import (
	"fmt"

	"nqm/theory/table"
)

// HeldOut is a law fitted to some runs, and held against others that it never saw: see
// HoldOut.
type HeldOut struct {
	// Law is "constant rate" or "fading rate".
	Law string `json:"law"`
	// Fitted is how many runs the law was fitted to, and Misfit how far it is off there,
	// the standard deviation of log loss.
	Fitted int     `json:"fitted"`
	Misfit float64 `json:"misfit"`
	// Runs are those that were hidden, and Predicted their losses under the law.
	Runs      []Run     `json:"runs"`
	Predicted []float64 `json:"predicted"`
}

// HoldOut fits the laws of FitRuns and, if every run is SGD at a constant rate,
// FitFadingRuns to the runs that are not hidden, and predicts the hidden ones. A law with
// more numbers always fits better; here it has to predict better. The fits have no
// intervals, so that many ways of hiding can be tried.
//
// The error names an invalid run or a nil function, and says where nothing is hidden or too few runs are left.
func HoldOut(runs []Run, hidden func(Run) bool) ([]HeldOut, error) {
	if hidden == nil {
		return nil, fmt.Errorf("theory: HoldOut without a function: want one that says which runs are hidden")
	}
	var seen, unseen []Run
	for _, r := range runs {
		if hidden(r) {
			unseen = append(unseen, r)
		} else {
			seen = append(seen, r)
		}
	}
	if len(unseen) == 0 {
		return nil, fmt.Errorf("theory: none of %d runs is hidden: want one or more", len(runs))
	}
	laws := []bool{false}
	if allPlain(runs) {
		laws = append(laws, true)
	}
	var all []HeldOut
	for _, fades := range laws {
		ready, err := readyRuns(seen, lawLength(fades))
		if err != nil {
			return nil, err
		}
		others, err := readyRuns(unseen, 0)
		if err != nil {
			return nil, fmt.Errorf("%w (of the hidden runs)", err)
		}
		s := solveRuns(ready, fades)
		h := HeldOut{Law: "constant rate", Fitted: len(ready), Misfit: misfitOf(s.Best.Sum, len(ready), lawLength(fades)), Runs: others}
		if fades {
			h.Law = "fading rate"
		}
		h.Predicted = newRunsProblem(others, fades).losses(lawOf(s.Best.Z))
		all = append(all, h)
	}
	return all, nil
}

// Off is the root mean square of log(loss/predicted) over the hidden runs.
func (h HeldOut) Off() float64 {
	sum := 0.0
	for _, r := range h.Residuals() {
		sum += r.Log() * r.Log()
	}
	return rootMean(sum, len(h.Runs))
}

// Residuals returns the hidden runs.
func (h HeldOut) Residuals() []Residual { return residualsOf(h.Runs, h.Predicted) }

// String is one sentence.
func (h HeldOut) String() string {
	return fmt.Sprintf("%s: off by %.2g%% on the %d runs that were fitted, by %.2g%% on the %d that were hidden",
		h.Law, 100*h.Misfit, h.Fitted, 100*h.Off(), len(h.Runs))
}

// Records returns a row for each hidden run.
func (h HeldOut) Records() []table.Record {
	var rows []table.Record
	for k, r := range h.Residuals() {
		rows = append(rows, table.Row("law", h.Law).Join(h.Runs[k].Records()[0]).With("predicted", r.Fitted, "log_residual", r.Log()))
	}
	return rows
}
