package theory

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"nqm/theory/internal/dd"
	"nqm/theory/internal/search"
	"nqm/theory/table"
)

// BestRates is the answer of BestSchedule: the best learning rates
// found for a number of pieces, with what shows that no small change of them
// is better. Slices have one entry for each piece.
type BestRates struct {
	Problem string `json:"problem"`
	Family  string `json:"family"`
	Steps   int    `json:"steps"`
	// Lengths are the steps of the pieces; they differ by one at most. There
	// are never more pieces than steps.
	Lengths       []int     `json:"lengths"`
	LearningRates []float64 `json:"learning_rates"`
	// Optimizer has the schedule as segments, in units of the largest rate.
	Optimizer Optimizer `json:"optimizer"`
	Loss      float64   `json:"loss"` // E L(Steps), the lowest found
	// Limit is 2/max h^(1-p); every rate is below it. AtLimit counts the rates
	// that are the next number below: they would rather be larger.
	Limit   float64 `json:"limit"`
	AtLimit int     `json:"at_limit"`
	// Gradient is ∂log L/∂log α_k: zero at an optimum, < 0 at the limit.
	// Residual is the largest of them that breaks these conditions (Karush,
	// Kuhn and Tucker). Definite says that the matrix of second derivatives
	// over the rates below the limit is positive definite.
	Gradient []float64 `json:"gradient"`
	Residual float64   `json:"residual"`
	Definite bool      `json:"definite"`
	// Modes and SumError are those of Curve; Evaluations counts the losses and
	// gradients of the search.
	Modes       int     `json:"modes"`
	SumError    float64 `json:"sum_error"`
	Evaluations int     `json:"evaluations"`
}

// String is one sentence with the result.
func (s BestRates) String() string {
	return fmt.Sprintf("best of %d constant pieces in %d steps, B=%g: loss %.9g",
		len(s.Lengths), s.Steps, s.Optimizer.batchSize(), s.Loss)
}

// Samples returns the gradient examples used.
func (s BestRates) Samples() float64 { return float64(s.Steps) * s.Optimizer.batchSize() }

// maxPieces bounds the square matrix of second derivatives.
const maxPieces = 2000

// BestSchedule returns the piecewise-constant learning rates with the lowest
// expected loss after `steps` steps of plain SGD, with the batch size and the
// power of o, whose own learning rate does not matter. Piece k = 1, ..., n ends
// after ⌊kT/n⌋ steps, so that the lengths differ by one at most; with fewer
// steps than pieces every step has a rate of its own.
//
//	0 < α_k < 2/max h^(1-p)
//
// Over a finite number of steps the loss is continuous at the limit, and often
// a rate would rather be larger; it is then the largest float64 below. A rate of 0 is never better
// than a small one: ∂L/∂α_k = -2 n_k Σ λ_k h^(1-p) ℓ <= 0 there (see the type
// staircase).
//
// The loss is not convex in the rates. The search starts from the best constant
// rate, splits pieces in two, and keeps the best of several starts at every
// level; the tests hold it against dense brute force. The last Newton steps, the
// gradient and the loss are those of the exact spectrum.
//
// The error names an invalid problem or setting, steps outside 1 to MaxSteps,
// pieces outside 1 to 2000, a method that is not plain SGD, multiplicative noise,
// a problem without curvature, or one whose numbers come near an overflow.
func BestSchedule(p Problem, steps int, o Optimizer, pieces int) (BestRates, error) {
	s, err := newScheduler(p, o, pieces)
	if err != nil {
		return BestRates{}, err
	}
	if steps < 1 || steps > MaxSteps {
		return BestRates{}, fmt.Errorf("theory: schedule over %d steps: want 1 to %d", steps, MaxSteps)
	}
	return s.polish(s.search(steps), steps), nil
}

// scheduler searches schedules of one problem.
type scheduler struct {
	p      Problem
	o      Optimizer
	pieces int
	sketch *staircase // for the search from scratch
	rough  *staircase // for following what it found
	fine   *staircase // exact, once it was needed
	sum    float64    // error of fine, and its directions
	modes  int
	spent  int // evaluations of earlier exact spectra
}

// How many directions the searches sum at most.
const (
	mostSketch = 32
	mostRough  = 160
)

func newScheduler(p Problem, o Optimizer, pieces int) (*scheduler, error) {
	o.LearningRate = 1
	if err := check(p, o); err != nil {
		return nil, err
	}
	if pieces < 1 || pieces > maxPieces {
		return nil, fmt.Errorf("theory: schedule of %d pieces: want 1 to %d", pieces, maxPieces)
	}
	if err := plainSGD(p, o); err != nil {
		return nil, err
	}
	s := &scheduler{p: p, o: o, pieces: pieces}
	switch {
	case p.Law.Count == 0:
		s.exactly(p.list())
	case o.Power > 1 && p.Law.Count > tooMany:
		return nil, fmt.Errorf("theory: best schedules with power %g of %g directions: want at most %d of them, or a power <= 1", o.Power, p.Law.Count, tooMany)
	case o.Power > 1: // quadrature looks beyond the last direction, which is then the stiffest
		s.exactly(p.Law.all())
	default:
		s.rough = newStaircase(p.Law.nodes(ladder[0]), o)
	}
	if len(s.rough.gain) == 0 {
		return nil, fmt.Errorf("theory: no curvature is > 0: every schedule is as good")
	}
	if limit, loss := s.rough.limit, s.rough.largest(); !(limit > 1/extreme && limit < extreme && loss < extreme) {
		return nil, fmt.Errorf("theory: best schedules under the limit %.3g with losses up to %.3g: want both within a factor of %g of 1, in other units", limit, loss, extreme)
	}
	s.sketch = s.rough.within(mostSketch)
	return s, nil
}

// extreme bounds the stability limit from both sides, and the loss after one
// step with learning rates up to it, so that the loss and its derivatives are
// finite after MaxSteps.
const extreme = 1e200

// exactly sums the given directions, and fewer in the search if they are many.
func (s *scheduler) exactly(dirs []Direction) {
	s.fine = newStaircase(dirs, s.o)
	s.rough, s.modes = s.fine.within(mostRough), len(dirs)
}

// plainSGD reports what the schedules of this file do not cover.
func plainSGD(p Problem, o Optimizer) error {
	if k, ok := o.kernel(); !ok || k.states > 1 {
		return fmt.Errorf("theory: best schedules are those of plain SGD, with any batch size and power: %s has no answer here", o.Family())
	}
	if p.Streaming {
		return fmt.Errorf("theory: best schedules are those of additive noise")
	}
	return nil
}

// lengthsOf divides steps among pieces.
func lengthsOf(steps, pieces int) []int {
	pieces = min(pieces, steps)
	lengths := make([]int, pieces)
	each, rest := steps/pieces, steps%pieces
	for k := range lengths {
		lengths[k] = each + (k+1)*rest/pieces - k*rest/pieces
	}
	return lengths
}

// resample carries log rates over to another number of pieces of about equal
// lengths: each takes what was in force at its middle.
func resample(u []float64, pieces int) []float64 {
	if len(u) == pieces {
		return slices.Clone(u)
	}
	v := make([]float64, pieces)
	for k := range v {
		v[k] = u[(2*k+1)*len(u)/(2*pieces)]
	}
	return v
}

// top is the logarithm of the limit.
func (c *staircase) top() float64 { return math.Log(c.limit) }

// newton is Newton's method on a staircase.
func (c *staircase) newton(lengths []int, tolerance float64) search.Newton {
	return search.Newton{Box: search.Below(c.top(), len(lengths)), Tolerance: tolerance, Steps: 100,
		Value:       func(u []float64) float64 { return c.at(u, lengths) },
		Derivatives: func(u, grad, hess []float64) float64 { return c.derivatives(u, lengths, grad, hess) }}
}

const (
	searched = 1e-6 // residual at which the search is content
	polished = 1e-9 // and at which the answer is
)

// search returns the best rates found from scratch.
func (s *scheduler) search(steps int) []float64 {
	most := min(s.pieces, steps)
	beam := s.constants(steps)
	for n := 1; ; n = min(2*n, most) {
		starts := spawn(beam, n)
		if n == min(familyPieces, most) {
			starts = append(append(starts, s.family(steps, n)), s.scattered(steps, n)...)
		}
		beam = s.sketch.descend(starts, lengthsOf(steps, n))
		if n == min(familyPieces, most) {
			beam[0] = s.exchange(beam[0], steps)
		}
		if n == most {
			beam[0] = s.exchange(s.shift(beam[0], steps), steps)
			return s.rough.descend(spawn(beam, n), lengthsOf(steps, n))[0].At
		}
	}
}

// spawn splits the pieces of candidates, with the early half of each made a
// little and much larger than the late half, or smaller: a split into equal
// halves can be a saddle.
func spawn(beam []search.Minimum, n int) [][]float64 {
	var starts [][]float64
	for _, b := range beam {
		if len(b.At) == n {
			starts = append(starts, b.At)
			continue
		}
		for _, tilt := range []float64{0.1, 1, -0.3} {
			u := resample(b.At, n)
			for k := range u {
				u[k] += tilt * (1 - 2*float64(k%2))
			}
			starts = append(starts, u)
		}
	}
	return starts
}

// kept is how many candidates go on to the next level.
const kept = 2

// descend minimises from several starts and returns the best that differ.
func (c *staircase) descend(starts [][]float64, lengths []int) []search.Minimum {
	newton := c.newton(lengths, searched)
	var found []search.Minimum
	for _, u := range starts {
		f := newton.Minimize(u)
		found = append(found, f)
		if !slices.IsSortedFunc(f.At, descending) {
			sorted := slices.Clone(f.At)
			slices.SortFunc(sorted, descending)
			found = append(found, newton.Minimize(sorted))
		}
	}
	return distinct(found, kept)
}

// distinct returns the best of the candidates, at most n, that differ.
func distinct(found []search.Minimum, n int) []search.Minimum {
	slices.SortStableFunc(found, func(a, b search.Minimum) int { return cmp.Compare(a.Value, b.Value) })
	best := found[:1:1]
	for _, f := range found[1:] {
		if len(best) < n && f.Value > best[len(best)-1].Value*(1+1e-6) {
			best = append(best, f)
		}
	}
	return best
}

// exchange lets pairs of pieces change places as long as that helps: all pairs
// of few pieces, and otherwise pieces of different lengths where nearly all
// rates are at the limit.
func (s *scheduler) exchange(best search.Minimum, steps int) search.Minimum {
	lengths := lengthsOf(steps, len(best.At))
	newton := s.sketch.newton(lengths, searched)
	below := 0
	for _, v := range best.At {
		if v < s.sketch.top() {
			below++
		}
	}
	few := len(best.At) <= familyPieces
	if !few && below > 3 {
		return best
	}
	for j := range best.At {
		for k := range j {
			if !few && (lengths[j] == lengths[k] || best.At[j] == best.At[k]) {
				continue
			}
			u := slices.Clone(best.At)
			u[j], u[k] = u[k], u[j]
			if s.sketch.at(u, lengths) < best.Value*exchangeable {
				if f := newton.Minimize(u); f.Value < best.Value {
					best = f
				}
			}
		}
	}
	return best
}

// exchangeable is by how much an exchange may at first be worse.
const exchangeable = 2

func descending(a, b float64) int { return cmp.Compare(b, a) }

// constants returns the best constant rates: the local minima of a scan by
// factors of 2^¼ from the limit down to where nothing moves any more.
func (s *scheduler) constants(steps int) []search.Minimum {
	lengths := []int{steps}
	high := s.sketch.top()
	initial := s.sketch.initial()
	var u, loss []float64
	for k := 0; k < 4000; k++ {
		v := high - float64(k)*math.Ln2/4
		l := s.sketch.at([]float64{v}, lengths)
		u, loss = append(u, v), append(loss, l)
		if l > (1-1e-6)*initial && math.Exp(v-high)*float64(steps) < 1e-3 {
			break
		}
	}
	var starts [][]float64
	for k, v := range u {
		if (k == 0 || loss[k] < loss[k-1]) && (k == len(u)-1 || loss[k] <= loss[k+1]) {
			starts = append(starts, []float64{v})
		}
	}
	return s.sketch.descend(starts, lengths)
}

// shift lets the whole schedule come a piece earlier or later as long as that
// helps: how many rates are at the limit is a whole number, which no descent
// changes easily.
func (s *scheduler) shift(best search.Minimum, steps int) search.Minimum {
	newton := s.sketch.newton(lengthsOf(steps, len(best.At)), searched)
	for _, by := range []int{1, -1} {
		for range best.At {
			u := make([]float64, len(best.At))
			for k := range u {
				u[k] = best.At[min(max(k+by, 0), len(u)-1)]
			}
			f := newton.Minimize(u)
			if f.Value >= best.Value*(1-searched) {
				break
			}
			best = f
		}
	}
	return best
}

// familyPieces is at how many pieces another family of starts joins.
const familyPieces = 8

// family returns the best of the schedules a/(1 + t/τ).
func (s *scheduler) family(steps, pieces int) []float64 {
	lengths := lengthsOf(steps, pieces)
	high := s.sketch.top()
	best, least := []float64(nil), math.Inf(1)
	for peak := range 6 {
		for decades := range 8 {
			u := make([]float64, pieces)
			for k := range u {
				t := (float64(k) + 0.5) / float64(pieces)
				u[k] = high - 0.7*float64(peak) - math.Log1p(t*math.Pow(4, float64(decades)))
			}
			if l := s.sketch.at(u, lengths); l < least {
				best, least = u, l
			}
		}
	}
	return best
}

// scatteredStarts is how many starts are spread over all rates; hasty is how many
// Newton steps they have to be among the best. Where pieces are longer than a few
// steps, the noise that they put in makes their order matter, and there are few
// optima: fewStarts then.
const (
	scatteredStarts = 24
	fewStarts       = 8
	longPiece       = 8
	hasty           = 8
)

// scattered returns the best of many starts.
func (s *scheduler) scattered(steps, pieces int) [][]float64 {
	newton := s.sketch.newton(lengthsOf(steps, pieces), 1e-2)
	newton.Steps = hasty
	starts := kronecker(pieces, s.sketch.top())
	if steps >= longPiece*pieces && !s.sketch.silent() {
		starts = starts[:fewStarts]
	} else {
		starts = append(starts, spikes(pieces, s.sketch.top())...)
	}
	found := make([]search.Minimum, len(starts))
	for i, u := range starts {
		found[i] = newton.Minimize(u)
	}
	starts = starts[:0]
	for _, f := range distinct(found, 2*kept) {
		starts = append(starts, f.At)
	}
	return starts
}

// kronecker spreads rates by a Kronecker sequence, more densely near the limit;
// every other start has falling rates.
func kronecker(pieces int, high float64) [][]float64 {
	starts := make([][]float64, scatteredStarts)
	for i := range starts {
		u := make([]float64, pieces)
		for k := range u {
			_, z := math.Modf(float64(i+1) * math.Sqrt(float64(primes[k])))
			u[k] = high - 4*z*z
		}
		if i%2 == 0 {
			slices.SortFunc(u, descending)
		}
		starts[i] = u
	}
	return starts
}

var primes = [familyPieces]int{2, 3, 5, 7, 11, 13, 17, 19}

// spikes end the stiffest direction in the first or second piece, with half the
// limit, and leave the others to smaller rates.
func spikes(pieces int, high float64) (starts [][]float64) {
	for at := range min(2, pieces) {
		for rest := 2.0; rest < 7; rest += 1.5 {
			u := slices.Repeat([]float64{high - rest}, pieces)
			u[at] = high - math.Ln2
			starts = append(starts, u)
		}
	}
	return starts
}

// sharpen provides the exact spectrum: of a law, nodes on which two rungs agree
// about the loss of the given schedule.
func (s *scheduler) sharpen(u []float64, steps int) {
	lengths := lengthsOf(steps, s.pieces)
	u = resample(u, len(lengths))
	if s.p.Law.Count == 0 || s.o.Power > 1 {
		return
	}
	dirs, disagreement := s.p.nodes(func(d []Direction) []float64 {
		return []float64{newStaircase(d, s.o).at(u, lengths)}
	})
	s.sharper(newStaircase(dirs, s.o), disagreement, len(dirs))
}

func (s *scheduler) sharper(c *staircase, sum float64, modes int) {
	if s.fine != nil {
		s.spent += s.fine.evaluations
	}
	s.fine, s.sum, s.modes = c, sum, modes
}

// polish finishes a search on the exact spectrum.
func (s *scheduler) polish(u []float64, steps int) BestRates {
	lengths := lengthsOf(steps, s.pieces)
	s.sharpen(u, steps)
	f := s.fine.newton(lengths, polished).Minimize(resample(u, len(lengths)))
	r := BestRates{Problem: s.p.String(), Steps: steps, Lengths: lengths,
		Limit: s.fine.limit, Gradient: f.Gradient, Residual: f.Residual, Definite: f.Definite,
		Modes: s.modes, SumError: s.sum, Evaluations: s.evaluations()}
	high := s.fine.top()
	for _, v := range f.At {
		if v == high {
			r.AtLimit++
			r.LearningRates = append(r.LearningRates, math.Nextafter(s.fine.limit, 0))
			continue
		}
		r.LearningRates = append(r.LearningRates, math.Exp(v))
	}
	r.Optimizer = piecewise(s.o, lengths, r.LearningRates)
	r.Family = r.Optimizer.Family()
	r.Loss = s.loss(r.Optimizer)
	return r
}

// evaluations is how many losses and gradients were summed.
func (s *scheduler) evaluations() int {
	n := s.spent + s.sketch.evaluations
	if s.rough != s.sketch {
		n += s.rough.evaluations
	}
	if s.fine != nil && s.fine != s.rough {
		n += s.fine.evaluations
	}
	return n
}

// piecewise is o with the given rates.
func piecewise(o Optimizer, lengths []int, rates []float64) Optimizer {
	o.LearningRate = slices.Max(rates)
	o.Schedule = nil
	for k, n := range lengths {
		o.Schedule = append(o.Schedule, Segment{Steps: n, From: rates[k] / o.LearningRate})
	}
	return o
}

// loss is the expected loss of a piecewise-constant optimizer after its schedule.
func (s *scheduler) loss(o Optimizer) float64 {
	rates := make([]float64, len(o.Schedule))
	for k, g := range o.Schedule {
		rates[k] = o.LearningRate * g.From
	}
	var total dd.Sum
	for i, a := range s.fine.gain {
		l := s.fine.start[i]
		for k, g := range o.Schedule {
			x := finite(dd.TwoProd(rates[k], a))
			r := newSGDMode(x, s.fine.floor[i]*rates[k]*x.Value()).At(g.Steps)
			l = r.Factor*r.Factor*l + r.Noise
		}
		total.Add(l)
	}
	return total.Value()
}

// Records returns a row for each piece.
func (s BestRates) Records() []table.Record {
	rows := make([]table.Record, len(s.LearningRates))
	from := 0
	for k, alpha := range s.LearningRates {
		o := s.Optimizer
		o.LearningRate = alpha
		rows[k] = problemFields(s.Problem).Join(settingsRecord(o)).With("steps", s.Steps, "samples", s.Samples(),
			"loss_at_steps", s.Loss, "piece", k+1, "from_step", from, "piece_steps", s.Lengths[k],
			"stability_limit", s.Limit, "gradient", s.Gradient[k], "residual", s.Residual)
		from += s.Lengths[k]
	}
	return rows
}
