package theory

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nqm/theory/internal/leastsquares"
	"nqm/theory/table"
)

// CriticalFit is the law of steps to a target against batch size,
//
//	T(B) = S_min + E_min/B
//
// fitted to measured points by least squares of log T (McCandlish et al. 2018,
// section 2.3), with the critical batch size by each definition.
type CriticalFit struct {
	BatchSizes []float64 `json:"batch_sizes"`
	Steps      []float64 `json:"steps"`
	// Reference is the batch size from which perfect scaling is counted.
	Reference float64 `json:"reference"`
	// MinSteps is S_min and MinSamples E_min, with profile intervals.
	MinSteps   Estimate `json:"min_steps"`
	MinSamples Estimate `json:"min_samples"`
	// Critical has the critical batch size by each definition: see FitCritical.
	Critical []Estimate `json:"critical"`
	// Misfit is the standard deviation of log T around the law, NaN of as many points
	// as parameters.
	Misfit float64 `json:"misfit"`
	// Notes say what the points do not determine.
	Notes []string `json:"notes,omitempty"`
}

// FitCritical fits T(B) = S_min + E_min/B to the steps T > 0 to a target, measured at batch
// sizes B > 0, three points or more at two sizes or more. The critical batch size is
// returned by each definition, with its profile interval:
//
//	20% overhead   B at which the fitted T is 1.2 times what perfect scaling from the
//	               reference has left of it: (1.2 B_0 S_min + 0.2 E_min)/S_min for
//	               the reference B_0 (Zhang et al. 2024, arXiv 2410.21676)
//	hyperbola      E_min/S_min, at which T is twice S_min
//	knee           where two straight lines in logarithms meet, perfect scaling and no
//	               gain, fitted in place of the hyperbola
//
// The reference must be > 0; 0 means the smallest batch size of the points.
func FitCritical(batchSizes, steps []float64, reference float64) (CriticalFit, error) {
	if err := checkPoints(batchSizes, steps, reference); err != nil {
		return CriticalFit{}, err
	}
	if reference == 0 {
		reference = slices.Min(batchSizes)
	}
	f := CriticalFit{BatchSizes: slices.Clone(batchSizes), Steps: slices.Clone(steps), Reference: reference}
	s := f.solve(hyperbolaLaw)
	names, quantities := f.quantities()
	all := s.logEstimates(names, quantities...)
	f.MinSteps, f.MinSamples = all[0], all[1]
	corner := f.solve(cornerLaw)
	f.Critical = append(all[2:], corner.logEstimates([]string{"knee"}, logBend)...)
	f.Misfit = misfitOf(s.Best.Sum, len(steps), 2)
	f.open()
	f.say(s.Best.Sum, corner.Best.Sum)
	return f, nil
}

// quantities are what the hyperbola gives, as logarithms of (log S_min, log E_min).
func (f CriticalFit) quantities() (names []string, logs []leastsquares.Quantity) {
	return []string{"S_min", "E_min", "20% overhead from B = " + table.InFull(f.Reference), "hyperbola"},
		[]leastsquares.Quantity{leastsquares.Parameter(0), leastsquares.Parameter(1), f.overheadAt, logBend}
}

func checkPoints(batchSizes, steps []float64, reference float64) error {
	if len(batchSizes) != len(steps) {
		return fmt.Errorf("theory: %d batch sizes and %d steps: want one of each for a point", len(batchSizes), len(steps))
	}
	for i, b := range batchSizes {
		if !(b > 0) || math.IsInf(b, 0) {
			return fmt.Errorf("theory: batch size %v of point %d: want a finite number > 0", b, i)
		}
		if t := steps[i]; !(t > 0) || math.IsInf(t, 0) {
			return fmt.Errorf("theory: %v steps at B = %s: want a finite number > 0; leave out what did not reach the target", t, table.InFull(b))
		}
	}
	sizes := slices.Clone(batchSizes)
	slices.Sort(sizes)
	if sizes = slices.Compact(sizes); len(steps) < 3 || len(sizes) < 2 {
		return fmt.Errorf("theory: %d points at %d batch sizes: a law of two numbers wants three or more, at two sizes or more", len(steps), len(sizes))
	}
	if !(reference >= 0) || math.IsInf(reference, 0) {
		return fmt.Errorf("theory: reference batch size %v: want a finite number > 0, or 0 for the smallest of the points", reference)
	}
	return nil
}

// stepsLaw returns log T and its derivatives by z = (log S_min, log E_min).
type stepsLaw func(z []float64, batch float64) (log, bySteps, bySamples float64)

func hyperbolaLaw(z []float64, batch float64) (log, bySteps, bySamples float64) {
	s, e := math.Exp(z[0]), math.Exp(z[1])/batch
	return math.Log(s + e), s / (s + e), e / (s + e)
}

func cornerLaw(z []float64, batch float64) (log, bySteps, bySamples float64) {
	if e := z[1] - math.Log(batch); e > z[0] {
		return e, 0, 1
	}
	return z[0], 1, 0
}

// outOfSight is how far in logarithms an asymptote may lie from all points.
const outOfSight = 9

// solve fits a law to the points.
func (f CriticalFit) solve(law stepsLaw) *solved {
	fewest, least, most := math.Inf(1), math.Inf(1), 0.0
	for k, b := range f.BatchSizes {
		fewest, least, most = min(fewest, f.Steps[k]), min(least, b*f.Steps[k]), max(most, b*f.Steps[k])
	}
	p := leastsquares.Problem{
		Rows: len(f.Steps),
		At: func(z, r []float64, slope *mat.Dense) {
			for k, b := range f.BatchSizes {
				log, bySteps, bySamples := law(z, b)
				r[k] = log - math.Log(f.Steps[k])
				if slope != nil {
					slope.SetRow(k, []float64{bySteps, bySamples})
				}
			}
		},
		Low:  []float64{math.Log(fewest) - outOfSight, math.Log(least) - outOfSight},
		High: []float64{math.Log(slices.Max(f.Steps)) + 1, math.Log(most) + 1},
	}
	var starts [][]float64
	for _, at := range f.BatchSizes { // the bend at each size
		for _, factor := range []float64{0.7, 1.4} {
			bend := factor * at
			starts = append(starts, []float64{math.Log(fewest), math.Log(fewest * bend)}, []float64{math.Log(least / bend), math.Log(least)})
		}
	}
	return solve(p, starts, 8)
}

// logBend is log(E_min/S_min).
func logBend(z, slope []float64) float64 {
	if slope != nil {
		slope[0], slope[1] = -1, 1
	}
	return z[1] - z[0]
}

// overheadAt is the logarithm of the batch size of 20% overhead.
func (f CriticalFit) overheadAt(z, slope []float64) float64 {
	bend := (overhead - 1) * math.Exp(z[1]-z[0])
	b := overhead*f.Reference + bend
	if slope != nil {
		slope[0], slope[1] = -bend/b, bend/b
	}
	return math.Log(b)
}

// open opens the intervals of numbers that were followed out of sight.
func (f *CriticalFit) open() {
	fewest, least := slices.Min(f.Steps), math.Inf(1)
	for k, b := range f.BatchSizes {
		least = min(least, b*f.Steps[k])
	}
	far := math.Exp(-outOfSight + 1)
	if f.MinSteps.Value < fewest*far {
		f.MinSteps.Value = 0
	}
	if f.MinSamples.Value < least*far {
		f.MinSamples.Value = 0
	}
	for i := range f.Critical {
		c := &f.Critical[i]
		if f.MinSteps.Value == 0 && c.High == math.Inf(1) {
			c.Value = math.Inf(1)
		}
		if f.MinSamples.Value == 0 && c.Low == 0 {
			c.Value = 0
		}
	}
}

// noSpectrum is a note of every fit.
const noSpectrum = "Steps against batch size fix S_min and E_min and no spectrum: problems of every spectral exponent have such curves."

// say writes what the points leave open.
func (f *CriticalFit) say(smooth, corner float64) {
	if f.MinSteps.Low == 0 {
		f.Notes = append(f.Notes, "The points do not reach the bend: S_min may be as small as you like, and only a lower end of the critical batch size is known. Measure beyond B = "+table.InFull(slices.Max(f.BatchSizes))+".")
	}
	if f.MinSamples.Low == 0 {
		f.Notes = append(f.Notes, "The points lie beyond the bend: E_min may be as small as you like, and only an upper end of the critical batch size is known. Measure below B = "+table.InFull(slices.Min(f.BatchSizes))+".")
	}
	if corner < smooth {
		f.Notes = append(f.Notes, fmt.Sprintf("Two straight lines with a knee fit better than the hyperbola (%.2g against %.2g in root mean square): the definitions of the critical batch size will disagree.", rootMean(corner, len(f.Steps)), rootMean(smooth, len(f.Steps))))
	}
	f.Notes = append(f.Notes, noSpectrum)
}

func rootMean(sum float64, n int) float64 { return math.Sqrt(sum / float64(n)) }

// At returns the fitted number of steps at a batch size.
func (f CriticalFit) At(batch float64) float64 { return f.MinSteps.Value + f.MinSamples.Value/batch }

// Predict returns the steps that one further measurement in batches of b > 0 will take,
// with an interval of 95%: the profile interval of T(b), widened by the misfit.
func (f CriticalFit) Predict(b float64) (Estimate, error) {
	if err := checkPredicted(b); err != nil {
		return Estimate{}, err
	}
	if err := checkPoints(f.BatchSizes, f.Steps, f.Reference); err != nil {
		return Estimate{}, err
	}
	s := f.solve(hyperbolaLaw)
	e := s.logEstimates([]string{"steps at B = " + table.InFull(b)}, logSteps(b))[0]
	return widened(e, s.Rise), nil
}

func checkPredicted(b float64) error {
	if !(b > 0) || math.IsInf(b, 0) {
		return fmt.Errorf("theory: batch size %v: want a finite number > 0", b)
	}
	return nil
}

// logSteps is the logarithm of the steps at a batch size.
func logSteps(b float64) leastsquares.Quantity {
	return func(z, slope []float64) float64 {
		log, bySteps, bySamples := hyperbolaLaw(z, b)
		if slope != nil {
			slope[0], slope[1] = bySteps, bySamples
		}
		return log
	}
}

// widened adds the misfit of one point to the interval of what is expected of it.
func widened(e Estimate, rise float64) Estimate {
	log := math.Log(e.Value)
	e.Low = math.Exp(log - math.Hypot(log-math.Log(e.Low), math.Sqrt(rise)))
	e.High = math.Exp(log + math.Hypot(math.Log(e.High)-log, math.Sqrt(rise)))
	return e
}

// Residuals returns the points beside the law.
func (f CriticalFit) Residuals() []Residual {
	all := make([]Residual, len(f.Steps))
	for k, b := range f.BatchSizes {
		all[k] = Residual{"B = " + table.InFull(b), f.Steps[k], f.At(b)}
	}
	return all
}

// Estimates returns all numbers that were fitted.
func (f CriticalFit) Estimates() []Estimate {
	all := []Estimate{f.MinSteps, f.MinSamples}
	for _, c := range f.Critical {
		c.Name = "critical batch size, " + c.Name
		all = append(all, c)
	}
	return all
}

// String is one sentence.
func (f CriticalFit) String() string {
	return fmt.Sprintf("T(B) = S_min + E_min/B through %d points, off by %.2g%%: %v, %v", len(f.Steps), 100*f.Misfit, f.MinSteps, f.MinSamples)
}

// Records returns a row for each number that was fitted.
func (f CriticalFit) Records() []table.Record {
	var rows []table.Record
	for _, e := range f.Estimates() {
		rows = append(rows, e.Records()...)
	}
	return rows
}
