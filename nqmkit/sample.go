package nqmkit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"

	"nqm/theory"
)

// Runs says how many independent runs to sample, and from which seed.
type Runs struct {
	Trials int    // >= 1
	Seed   uint64 // any value; the same seed gives the same runs
}

// Trials returns the plan to sample n >= 1 independent runs from a seed.
// Run k is a function of the seed and k alone: more runs, other cores or
// another order never change it.
func Trials(n int, seed uint64) Runs { return Runs{Trials: n, Seed: seed} }

// bandLevel is the share of runs that a sampled band holds.
const bandLevel = 0.9

// Sample runs the literal update rule of each method on p for the given number
// of steps and returns the loss, averaged over the runs, with a band that
// holds the central 90% of them. Methods share the noise of equal runs (common
// random numbers), so that their curves can be compared closely.
//
// A run that overflows has loss +Inf from then on. Sample panics on an invalid
// problem or method, fewer than one run, or steps < 0.
func Sample(p theory.Problem, steps int, runs Runs, methods ...theory.Optimizer) []theory.SampledCurve {
	return SampleAt(p, Steps(steps), runs, methods...)
}

// SampleAt is Sample with the loss observed at chosen steps, which must
// increase and not be negative.
func SampleAt(p theory.Problem, steps []int, runs Runs, methods ...theory.Optimizer) []theory.SampledCurve {
	curves := make([]theory.SampledCurve, len(methods))
	for i, m := range methods {
		losses := sampleLosses(p, m, steps, runs)
		curves[i] = summarise(losses, steps, runs)
		curves[i].Problem, curves[i].Method, curves[i].Family = p.String(), m.String(), m.Family()
	}
	return curves
}

// sampleLosses returns the loss at each step (first index) of each run.
func sampleLosses(p theory.Problem, m theory.Optimizer, steps []int, runs Runs) [][]float64 {
	bowl := prepare(p, m, steps, runs)
	losses := make([][]float64, len(steps))
	for k := range losses {
		losses[k] = make([]float64, runs.Trials)
	}
	parallel(runs.Trials, func(trial int) {
		bowl.run(m, steps, newStream(runs.Seed, trial), func(k int, theta []float64) {
			losses[k][trial] = bowl.loss(theta)
		})
	})
	return losses
}

// summarise turns the losses of the runs into mean, standard error and band.
// It goes through the runs in their order, whichever core made them.
func summarise(losses [][]float64, steps []int, runs Runs) theory.SampledCurve {
	n := len(steps)
	c := theory.SampledCurve{
		Steps: slices.Clone(steps),
		Mean:  make([]float64, n), StdErr: make([]float64, n), Low: make([]float64, n), High: make([]float64, n),
		Level: bandLevel, Trials: runs.Trials, Seed: runs.Seed,
	}
	for k, of := range losses {
		slices.Sort(of)
		c.Low[k] = stat.Quantile((1-bandLevel)/2, stat.Empirical, of, nil)
		c.High[k] = stat.Quantile((1+bandLevel)/2, stat.Empirical, of, nil)
		c.Mean[k], c.StdErr[k] = math.Inf(1), math.Inf(1)
		if !math.IsInf(of[len(of)-1], 1) {
			mean, std := stat.MeanStdDev(of, nil)
			c.Mean[k], c.StdErr[k] = mean, stat.StdErr(std, float64(len(of)))
		}
	}
	return c
}

// bowl is a problem laid out for stepping: one entry for each of the d
// coordinates, equal directions written out.
type bowl struct {
	curvature []float64 // h_i
	noise     []float64 // standard deviation of the batch gradient, √(c_i/B)
	mean, std []float64 // of the initial point
}

// prepare lays out p for m, and panics on what cannot be sampled.
func prepare(p theory.Problem, m theory.Optimizer, steps []int, runs Runs) bowl {
	for _, err := range []error{p.Validate(), m.Validate(), validate(steps, runs)} {
		if err != nil {
			panic(err)
		}
	}
	batch := max(m.BatchSize, 1)
	var b bowl
	for i := range p.Len() {
		d := p.Direction(i)
		if d.Multiplicity != math.Trunc(d.Multiplicity) {
			panic(fmt.Errorf("nqmkit: Multiplicity[%d] = %v: sampling wants a whole number of directions", i, d.Multiplicity))
		}
		for range int(d.Multiplicity) {
			b.curvature = append(b.curvature, d.Curvature)
			b.noise = append(b.noise, math.Sqrt(d.Noise/batch))
			b.mean = append(b.mean, d.Mean)
			b.std = append(b.std, math.Sqrt(d.Variance))
		}
	}
	return b
}

func validate(steps []int, runs Runs) error {
	if runs.Trials < 1 {
		return fmt.Errorf("nqmkit: %d trials: want 1 or more", runs.Trials)
	}
	if len(steps) == 0 {
		return fmt.Errorf("nqmkit: no steps to look at: give at least one")
	}
	for k, t := range steps {
		if t < 0 || k > 0 && t <= steps[k-1] {
			return fmt.Errorf("nqmkit: step %d in place %d: want increasing steps of 0 or more", t, k)
		}
	}
	return nil
}

func badSteps(t int) error { return fmt.Errorf("nqmkit: %d steps: want 0 or more", t) }

// run steps one run of m and calls observe with each chosen step's place in
// steps and the coordinates there.
func (b bowl) run(m theory.Optimizer, steps []int, rng *rand.Rand, observe func(k int, theta []float64)) {
	theta := b.start(rng)
	t := 0
	for k, until := range steps {
		for ; t < until; t++ {
			b.stepSGD(theta, m.LearningRate, rng)
		}
		observe(k, theta)
	}
}

// start draws the initial point.
func (b bowl) start(rng *rand.Rand) []float64 {
	theta := slices.Clone(b.mean)
	for i, std := range b.std {
		if std > 0 {
			theta[i] += float64(std * rng.NormFloat64())
		}
	}
	return theta
}

// stepSGD is the update rule as it is written: θ ← θ - α (H θ + ε). The
// conversions keep processors that could from fusing a product with a sum, so
// that a seed gives the same runs on each.
func (b bowl) stepSGD(theta []float64, alpha float64, rng *rand.Rand) {
	for i := range theta {
		gradient := float64(b.curvature[i]*theta[i]) + float64(b.noise[i]*rng.NormFloat64())
		theta[i] -= float64(alpha * gradient)
	}
}

// loss returns ½ Σ h_i θ_i², +Inf once a coordinate has overflowed.
func (b bowl) loss(theta []float64) float64 {
	sum := 0.0
	for i, h := range b.curvature {
		if h > 0 {
			sum += h * theta[i] * theta[i]
		}
	}
	if math.IsNaN(sum) {
		return math.Inf(1)
	}
	return sum / 2
}

// newStream returns the random numbers of one run: a PCG generator keyed by
// the seed and the run's number.
func newStream(seed uint64, trial int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, mix(uint64(trial))))
}

// mix spreads small numbers over all 64 bits (the finaliser of SplitMix64), so
// that neighbouring runs start from unrelated states.
func mix(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// geometric returns last^fraction, rounded.
func geometric(last int, fraction float64) int {
	return int(math.Round(math.Pow(float64(last), fraction)))
}
