package nqmkit_test

import (
	"fmt"
	"math"

	"nqm/nqmkit"
)

func ExampleSample() {
	p := nqmkit.TwoDirections(50, 1)
	for _, c := range nqmkit.SampleAt(p, []int{0, 200}, nqmkit.Trials(1000, 1), nqmkit.SGD(0.02), nqmkit.Momentum(0.005, 0.9)) {
		fmt.Printf("%s: %.2f ± %.2f\n", c.Method, c.Mean[1], c.StdErr[1])
	}
	// Output:
	// SGD α=0.02: 0.50 ± 0.02
	// momentum α=0.005, β=0.9: 0.69 ± 0.03
}

// Adam has no closed form, and it is not the same on a rotated problem.
func ExampleRotated() {
	p := nqmkit.TwoDirections(50, 1)
	for _, q := range []nqmkit.Quadratic{p, nqmkit.Rotated(p, 30)} {
		for _, c := range nqmkit.SampleAt(q, []int{100}, nqmkit.Trials(200, 1), nqmkit.SGD(0.02), nqmkit.Adam(0.01)) {
			fmt.Printf("%v: %s %.2f\n", q, c.Method, c.Mean[0])
		}
	}
	// Output:
	// two directions, h = (50, 1): SGD α=0.02 0.48
	// two directions, h = (50, 1): Adam α=0.01 1.45
	// two directions, h = (50, 1), rotated by 30°: SGD α=0.02 0.43
	// two directions, h = (50, 1), rotated by 30°: Adam α=0.01 0.47
}

func ExampleCustom() {
	sign := nqmkit.Custom("my sign descent", func() nqmkit.Update {
		return func(t int, theta, gradient []float64) []float64 {
			for i, g := range gradient {
				theta[i] -= math.Copysign(0.01, g)
			}
			return theta
		}
	})
	c := nqmkit.SampleAt(nqmkit.TwoDirections(50, 1), []int{100}, nqmkit.Trials(100, 1), sign, nqmkit.SignSGD(0.01))
	fmt.Println(c[0].Mean[0] == c[1].Mean[0])
	// Output: true
}

func ExampleCompare() {
	c := nqmkit.CompareAt(nqmkit.PowerLaw(100, 1), []int{500}, nqmkit.Trials(100, 1), nqmkit.SGD(0.3), nqmkit.SGD(0.25))
	fmt.Printf("%.4f, %.0f%% interval %.4f to %.4f; common noise is worth %.0f times more runs\n",
		c.Mean[0], 100*c.Level, c.Low[0], c.High[0], c.Saving[0])
	// Output: 0.0639, 95% interval 0.0568 to 0.0711; common noise is worth 25 times more runs
}

func ExampleSampleStepsToTarget() {
	s := nqmkit.SampleStepsToTarget(nqmkit.PowerLaw(100, 1), 0.5, 10_000, nqmkit.Trials(1000, 1), nqmkit.SGD(0.3).Batch(4))[0]
	early, _ := s.Quantile(0.05)
	median, _ := s.Quantile(0.5)
	late, _ := s.Quantile(0.95)
	fmt.Println(early, median, late)
	// Output: 36 53 73
}

// A run of 10^12 steps, observed three times.
func ExampleSkipAhead() {
	p := nqmkit.PowerLaw(10_000, 1)
	c := nqmkit.SkipAhead(p, []int{1000, 1_000_000, 1_000_000_000_000}, nqmkit.Trials(4, 1), nqmkit.Momentum(0.01, 0.9))[0]
	fmt.Printf("%.3f\n", c.Mean)
	// Output: [1.898 0.227 0.216]
}

func ExamplePaths() {
	p := nqmkit.Paths(nqmkit.TwoDirections(50, 1), 200, nqmkit.Trials(5, 1), nqmkit.SGD(0.02))[0]
	fmt.Printf("%d runs of %d coordinates at %d steps\n", len(p.Theta), len(p.Theta[0]), len(p.Steps))
	// Output: 5 runs of 2 coordinates at 201 steps
}

func ExampleStepsToTarget() {
	p := nqmkit.PowerLaw(10_000, 1)
	s := nqmkit.StepsToTarget(p, 0.01, nqmkit.Momentum(0.03, 0.9).Batch(1024))
	fmt.Println(s.Outcome, s.Loss <= s.Target, s.Before > s.Target)
	fmt.Println(nqmkit.StepsToTarget(p, 0.01, nqmkit.SGD(1)).Outcome)
	// Output:
	// reached true true
	// never
}

// Steps of a language model of 85 million parameters to a fixed validation loss (Zhang et
// al. 2024, arXiv 2410.21676), where 20% over perfect scaling from 256 was published as 745.3.
func ExampleCriticalBatch() {
	f := nqmkit.CriticalBatch([]float64{64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384},
		[]float64{46000, 23000, 13282, 7000, 3840, 2528, 1917, 1600, 1600}, 256)
	for _, c := range f.Critical {
		fmt.Println(c)
	}
	// Output:
	// 20% overhead from B = 256 = 745.3 (95%: 687 to 813)
	// hyperbola = 2191 (95%: 1902 to 2531)
	// knee = 1779 (95%: 1358 to 2703)
}
