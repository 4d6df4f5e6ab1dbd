package theory

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"nqm/theory/internal/leastsquares"
	"nqm/theory/table"
)

// Run is a training run: how large the model was, how it was trained, and the loss at the
// end, which need not be an excess over anything.
type Run struct {
	// Size is N, the number of parameters of the model, a whole number from 1 to 10^15.
	Size      float64   `json:"size"`
	Steps     int       `json:"steps"`
	Optimizer Optimizer `json:"optimizer"`
	Loss      float64   `json:"loss"`
}

// SystemRate is the learning rate of SGD, in units that the fitted curvature takes up, with
// which the law is usually fitted to runs whose rates were tuned (arXiv 2605.09154).
const SystemRate = 1.999

// RunsFit is the noisy quadratic system fitted to runs: see FitRuns.
type RunsFit struct {
	Runs []Run `json:"runs"`
	// Parameters are p, q, P, Q, e_irr, R and r, in this order, and of FitFadingRuns a.
	Parameters []Estimate `json:"parameters"`
	// Fitted has the loss of each run under the law.
	Fitted []float64 `json:"fitted"`
	// Sum is Σ ½ (log loss - log fitted)², and Misfit the standard deviation of these
	// differences.
	Sum    float64 `json:"sum"`
	Misfit float64 `json:"misfit"`
	// Notes say what the runs do not determine.
	Notes []string `json:"notes,omitempty"`
}

// FitRuns fits the noisy quadratic system to at least eight runs, by least squares of the
// logarithm of the loss. Of an infinite noisy quadratic a model of N parameters learns
// the first N directions,
//
//	h_i = Q i^-q        c_i = R i^-r        h_i E θ_i(0)² = P i^-p        p > 1
//
//	loss = e_irr + ½ P Σ_{i>N} i^-p + E L(K)
//
// the last term being the exact loss of the first N after K steps of the run's own method.
// The law and its letters are those of arXiv 2605.09154, where every run is SGD at the
// rate SystemRate. Intervals are profiles (see Estimate). Descents start from the best of
// many places in the box where the parameters are looked for: p - 1 from 0.003 to 5, q
// from 0.05 to 5, Q up to where the largest learning rate diverges, e_irr up to the least
// loss; it is a search, and says no more than the least sum that it found.
//
// The error names a run with a number that is not valid, or too few runs. The rate of SGD
// under a schedule is taken in 200 pieces where it changes in every step; other methods
// under such a schedule, and rates of 1/t, take as long as their steps, each time.
//
// Where a rate that fades fits far better, a note says so: see FitFadingRuns.
func FitRuns(runs []Run) (RunsFit, error) {
	f, err := fitRuns(runs, false)
	if err == nil && allPlain(f.Runs) {
		f.compare()
	}
	return f, err
}

// FitFadingRuns is FitRuns with one more number, for runs of SGD at a constant rate whose
// real training slowed down, as networks with normalised layers do while their weights
// grow: the rate fades by half powers of two, about as t^-a,
//
//	α in step 1        α 2^-ak in the steps from 2^(k-1) + 1 to 2^k        0 <= a <= 1.5
//
// a = 0 is the law of FitRuns. It takes nine runs, and only SGD with a constant rate.
func FitFadingRuns(runs []Run) (RunsFit, error) {
	for i, r := range runs {
		if !r.Optimizer.isPlainSGD() {
			return RunsFit{}, fmt.Errorf("theory: run %d is %v: a rate that fades is fitted to SGD with a constant rate", i, r.Optimizer)
		}
	}
	return fitRuns(runs, true)
}

// compare adds a note where a rate that fades is better by an F statistic that one in ten
// thousand laws without would have.
func (f *RunsFit) compare() {
	free := len(f.Runs) - lawSize - 1
	if free < 1 || f.Sum < exact*float64(len(f.Runs)) {
		return
	}
	s := solveRuns(f.Runs, true)
	if gain := (2*f.Sum - s.Best.Sum) / s.Best.Sum * float64(free); gain > (distuv.F{D1: 1, D2: float64(free)}).Quantile(1-1e-4) {
		f.Notes = append(f.Notes, fmt.Sprintf("The runs speak for a rate that fades about as t^-%.2g: with this one number more the sum of squares is %.3g instead of %.3g. FitFadingRuns fits it; predict with that.", s.Best.Z[lawSize], s.Best.Sum/2, f.Sum))
	}
}

func allPlain(runs []Run) bool {
	return !slices.ContainsFunc(runs, func(r Run) bool { return !r.Optimizer.isPlainSGD() })
}

func fitRuns(runs []Run, fades bool) (RunsFit, error) {
	size := lawLength(fades)
	runs, err := readyRuns(runs, size)
	if err != nil {
		return RunsFit{}, err
	}
	s := solveRuns(runs, fades)
	if math.IsInf(s.Best.Sum, 1) {
		return RunsFit{}, fmt.Errorf("theory: no law of the noisy quadratic system was found with a finite loss for every run: is a learning rate far above the others?")
	}
	f := RunsFit{Runs: runs}
	f.Parameters = s.lawEstimates()
	f.Fitted = newRunsProblem(runs, fades).losses(lawOf(s.Best.Z))
	f.Sum, f.Misfit = s.Best.Sum/2, misfitOf(s.Best.Sum, len(runs), size)
	f.say(s)
	return f, nil
}

func readyRuns(runs []Run, size int) ([]Run, error) {
	if len(runs) <= size {
		return nil, fmt.Errorf("theory: %d runs: a law of %d numbers wants %d or more", len(runs), size, size+1)
	}
	runs = slices.Clone(runs)
	for i := range runs {
		if !(runs[i].Loss > 0) || math.IsInf(runs[i].Loss, 0) {
			return nil, fmt.Errorf("theory: run %d has the loss %v: want a finite number > 0; leave out what diverged", i, runs[i].Loss)
		}
		if err := runs[i].ready(); err != nil {
			return nil, fmt.Errorf("theory: run %d: %w", i, err)
		}
	}
	return runs, nil
}

// ready checks a run but for its loss, and stretches its schedule to it.
func (r *Run) ready() error {
	if !(r.Size >= 1 && r.Size <= maxCount) || r.Size != math.Trunc(r.Size) {
		return fmt.Errorf("size %v: want 1 to %g parameters, a whole number", r.Size, maxCount)
	}
	if r.Steps < 1 {
		return fmt.Errorf("%d steps: want 1 or more", r.Steps)
	}
	if err := r.Optimizer.Validate(); err != nil {
		return err
	}
	o, err := r.Optimizer.Over(r.Steps)
	r.Optimizer = o
	return err
}

// Where a fit starts: the best few of some places.
const (
	fitStarts   = 400
	fitDescents = 6
)

func solveRuns(runs []Run, fades bool) *solved {
	p := newRunsProblem(runs, fades)
	ls := p.leastSquares()
	starts := p.starts(ls, fitStarts)
	if fades { // no worse than without
		constant := newRunsProblem(runs, false)
		ls := constant.leastSquares()
		starts = append(starts, append(ls.Best(constant.starts(ls, fitStarts), fitDescents).Z, 0))
	}
	return solve(ls, starts, fitDescents)
}

// lawEstimates are the parameters with their intervals.
func (s *solved) lawEstimates() []Estimate {
	quantities := make([]leastsquares.Quantity, len(s.Low))
	for k := range quantities {
		quantities[k] = leastsquares.Parameter(k)
	}
	ends, all := s.intervals(quantities...), []Estimate{}
	for k, name := range []string{"p", "q", "P", "Q", "e_irr", "R", "r", "a"}[:len(s.Low)] {
		low, high := ends[k][0], ends[k][1]
		value, scale := s.Best.Z[k], math.Exp
		switch k {
		case 0:
			scale = func(z float64) float64 { return 1 + math.Exp(z) }
		case 6, lawSize:
			scale = func(z float64) float64 { return z }
		}
		if (k == 3 || k == 4) && math.IsInf(high, 1) { // the walls are the edge of stability and the least loss
			high = s.High[k]
		}
		if k == lawSize { // 0 and 1.5 are the ends of what is fitted
			low, high = max(low, s.Low[k]), min(high, s.High[k])
		}
		all = append(all, Estimate{Name: name, Value: scale(value), Low: scale(low), High: scale(high)})
	}
	return all
}

// say writes what the runs leave open.
func (f *RunsFit) say(s *solved) {
	var open, wide []string
	for k, e := range f.Parameters {
		if k >= lawSize {
			continue
		}
		unbounded := math.IsInf(e.High, 1) || math.IsInf(e.Low, -1) || e.Low == 0 || k == 0 && e.Low == 1
		switch {
		case unbounded:
			open = append(open, fmt.Sprintf("%s (%.3g to %.3g)", e.Name, e.Low, e.High))
		case k != 6 && e.High > 3*e.Low:
			wide = append(wide, fmt.Sprintf("%s (%.3g to %.3g)", e.Name, e.Low, e.High))
		}
	}
	if len(open) > 0 {
		f.Notes = append(f.Notes, "Not determined by these runs: "+strings.Join(open, ", ")+".")
	}
	if len(wide) > 0 {
		f.Notes = append(f.Notes, "Known to no better than a factor of three: "+strings.Join(wide, ", ")+".")
	}
	if c, ok := s.Covariance(s.Best.Z); ok {
		for i := range f.Parameters {
			for j := range i {
				if r := c.At(i, j) / math.Sqrt(c.At(i, i)*c.At(j, j)); math.Abs(r) > 0.98 {
					f.Notes = append(f.Notes, fmt.Sprintf("%s and %s are not told apart: their errors have a correlation of %.3f.", f.Parameters[j].Name, f.Parameters[i].Name, r))
				}
			}
		}
	}
}

// z are the parameters as a fit has them.
func (f RunsFit) z() []float64 {
	z := make([]float64, len(f.Parameters))
	for k, e := range f.Parameters {
		switch k {
		case 0:
			z[k] = math.Log(e.Value - 1)
		case 6, lawSize:
			z[k] = e.Value
		default:
			z[k] = math.Log(e.Value)
		}
	}
	return z
}

func (f RunsFit) check() error {
	if n := len(f.Parameters); n != lawSize && n != lawSize+1 {
		return fmt.Errorf("theory: a fit of %d parameters: want the answer of FitRuns, with %d, or of FitFadingRuns", n, lawSize)
	}
	return nil
}

// fades reports whether the rate fades.
func (f RunsFit) fades() bool { return len(f.Parameters) > lawSize }

// Method returns how the fit follows a run of SGD: the method itself, and under a rate that
// fades with the schedule of its steps. It is for questions about Problem.
func (f RunsFit) Method(m Optimizer, steps int) Optimizer {
	if f.fades() && m.Schedule == nil {
		m.Schedule = faded(f.Parameters[lawSize].Value, steps)
	}
	return m
}

// Problem returns the noisy quadratic of the largest of the runs' sizes: the first N
// directions of the law, with the loss that is left counted from 0. Floor has what their
// minimum leaves. Learning rates are in the units of the fit.
func (f RunsFit) Problem() Problem {
	largest := 1.0
	for _, r := range f.Runs {
		largest = max(largest, r.Size)
	}
	p, err := f.ProblemOf(largest)
	if err != nil {
		return Problem{}
	}
	return p
}

// ProblemOf returns the problem of a model of n parameters, a whole number from 1 to
// 10^15.
func (f RunsFit) ProblemOf(n float64) (Problem, error) {
	if err := f.check(); err != nil {
		return Problem{}, err
	}
	p, err := lawful(lawOf(f.z()).problem(n))
	p.Name = fmt.Sprintf("law of %d runs, N = %.4g", len(f.Runs), n)
	return p, err
}

// Floor returns the loss that a model of n parameters cannot fall below, e_irr and what
// its directions leave out.
func (f RunsFit) Floor(n float64) float64 {
	if f.check() != nil {
		return math.NaN()
	}
	return lawOf(f.z()).floor(n)
}

// Predict returns the loss at the end of a further run, whatever its Loss, with an
// interval of 95%: the profile interval of the law's loss, widened by the misfit of one
// run. The error names a number of the run that is not valid.
func (f RunsFit) Predict(r Run) (Estimate, error) {
	if err := f.readyRun(&r); err != nil {
		return Estimate{}, err
	}
	p := newRunsProblem(f.Runs, f.fades())
	s := solved{leastsquares.Profile{Problem: p.leastSquares(), Best: leastsquares.Fit{Z: f.z(), Sum: 2 * f.Sum}}}
	s.Rise = riseOf(s.Best.Sum, len(f.Runs), len(f.Parameters))
	r.Loss = 1
	one := newRunsProblem([]Run{r}, f.fades())
	e := s.logEstimates([]string{fmt.Sprintf("loss, N = %g, %v, %d steps", r.Size, r.Optimizer, r.Steps)}, func(z, slope []float64) float64 {
		var by *mat.Dense
		if slope != nil {
			by = mat.NewDense(1, len(slope), slope)
		}
		log := make([]float64, 1)
		one.residuals(z, log, by)
		return log[0]
	})[0]
	return widened(e, s.Rise), nil
}

// LossOf returns the loss at the end of a further run, without the interval that Predict
// has, and a thousand times sooner. The error is that of Predict.
func (f RunsFit) LossOf(r Run) (float64, error) {
	if err := f.readyRun(&r); err != nil {
		return 0, err
	}
	return newRunsProblem([]Run{r}, f.fades()).losses(lawOf(f.z()))[0], nil
}

// readyRun checks a run that is asked about, and stretches its schedule.
func (f RunsFit) readyRun(r *Run) error {
	if err := f.check(); err != nil {
		return err
	}
	if err := r.ready(); err != nil {
		return fmt.Errorf("theory: a run that is asked about: %w", err)
	}
	if f.fades() && !r.Optimizer.isPlainSGD() {
		return fmt.Errorf("theory: a run of %v: the fit of a rate that fades predicts SGD with a constant rate; ask others of Problem", r.Optimizer)
	}
	return nil
}

// Residuals returns the runs beside the law.
func (f RunsFit) Residuals() []Residual {
	return residualsOf(f.Runs, f.Fitted)
}

func residualsOf(runs []Run, fitted []float64) []Residual {
	all := make([]Residual, len(fitted))
	for k, r := range runs {
		all[k] = Residual{fmt.Sprintf("N = %g, B = %s, K = %d", r.Size, table.InFull(r.Optimizer.batchSize()), r.Steps), r.Loss, fitted[k]}
	}
	return all
}

// Estimates returns the parameters.
func (f RunsFit) Estimates() []Estimate { return f.Parameters }

// String is one sentence.
func (f RunsFit) String() string {
	var words []string
	for _, e := range f.Parameters {
		words = append(words, fmt.Sprintf("%s = %.4g", e.Name, e.Value))
	}
	return fmt.Sprintf("noisy quadratic system through %d runs, off by %.2g%%: %s", len(f.Runs), 100*f.Misfit, strings.Join(words, ", "))
}

// Records returns a row for each parameter.
func (f RunsFit) Records() []table.Record {
	var rows []table.Record
	for _, e := range f.Parameters {
		rows = append(rows, e.Records()...)
	}
	return rows
}

// Records returns one row.
func (r Run) Records() []table.Record {
	return []table.Record{table.Row("size", r.Size).Join(settingsRecord(r.Optimizer)).With("steps", r.Steps, "loss", r.Loss)}
}

// runsProblem is the least-squares problem of some runs.
type runsProblem struct {
	runs  []Run
	fades bool
	sums  []*lawSum // one for each size and method
	of    []int     // which of them is a run's
	batch []float64
}

func newRunsProblem(runs []Run, fades bool) *runsProblem {
	p := &runsProblem{runs: runs, fades: fades, of: make([]int, len(runs)), batch: make([]float64, len(runs))}
	sizes, known := map[float64]lawNodes{}, map[string]int{}
	for k, r := range runs {
		o := r.Optimizer
		p.batch[k] = 1
		if o.Schedule == nil {
			p.batch[k], o.BatchSize = o.batchSize(), 1
		}
		key := fmt.Sprintf("%v %+v", r.Size, o)
		i, ok := known[key]
		if !ok {
			if _, ok := sizes[r.Size]; !ok {
				sizes[r.Size] = nodesOf(r.Size)
			}
			i = len(p.sums)
			known[key], p.sums = i, append(p.sums, newLawSum(sizes[r.Size], o, fades))
		}
		p.of[k] = i
	}
	return p
}

// parts returns the parts of every run under a law.
func (p *runsProblem) parts(l systemLaw) []lawParts {
	for _, s := range p.sums {
		s.take(l)
	}
	all := make([]lawParts, len(p.runs))
	for k, r := range p.runs {
		all[k] = p.sums[p.of[k]].at(r.Steps, p.batch[k])
	}
	return all
}

// losses returns the loss of every run under a law.
func (p *runsProblem) losses(l systemLaw) []float64 {
	all := make([]float64, len(p.runs))
	for k, t := range p.parts(l) {
		all[k] = l.loss(t, nil)
	}
	return all
}

func (p *runsProblem) residuals(z, r []float64, slope *mat.Dense) {
	law := lawOf(z)
	for k, t := range p.parts(law) {
		var by []float64
		if slope != nil {
			by = slope.RawRowView(k)
		}
		loss := law.loss(t, by)
		r[k] = math.Log(loss / p.runs[k].Loss)
		floats.Scale(1/loss, by)
	}
}

func (p *runsProblem) leastSquares() leastsquares.Problem {
	alpha, least := 0.0, math.Inf(1)
	for _, r := range p.runs {
		alpha, least = max(alpha, r.Optimizer.LearningRate), min(least, r.Loss)
	}
	ls := leastsquares.Problem{
		Rows: len(p.runs), At: p.residuals,
		Low:  []float64{math.Log(0.003), math.Log(0.05), math.Log(0.01 * least), math.Log(1e-4 / alpha), math.Log(1e-3 * least), math.Log(1e-5), -1},
		High: []float64{math.Log(5), math.Log(5), math.Log(1e3 * least), math.Log(1.9999 / alpha), math.Log(least), math.Log(1e6), 6},
	}
	if p.fades {
		ls.Low, ls.High = append(ls.Low, 0), append(ls.High, 1.5)
	}
	return ls
}

// starts are n places that fill the box of exponents and curvature evenly, each with the
// start, noise and irreducible loss that fit best there: the loss is linear in them.
func (p *runsProblem) starts(ls leastsquares.Problem, n int) [][]float64 {
	free := []int{0, 1, 3, 6}
	if p.fades {
		free = append(free, lawSize)
	}
	box := leastsquares.Problem{}
	for _, k := range free {
		box.Low, box.High = append(box.Low, ls.Low[k]), append(box.High, ls.High[k])
	}
	var all [][]float64
	for _, at := range box.Lattice(n) {
		z := make([]float64, len(ls.Low))
		for i, k := range free {
			z[k] = at[i]
		}
		if p.solveLinear(z) {
			for k := range z {
				z[k] = min(max(z[k], ls.Low[k]), ls.High[k])
			}
			all = append(all, z)
		}
	}
	return all
}

// solveLinear fills in log P, log e_irr and log R by linear least squares of the relative
// errors, over the sets of them that are positive.
func (p *runsProblem) solveLinear(z []float64) bool {
	z[2], z[4], z[5] = 0, 0, 0
	parts := p.parts(lawOf(z))
	best, found := math.Inf(1), false
	for _, set := range [][]int{{2, 4, 5}, {2, 5}, {2, 4}, {2}} {
		a, ones := mat.NewDense(len(parts), len(set), nil), mat.NewVecDense(len(parts), nil)
		for k, t := range parts {
			by := map[int]float64{2: t.rest + t.bias, 4: 1, 5: t.noise}
			for j, s := range set {
				a.Set(k, j, by[s]/p.runs[k].Loss)
			}
			ones.SetVec(k, 1)
		}
		var x, r mat.VecDense
		if x.SolveVec(a, ones) != nil || !(mat.Min(&x) > 0) || math.IsInf(mat.Max(&x), 0) {
			continue
		}
		r.MulVec(a, &x)
		r.SubVec(&r, ones)
		if s := mat.Norm(&r, 2); s < best {
			best, found = s, true
			z[2], z[4], z[5] = -20, -20, -20
			for j, k := range set {
				z[k] = math.Log(x.AtVec(j))
			}
		}
	}
	return found
}
