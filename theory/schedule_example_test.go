package theory_test

import (
	"fmt"

	"nqm/theory"
)

func ExampleBestSchedule() {
	p, _ := theory.PowerLaw(10_000, 1)
	s, _ := theory.BestSchedule(p, 5000, theory.SGD(1).Batch(64), 5)
	fmt.Printf("%v; residual below 1e-7: %v\n", s, s.Residual < 1e-7)
	fmt.Printf("rates %.3g, %d of them at the limit %g\n", s.LearningRates, s.AtLimit, s.Limit)
	constant, _ := theory.BestSchedule(p, 5000, theory.SGD(1).Batch(64), 1)
	fmt.Printf("one rate %.3g: loss %.4g\n", constant.LearningRates, constant.Loss)
	// Output:
	// best found of 5 constant pieces in 5000 steps, B=64: loss 0.0659657115; residual below 1e-7: true
	// rates [2 2 2 2 0.305], 4 of them at the limit 2
	// one rate [1.41]: loss 0.127
}

// The number of steps that schedules save grows as the batch shrinks.
func ExampleScheduleToTarget() {
	p, _ := theory.PowerLaw(10_000, 1)
	for _, batch := range []float64{16, 256, 4096} {
		for _, pieces := range []int{1, 10, 50} {
			s, _ := theory.ScheduleToTarget(p, 0.01, theory.SGD(1).Batch(batch), pieces)
			fmt.Println(s)
		}
	}
	// Output:
	// best 1-piece schedule found of SGD, B=16, to loss 0.01: 378197 steps (0.00999999072 there, 0.0100000128 one step before)
	// best 10-piece schedule found of SGD, B=16, to loss 0.01: 53214 steps (0.00999994764 there, 0.0100001438 one step before)
	// best 50-piece schedule found of SGD, B=16, to loss 0.01: 50373 steps (0.0099998908 there, 0.0100000956 one step before)
	// best 1-piece schedule found of SGD, B=256, to loss 0.01: 25778 steps (0.00999980794 there, 0.0100001627 one step before)
	// best 10-piece schedule found of SGD, B=256, to loss 0.01: 9394 steps (0.00999937104 there, 0.0100018128 one step before)
	// best 50-piece schedule found of SGD, B=256, to loss 0.01: 8933 steps (0.00999832155 there, 0.010000706 one step before)
	// best 1-piece schedule found of SGD, B=4096, to loss 0.01: 7832 steps (0.00999696802 there, 0.0100003973 one step before)
	// best 10-piece schedule found of SGD, B=4096, to loss 0.01: 7108 steps (0.00999690401 there, 0.0100013985 one step before)
	// best 50-piece schedule found of SGD, B=4096, to loss 0.01: 6903 steps (0.0099970887 there, 0.0100019151 one step before)
}

// What schedules buy with 100 000 samples: those of the rate the lower loss,
// those of the batch size fewer steps.
func ExampleCompareSchedules() {
	p, _ := theory.PowerLaw(10_000, 1)
	c, _ := theory.CompareSchedules(p, 100_000, theory.SGD(1), 10)
	fmt.Printf("one rate      %.4f in %d steps\n", c.Rate.Loss, c.Rate.Steps)
	fmt.Printf("10 rates      %.4f in %d steps\n", c.Rates.Loss, c.Rates.Steps)
	fmt.Printf("one batch     %.4f in %d steps\n", c.Batch.Loss, c.Batch.Steps)
	fmt.Printf("10 batches    %.4f in %d steps, B from %.3g to %.3g\n", c.Batches.Loss, c.Batches.Steps, c.Batches.BatchSizes[0], c.Batches.BatchSizes[9])
	fmt.Printf("Bayes bound   %.4f\n", c.Bayes)
	// Output:
	// one rate      0.2244 in 100000 steps
	// 10 rates      0.0758 in 100000 steps
	// one batch     0.2244 in 100000 steps
	// 10 batches    0.1079 in 28770 steps, B from 1 to 17.9
	// Bayes bound   0.0477
}

// With the learning rate given, only steps and batch sizes are chosen.
func ExampleBestBatchSchedule() {
	p, _ := theory.PowerLaw(10_000, 1)
	s, _ := theory.BestBatchSchedule(p, 1_000_000, theory.SGD(0.5), 4)
	fmt.Printf("%d steps, B = %.4g: loss %.4g, %s\n", s.Steps, s.BatchSizes, s.Loss, s.Proved())
	// Output: 37108 steps, B = [2.994 5.678 11.93 87.19]: loss 0.0205, proved the lowest to within 0.0001%
}
