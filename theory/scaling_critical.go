package theory

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nqm/theory/internal/dd"
	"nqm/theory/internal/search"
	"nqm/theory/table"
)

// NewScaling puts tuned points together: curves hold, for each method, points
// of increasing batch size. It adds the asymptotes and the critical batch sizes
// of each curve, and the bounds.
//
// The critical batch size has competing definitions:
//
//	20% overhead   B at which B·T is 1.2 times the least B·T of the curve, on
//	               the line through the points in logarithms
//	hyperbola      E_min/S_min of the trade-off (S/S_min - 1)(E/E_min - 1) = 1
//	               between steps S and samples E = B·S (McCandlish et al. 2018),
//	               that is S = S_min (1 + B_crit/B), fitted to log S by least squares
//	B_noise        tr HC / E g'Hg at the target, along the path of the fewest steps:
//	               that of the best settings at one of the largest batch sizes. A
//	               path of more steps arrives with another noise scale.
//
// Points that do not reach the target, or are there at the start, do not count;
// where there are such, the notes name the batch sizes that do. Under
// multiplicative noise the bounds are not defined, and NaN.
//
// The errors are those of an invalid problem, of a target that is not a finite
// number > 0, of BayesSamples and of NoiseScalesOf.
func NewScaling(p Problem, target float64, batchSizes []float64, curves []ScalingCurve) (Scaling, error) {
	if err := p.Validate(); err != nil {
		return Scaling{}, err
	}
	if err := checkTarget(target, 0); err != nil {
		return Scaling{}, err
	}
	s := Scaling{Problem: p.String(), Target: target, BatchSizes: slices.Clone(batchSizes), Curves: slices.Clone(curves)}
	s.BayesSamples, s.MaximumLikelihood = math.NaN(), math.NaN()
	if !p.Streaming {
		var err error
		if s.BayesSamples, err = BayesSamples(p, target); err != nil {
			return Scaling{}, err
		}
		s.MaximumLikelihood = p.likelihoodRisk() / target
	}
	for k := range s.Curves {
		c := &s.Curves[k]
		s.Partial = s.Partial || len(c.Points) < len(batchSizes)
		c.asymptotes()
		noise, err := noiseCritical(p, c.Points)
		if err != nil {
			return Scaling{}, err
		}
		c.Critical = []CriticalBatch{overheadCritical(c.reached()), hyperbolaCritical(c.reached()), noise}
		for i := range c.Critical[:2] {
			c.Critical[i].Note += c.counted()
		}
	}
	return s, nil
}

// likelihoodRisk is ½ Σ c/h, the risk of the maximum-likelihood estimate from
// one sample. A direction without curvature has none, whatever its estimate.
func (p Problem) likelihoodRisk() float64 {
	risk := func(dirs []Direction) []float64 {
		var s dd.Sum
		for _, d := range dirs {
			if d.Noise > 0 && d.Curvature > 0 {
				s.Add(0.5 * d.Multiplicity * d.Noise / d.Curvature)
			}
		}
		return []float64{s.Value()}
	}
	dirs, _ := p.nodes(risk)
	return risk(dirs)[0]
}

// asymptotes fills in the least samples and the fewest steps.
func (c *ScalingCurve) asymptotes() {
	c.Perfect, c.Fewest = math.Inf(1), -1
	for _, t := range c.reached() {
		c.Perfect = math.Min(c.Perfect, t.Samples())
		if c.Fewest < 0 || t.Steps.Steps < c.Fewest {
			c.Fewest = t.Steps.Steps
		}
	}
}

// reached returns the points at which the target was reached after some steps.
func (c *ScalingCurve) reached() []Tuned {
	return slices.DeleteFunc(slices.Clone(c.Points), func(t Tuned) bool {
		return t.Steps.Outcome != Reached || t.Steps.Steps == 0
	})
}

// counted says which points count, if not all do.
func (c *ScalingCurve) counted() string {
	reached := c.reached()
	if len(reached) == len(c.Points) || len(reached) == 0 {
		return ""
	}
	var sizes []string
	for _, t := range reached {
		sizes = append(sizes, table.InFull(t.Optimizer.batchSize()))
	}
	return fmt.Sprintf("; of %d points only those that reach the target count, B = %s", len(c.Points), strings.Join(sizes, ", "))
}

// overhead is what a batch size may cost over the least number of samples.
const overhead = 1.2

func overheadCritical(points []Tuned) CriticalBatch {
	c := CriticalBatch{Definition: "20% overhead", BatchSize: math.NaN()}
	if len(points) == 0 {
		c.Note = noneReaches
		return c
	}
	least := 0
	for k, t := range points {
		if t.Samples() < points[least].Samples() {
			least = k
		}
	}
	for k := least + 1; k < len(points); k++ {
		over := points[k].Samples() / points[least].Samples()
		if over < overhead {
			continue
		}
		before := points[k-1].Samples() / points[least].Samples()
		a, b := math.Log(points[k-1].Optimizer.batchSize()), math.Log(points[k].Optimizer.batchSize())
		c.BatchSize = math.Exp(a + (b-a)*math.Log(overhead/before)/math.Log(over/before))
		if least == 0 {
			c.Note = "the least samples are those of the smallest batch, B = " + table.InFull(points[0].Optimizer.batchSize())
		}
		return c
	}
	c.Note = "no batch size takes 20% more samples than the best"
	return c
}

// hyperbolaCritical fits S = S_min (1 + B_crit/B). For given B_crit the best
// log S_min is a mean, so that one variable is left.
func hyperbolaCritical(points []Tuned) CriticalBatch {
	c := CriticalBatch{Definition: "hyperbola", BatchSize: math.NaN()}
	if len(points) < 3 {
		c.Note = fmt.Sprintf("it takes three points or more, here are %d", len(points))
		return c
	}
	low, high := points[0].Optimizer.batchSize(), points[len(points)-1].Optimizer.batchSize()
	d := search.Descent{
		F:   func(z []float64) float64 { _, rms := hyperbola(points, math.Exp(z[0])); return rms * rms },
		Box: search.Box{Low: []float64{math.Log(low) - 7}, High: []float64{math.Log(high) + 7}}, Flat: 1e-14,
	}
	from, to := d.Box.Low[0], d.Box.High[0]
	best, value := 0.0, math.Inf(1)
	for z := from; z <= to; z += 0.5 {
		at := []float64{z}
		if v := d.From(at, 0.5); v < value {
			best, value = at[0], v
		}
	}
	fewest, rms := hyperbola(points, math.Exp(best))
	if best <= from+0.01 || best >= to-0.01 {
		c.Note = "the points lie on one side of the bend"
		return c
	}
	c.BatchSize = math.Exp(best)
	c.MinSteps, c.MinSamples = fewest, fewest*c.BatchSize
	c.Note = fmt.Sprintf("S_min = %.4g, E_min = %.4g, off by %.1f%% in root mean square", c.MinSteps, c.MinSamples, 100*rms)
	return c
}

// hyperbola returns S_min and the root mean square of the residuals of log S.
func hyperbola(points []Tuned, critical float64) (fewest, rms float64) {
	var mean, square float64
	for _, t := range points {
		r := math.Log(float64(t.Steps.Steps)) - math.Log1p(critical/t.Optimizer.batchSize())
		mean += r
		square += r * r
	}
	n := float64(len(points))
	mean /= n
	return math.Exp(mean), math.Sqrt(math.Max(0, square/n-mean*mean))
}

// noneReaches is the note where nothing counts.
const noneReaches = "no point reaches the target"

func noiseCritical(p Problem, points []Tuned) (CriticalBatch, error) {
	c := CriticalBatch{Definition: "B_noise at the target", BatchSize: math.NaN()}
	fewest := -1
	for k, t := range points {
		if t.Steps.Outcome == Reached && t.Steps.Steps > 0 && (fewest < 0 || t.Steps.Steps < points[fewest].Steps.Steps) {
			fewest = k
		}
	}
	if fewest < 0 {
		c.Note = noneReaches
		return c, nil
	}
	t := points[fewest]
	along, err := NoiseScalesOf(p, []int{0, t.Steps.Steps}, t.Optimizer)
	if err != nil {
		return c, err
	}
	c.BatchSize = along.Noise[1]
	c.Note = fmt.Sprintf("after the %d steps of B = %s; %.4g at the start", t.Steps.Steps, table.InFull(t.Optimizer.batchSize()), along.Noise[0])
	return c, nil
}
