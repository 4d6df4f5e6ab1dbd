package theory

import (
	"math"
	"math/rand/v2"
	"testing"

	"nqm/theory/longtest"
)

// measuredSteps are steps to a fixed validation loss against batch size for language
// models of three sizes, with the published fit, by least squares of log T, and the
// published critical batch size, 20% over perfect scaling from 256 (Zhang et al. 2024, arXiv
// 2410.21676; repository hlzhang109/critical-batch-size, plots/chinchilla.ipynb, MIT).
var measuredSteps = []struct {
	model                   string
	steps                   []float64 // B = 64, 128, ..., 16384
	fewest, samples, twenty float64
}{
	{"85M", []float64{46000, 23000, 13282, 7000, 3840, 2528, 1917, 1600, 1600}, 1293.8268694659337, 2834258.0888740215, 745.3201466381583},
	{"302M", []float64{196000, 90000, 46000, 23400, 13300, 7224, 4980, 3400, 2879}, 2095.3497601960876, 11383269.891870424, 1393.726947253441},
	{"1.2B", []float64{642000, 331000, 176000, 94000, 46500, 25000, 15360, 8900, 6500}, 3897.306597333535, 43381130.22429582, 2533.4108017868743},
}

var measuredBatches = []float64{64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384}

func TestFitCriticalPublished(t *testing.T) {
	for _, m := range measuredSteps {
		f := must(FitCritical(measuredBatches, m.steps, 256))
		for _, c := range []struct {
			e    Estimate
			want float64
		}{{f.MinSteps, m.fewest}, {f.MinSamples, m.samples}, {f.Critical[0], m.twenty}} {
			if math.Abs(c.e.Value/c.want-1) > 2e-5 {
				t.Errorf("%s: %v, published %v", m.model, c.e, c.want)
			}
			if !(c.e.Low < c.e.Value && c.e.Value < c.e.High) {
				t.Errorf("%s: %v: want an interval around the value", m.model, c.e)
			}
		}
		t.Log(f, f.Critical, f.Notes)
	}
}

// Of data that the law made, 95% of the intervals hold the truth.
func TestFitCriticalCovers(t *testing.T) {
	longtest.Only(t)
	r := rand.New(rand.NewPCG(16, 1))
	const fits, sd = 500, 0.1
	truth := []float64{1500, 3e6, 1.2*64 + 0.2*2000, 2000}
	held, heldNext := make([]int, len(truth)), 0
	for range fits {
		steps := make([]float64, len(measuredBatches))
		for k, b := range measuredBatches {
			steps[k] = (1500 + 3e6/b) * math.Exp(sd*r.NormFloat64())
		}
		f := must(FitCritical(measuredBatches, steps, 0))
		for k, e := range f.Estimates()[:4] {
			if e.Low <= truth[k] && truth[k] <= e.High {
				held[k]++
			}
		}
		next := (1500 + 3e6/32768) * math.Exp(sd*r.NormFloat64())
		if e := must(f.Predict(32768)); e.Low <= next && next <= e.High {
			heldNext++
		}
	}
	for k, n := range append(held, heldNext) {
		if n < 0.92*fits || n > 0.98*fits {
			t.Errorf("number %d: %d of %d intervals hold the truth", k, n, fits)
		}
	}
	t.Log(held, heldNext)
}

// The least sum of squares and the profile, against a plain grid of both parameters.
func TestFitCriticalAgainstGrid(t *testing.T) {
	batches, steps := []float64{64, 128, 256, 512}, []float64{46000, 23000, 13282, 7000}
	f := must(FitCritical(batches, steps, 0))
	sum := func(s, e float64) float64 {
		total := 0.0
		for k, b := range batches {
			r := math.Log((s + e/b) / steps[k])
			total += r * r
		}
		return total
	}
	best := math.Inf(1)
	for i := range 500 {
		for j := range 200 {
			best = min(best, sum(4*float64(i), 2.5e6*(1+float64(j)/500)))
		}
	}
	least := sum(f.MinSteps.Value, f.MinSamples.Value)
	if least > best {
		t.Errorf("sum of squares %v, on a grid %v", least, best)
	}
	if math.Abs(f.Misfit-math.Sqrt(least/2)) > 1e-9 {
		t.Errorf("misfit %v of a sum %v", f.Misfit, least)
	}
	// 4.302653 is the 97.5% point of Student's law of two degrees of freedom.
	limit := least * (1 + 4.302653*4.302653/2)
	low, high := math.Inf(1), 0.0
	for j := range 4000 {
		e := 2e6 * (1 + float64(j)/4000)
		for i := range 1000 {
			if s := 4 * float64(i); sum(s, e) <= limit {
				low, high = min(low, e), max(high, e)
			}
		}
	}
	if e := f.MinSamples; math.Abs(e.Low/low-1) > 5e-3 || math.Abs(e.High/high-1) > 5e-3 {
		t.Errorf("%v: a grid has the interval from %v to %v", e, low, high)
	}
}

func TestFitCriticalSaysWhatIsOpen(t *testing.T) {
	perfect := must(FitCritical([]float64{1, 2, 4, 8}, []float64{8010, 3990, 2005, 999}, 0))
	if e := perfect.MinSteps; e.Low != 0 || !(e.High < 999) {
		t.Errorf("points of perfect scaling: %v", e)
	}
	if e := perfect.Critical[1]; !math.IsInf(e.High, 1) || !(e.Low > 1) {
		t.Errorf("points of perfect scaling: %v", e)
	}
	level := must(FitCritical([]float64{1000, 2000, 4000, 8000}, []float64{800, 803, 799, 801}, 0))
	if e := level.MinSamples; e.Low != 0 {
		t.Errorf("points of no gain: %v", e)
	}
	if e := level.Critical[1]; e.Low != 0 || !(e.High < 1000) {
		t.Errorf("points of no gain: %v", e)
	}
	for _, f := range []CriticalFit{perfect, level} {
		if len(f.Notes) < 2 {
			t.Errorf("notes %q", f.Notes)
		}
	}
}
