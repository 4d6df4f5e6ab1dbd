package theory

// SampledCurve is the loss of one method over independent sampled runs, at
// chosen steps. All slices have the length of Steps. Package nqmkit makes
// them; they stand here because figures are drawn of them.
type SampledCurve struct {
	Problem string `json:"problem"`
	Method  string `json:"method"` // with its settings
	Family  string `json:"family"` // without its settings

	Steps  []int     `json:"steps"`   // updates done, increasing
	Mean   []float64 `json:"mean"`    // average of L(t) over the runs
	StdErr []float64 `json:"std_err"` // standard error of Mean
	Low    []float64 `json:"low"`     // the band Low..High holds the central
	High   []float64 `json:"high"`    // Level of the runs at each step
	Level  float64   `json:"level"`   // in (0, 1)
	Trials int       `json:"trials"`  // number of runs
	Seed   uint64    `json:"seed"`    // the runs are a function of it
}

// Agreement compares an expected curve with its sampled counterpart.
type Agreement struct {
	Exact   Curve        `json:"exact"`
	Sampled SampledCurve `json:"sampled"`
	// Z is (sampled mean - expected loss) / standard error at each step, with
	// the exact standard error StdDev/√Trials; 0 where both agree exactly and
	// the loss is certain.
	Z []float64 `json:"z"`
	// Threshold is the largest |Z| that passes. It holds for all steps at
	// once: FalseAlarm is divided among the steps (Bonferroni), which is valid
	// however the steps are correlated.
	Threshold  float64 `json:"threshold"`
	FalseAlarm float64 `json:"false_alarm"`
}

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

// Paths is a few sampled runs of one method with every coordinate kept.
type Paths struct {
	Problem   string    `json:"problem"`
	Method    string    `json:"method"` // with its settings
	Family    string    `json:"family"` // without its settings
	Curvature []float64 `json:"curvature"`
	Steps     []int     `json:"steps"` // updates done, increasing
	// Theta is indexed by run, coordinate and step.
	Theta [][][]float64 `json:"theta"`
	// Mean is E θ_i(t), indexed by coordinate and step.
	Mean [][]float64 `json:"mean"`
	Seed uint64      `json:"seed"`
}
