package theory

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"nqm/theory/internal/leastsquares"
	"nqm/theory/table"
)

// CriticalLaw is the law of steps to a target against batch size B and model size N,
//
//	T(N, B) = S_min(N) + E_min(N)/B,   S_min ∝ N^s,   E_min ∝ N^e
//
// fitted to measured points of several sizes at once by least squares of log T. The
// critical batch size E_min/S_min then grows as N^(e-s).
type CriticalLaw struct {
	Sizes []float64 `json:"sizes"`
	// Fits are those of each size by itself, which hold the points.
	Fits []CriticalFit `json:"fits"`
	// Exponents are s, e and e - s, with profile intervals.
	Exponents []Estimate `json:"exponents"`
	// Misfit is the standard deviation of log T around the law.
	Misfit float64 `json:"misfit"`
	// Notes say what the points do not determine, and whether one law is enough.
	Notes []string `json:"notes,omitempty"`
}

// FitCriticalLaw fits the law to the points of fits that FitCritical made, one for each
// size N > 0 of the model, in any unit: two sizes or more, all of one reference batch size.
func FitCriticalLaw(sizes []float64, fits []CriticalFit) (CriticalLaw, error) {
	l := CriticalLaw{Sizes: slices.Clone(sizes), Fits: slices.Clone(fits)}
	s, err := l.solve()
	if err != nil {
		return CriticalLaw{}, err
	}
	exponents := []leastsquares.Quantity{leastsquares.Parameter(2), leastsquares.Parameter(3), exponentOfBend}
	names := []string{"exponent of S_min", "exponent of E_min", "exponent of the critical batch size"}
	for k, ends := range s.intervals(exponents...) {
		l.Exponents = append(l.Exponents, Estimate{Name: names[k], Value: exponents[k](s.Best.Z, nil), Low: ends[0], High: ends[1]})
	}
	l.Misfit = misfitOf(s.Best.Sum, s.Rows, 4)
	l.say(s.Best.Sum)
	return l, nil
}

func (l CriticalLaw) check() error {
	if len(l.Sizes) != len(l.Fits) {
		return fmt.Errorf("theory: %d sizes and %d fits: want one of each", len(l.Sizes), len(l.Fits))
	}
	for i, n := range l.Sizes {
		if err := checkSize(n); err != nil {
			return err
		}
		f := l.Fits[i]
		if err := checkPoints(f.BatchSizes, f.Steps, f.Reference); err != nil {
			return fmt.Errorf("%w, in the fit of N = %g", err, n)
		}
		if r := l.Fits[0].Reference; f.Reference != r {
			return fmt.Errorf("theory: reference batch sizes %g and %g: want one for all sizes", r, f.Reference)
		}
	}
	distinct := slices.Clone(l.Sizes)
	slices.Sort(distinct)
	if distinct = slices.Compact(distinct); len(distinct) < 2 {
		return fmt.Errorf("theory: %d sizes of the model: a law wants two or more", len(distinct))
	}
	return nil
}

func checkSize(n float64) error {
	if !(n > 0) || math.IsInf(n, 0) {
		return fmt.Errorf("theory: size N = %v: want a finite number > 0", n)
	}
	return nil
}

// place is log N from the middle of the sizes.
func (l CriticalLaw) place(n float64) float64 {
	sum := 0.0
	for _, n := range l.Sizes {
		sum += math.Log(n)
	}
	return math.Log(n) - sum/float64(len(l.Sizes))
}

// steepest bounds both exponents.
const steepest = 8

// solve fits z = (log S_min, log E_min, s, e), the first two at the middle of the sizes.
func (l CriticalLaw) solve() (*solved, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	var place, batch, log []float64
	var ownSteps, ownSamples, at []float64 // of each size by itself
	for i, f := range l.Fits {
		u := l.place(l.Sizes[i])
		for k, b := range f.BatchSizes {
			place, batch, log = append(place, u), append(batch, b), append(log, math.Log(f.Steps[k]))
		}
		z := f.solve(hyperbolaLaw).Best.Z
		at, ownSteps, ownSamples = append(at, u), append(ownSteps, z[0]), append(ownSamples, z[1])
	}
	wide := steepest * max(floats.Max(at), -floats.Min(at))
	p := leastsquares.Problem{
		Rows: len(log),
		At: func(z, r []float64, slope *mat.Dense) {
			for k, u := range place {
				fitted, bySteps, bySamples := hyperbolaLaw(atPlace(z, u), batch[k])
				r[k] = fitted - log[k]
				if slope != nil {
					slope.SetRow(k, []float64{bySteps, bySamples, u * bySteps, u * bySamples})
				}
			}
		},
		Low:  []float64{floats.Min(ownSteps) - wide, floats.Min(ownSamples) - wide, -steepest, -steepest},
		High: []float64{floats.Max(ownSteps) + wide, floats.Max(ownSamples) + wide, steepest, steepest},
	}
	var starts [][]float64
	for _, s := range []float64{0, 0.5, 1} {
		for _, e := range []float64{0.5, 1, 1.5} {
			for i := range at { // through the fit of each size
				starts = append(starts, []float64{ownSteps[i] - s*at[i], ownSamples[i] - e*at[i], s, e})
			}
		}
	}
	return solve(p, starts, 8), nil
}

// atPlace are log S_min and log E_min at log N = u from the middle.
func atPlace(z []float64, u float64) []float64 { return []float64{z[0] + u*z[2], z[1] + u*z[3]} }

// exponentOfBend is e - s.
func exponentOfBend(z, slope []float64) float64 {
	if slope != nil {
		slope[0], slope[1], slope[2], slope[3] = 0, 0, -1, 1
	}
	return z[3] - z[2]
}

// there takes a quantity of log S_min and log E_min to the law at a place.
func there(g leastsquares.Quantity, u float64) leastsquares.Quantity {
	return func(z, slope []float64) float64 {
		if slope == nil {
			return g(atPlace(z, u), nil)
		}
		own := slope[:2:2]
		v := g(atPlace(z, u), own)
		slope[2], slope[3] = u*own[0], u*own[1]
		return v
	}
}

// At returns S_min, E_min and the critical batch size by two definitions, as in FitCritical,
// that the law gives a model of size N > 0, measured or not, with profile intervals. They hold
// if the law does: a size beyond the measured ones is the law's word alone.
func (l CriticalLaw) At(n float64) ([]Estimate, error) {
	if err := checkSize(n); err != nil {
		return nil, err
	}
	s, err := l.solve()
	if err != nil {
		return nil, err
	}
	names, quantities := l.Fits[0].quantities()
	u := l.place(n)
	for k := range names {
		names[k] += fmt.Sprintf(", N = %.4g", n)
		quantities[k] = there(quantities[k], u)
	}
	return s.logEstimates(names, quantities...), nil
}

// Predict returns the steps that one further measurement will take of a model of size N > 0
// in batches of B > 0, with an interval of 95%: the profile interval, widened by the misfit.
func (l CriticalLaw) Predict(n, b float64) (Estimate, error) {
	if err := checkSize(n); err != nil {
		return Estimate{}, err
	}
	if err := checkPredicted(b); err != nil {
		return Estimate{}, err
	}
	s, err := l.solve()
	if err != nil {
		return Estimate{}, err
	}
	e := s.logEstimates([]string{fmt.Sprintf("steps of N = %.4g at B = %s", n, table.InFull(b))}, there(logSteps(b), l.place(n)))[0]
	return widened(e, s.Rise), nil
}

// say writes what the points leave open.
func (l *CriticalLaw) say(sum float64) {
	apart, points := 0.0, 0
	for i, f := range l.Fits {
		points += len(f.Steps)
		apart += f.solve(hyperbolaLaw).Best.Sum
		for _, note := range f.Notes {
			if note == noSpectrum {
				continue
			}
			l.Notes = append(l.Notes, fmt.Sprintf("N = %.4g: %s", l.Sizes[i], note))
		}
	}
	more, free := float64(2*len(l.Fits)-4), float64(points-2*len(l.Fits))
	switch {
	case more == 0:
		l.Notes = append(l.Notes, "Two sizes always lie on power laws: nothing here tests that S_min and E_min follow them.")
	case free > 0 && apart > exact*float64(points):
		ratio := (sum - apart) / more / (apart / free)
		if chance := (distuv.F{D1: more, D2: free}).Survival(ratio); chance < 0.05 {
			l.Notes = append(l.Notes, fmt.Sprintf("The sizes do not follow one law: fitted apart they are off by %.2g%% in place of %.2g%%, which chance does in %.2g%% of such data (F test). The intervals are too narrow.",
				100*math.Sqrt(apart/free), 100*l.Misfit, 100*chance))
		}
	}
}

// Residuals returns the points beside the law.
func (l CriticalLaw) Residuals() ([]Residual, error) {
	s, err := l.solve()
	if err != nil {
		return nil, err
	}
	var all []Residual
	for i, f := range l.Fits {
		for k, b := range f.BatchSizes {
			log, _, _ := hyperbolaLaw(atPlace(s.Best.Z, l.place(l.Sizes[i])), b)
			all = append(all, Residual{fmt.Sprintf("N = %.4g, B = %s", l.Sizes[i], table.InFull(b)), f.Steps[k], math.Exp(log)})
		}
	}
	return all, nil
}

// String is one sentence.
func (l CriticalLaw) String() string {
	return fmt.Sprintf("T = S_min + E_min/B of %d sizes, off by %.2g%%: %v", len(l.Sizes), 100*l.Misfit, l.Exponents[2])
}

// Records returns a row for each exponent.
func (l CriticalLaw) Records() []table.Record {
	var rows []table.Record
	for _, e := range l.Exponents {
		rows = append(rows, e.Records()...)
	}
	return rows
}
