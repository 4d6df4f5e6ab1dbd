package nqmkit_test

import (
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

func ExampleTune() {
	best := nqmkit.Tune(nqmkit.PowerLaw(10_000, 1), 0.01, nqmkit.Momentum(nqmkit.Free, nqmkit.Free).Batch(1<<20))
	fmt.Printf("%d steps with α = %.2f, β = %.3f\n", best.Steps.Steps, best.Optimizer.LearningRate, best.Optimizer.Momentum)
	// Output: 150 steps with α = 3.78, β = 0.959
}

func ExampleBatchScaling() {
	s := nqmkit.BatchScaling(nqmkit.PowerLaw(10_000, 1), 0.01, nqmkit.PowersOfTwo(2, 20), nqmkit.SGD(nqmkit.Free))
	for _, c := range s.Curves[0].Critical {
		fmt.Printf("%s: %.3g (%s)\n", c.Definition, c.BatchSize, c.Note)
	}
	fmt.Printf("Bayes bound: %.0f samples\n", s.BayesSamples)
	// Output:
	// 20% overhead: 407 (the least samples are those of the smallest batch, B = 4)
	// hyperbola: 848 (S_min = 6569, E_min = 5.57e+06, off by 6.8% in root mean square)
	// B_noise at the target: 6.43e+03 (after the 6720 steps of B = 1048576; 1.368 at the start)
	// Bayes bound: 495016 samples
}

// TestScalingCurves: what must hold of any curve of tuned points.
func TestScalingCurves(t *testing.T) {
	s := nqmkit.BatchScaling(nqmkit.PowerLaw(10_000, 1), 0.01, []float64{4096, 4, 64, 1 << 20, 64},
		nqmkit.SGD(nqmkit.Free), nqmkit.Momentum(nqmkit.Free, nqmkit.Free), nqmkit.SGD(nqmkit.Free).Precondition(0.5), nqmkit.SGD(0.01))
	if !reflect.DeepEqual(s.BatchSizes, []float64{4, 64, 4096, 1 << 20}) || len(s.Curves) != 4 || s.Partial {
		t.Fatalf("%v", s.BatchSizes)
	}
	if math.Abs(s.BayesSamples-495_016) > 1 || math.Abs(s.MaximumLikelihood-500_000) > 1e-4 {
		t.Errorf("bounds %v and %v", s.BayesSamples, s.MaximumLikelihood)
	}
	for _, c := range s.Curves[:3] {
		for k, p := range c.Points {
			if p.Samples() < s.BayesSamples {
				t.Errorf("%v: %v samples are below the bound", p.Optimizer, p.Samples())
			}
			if k > 0 && (p.Steps.Steps > c.Points[k-1].Steps.Steps || p.Samples() < c.Points[k-1].Samples()*(1-1e-5)) {
				t.Errorf("%s: from B = %v to %v, %d to %d steps", c.Family, s.BatchSizes[k-1], s.BatchSizes[k], c.Points[k-1].Steps.Steps, p.Steps.Steps)
			}
		}
		if c.Fewest != c.Points[3].Steps.Steps || math.Abs(c.Perfect/c.Points[0].Samples()-1) > 1e-5 {
			t.Errorf("%s: asymptotes %v, %v", c.Family, c.Perfect, c.Fewest)
		}
	}
	if o := s.Curves[3].Points[0].Steps.Outcome; o != theory.Reached {
		t.Errorf("fixed learning rate: %v", o)
	}
}

// TestHyperbolaIsFound: points on S = S_min (1 + B_crit/B) give back both, up to
// the rounding of S to whole steps.
func TestHyperbolaIsFound(t *testing.T) {
	p := nqmkit.List(1, 0.5)
	var c theory.ScalingCurve
	sizes := nqmkit.PowersOfTwo(0, 16)
	for _, b := range sizes {
		steps := int(math.Round(1e7 * (1 + 300/b)))
		c.Points = append(c.Points, theory.Tuned{Optimizer: nqmkit.SGD(1e-3).Batch(b), Steps: theory.Steps{Outcome: theory.Reached, Steps: steps}})
	}
	s, err := theory.NewScaling(p, 0.1, sizes, []theory.ScalingCurve{c})
	if err != nil {
		t.Fatal(err)
	}
	critical := s.Curves[0].Critical
	if got := critical[1]; math.Abs(got.BatchSize/300-1) > 1e-5 || !strings.Contains(got.Note, "S_min = 1e+07, E_min = 3e+09, off by 0.0%") {
		t.Errorf("%v", got)
	}
	// 20% over the least samples, those of B = 1: 1 + B/300 = 1.2 (1 + 1/300).
	if got, want := critical[0].BatchSize, 300*(1.2*(1+1./300)-1); math.Abs(got/want-1) > 0.02 { // the line between two powers of two
		t.Errorf("20%% overhead at %v, want about %v", got, want)
	}
}

// TestScalingOnOneCore: the same bytes on any number of cores.
func TestScalingOnOneCore(t *testing.T) {
	scale := func() theory.Scaling {
		return nqmkit.BatchScaling(nqmkit.PowerLaw(1000, 1), 0.05, nqmkit.PowersOfTwo(4, 12), nqmkit.SGD(nqmkit.Free), nqmkit.Momentum(nqmkit.Free, nqmkit.Free))
	}
	many := scale()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if one := scale(); fmt.Sprint(one) != fmt.Sprint(many) {
		t.Error("one core and many differ")
	}
}

func TestScalingRefuses(t *testing.T) {
	p := nqmkit.List(1)
	for _, c := range []struct {
		want string
		call func()
	}{
		{"no method", func() { nqmkit.BatchScaling(p, 0.1, []float64{4}) }},
		{"without a batch size", func() { nqmkit.BatchScaling(p, 0.1, nil, nqmkit.SGD(nqmkit.Free)) }},
		{"batch size 0.5", func() { nqmkit.BatchScaling(p, 0.1, []float64{0.5, 2}, nqmkit.SGD(nqmkit.Free)) }},
		{"batch size NaN", func() { nqmkit.BatchScaling(p, 0.1, []float64{math.NaN()}, nqmkit.SGD(nqmkit.Free)) }},
		{"target -1", func() { nqmkit.BatchScaling(p, -1, []float64{4}, nqmkit.SGD(nqmkit.Free)) }},
		{"from 3 to 2", func() { nqmkit.PowersOfTwo(3, 2) }},
		{"no free setting", func() { nqmkit.Tune(p, 0.1, nqmkit.SGD(1)) }},
		{"budget of 0", func() { nqmkit.TuneLoss(p, 0, nqmkit.SGD(nqmkit.Free)) }},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, c.want) {
					t.Errorf("%q, want %q", got, c.want)
				}
			}()
			c.call()
		}()
	}
}

// BenchmarkPaperFigure is what a reader of the paper's figures waits for: 4
// powers and 10 batch sizes, tuned on all 10^4 eigenvalues, on all cores.
func BenchmarkPaperFigure(b *testing.B) {
	p := nqmkit.PowerLaw(10_000, 1)
	var sizes []float64
	for k := 2; k <= 20; k += 2 {
		sizes = append(sizes, math.Ldexp(1, k))
	}
	for _, m := range []theory.Optimizer{nqmkit.SGD(nqmkit.Free), nqmkit.Momentum(nqmkit.Free, nqmkit.Free), nqmkit.SGD(nqmkit.Free).EMA(nqmkit.Free)} {
		b.Run(m.Family(), func(b *testing.B) {
			evaluations := 0
			for b.Loop() {
				s := nqmkit.BatchScaling(p, 0.01, sizes, m, m.Precondition(0.25), m.Precondition(0.5), m.Precondition(0.75))
				for _, c := range s.Curves {
					for _, t := range c.Points {
						evaluations += t.Evaluations
					}
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/figure")
			b.ReportMetric(float64(evaluations)/float64(b.N), "losses/figure")
		})
	}
}
