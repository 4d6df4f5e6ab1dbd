package nqmkit_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

func ExampleBestSchedule() {
	p := nqmkit.PowerLaw(10_000, 1)
	for _, c := range nqmkit.ExpectAt(p, []int{5000}, nqmkit.SGD(0.5).Cosine(), nqmkit.BestSchedule(p, 5000, 10)) {
		fmt.Printf("%.4f\n", c.Loss[0])
	}
	// Output:
	// 0.7645
	// 0.7090
}

func ExampleScheduleToTarget() {
	fmt.Println(nqmkit.ScheduleToTarget(nqmkit.PowerLaw(10_000, 1), 0.01, nqmkit.SGD(1).Batch(1024).Precondition(0.5), 10))
	// Output: best 10-piece schedule found of preconditioned SGD, B=1024, to loss 0.01: 585 steps (0.00999830235 there, 0.0100147907 one step before)
}

func ExampleBestBatchSchedule() {
	s := nqmkit.BestBatchSchedule(nqmkit.PowerLaw(10_000, 1), 1_000_000, nqmkit.SGD(0.5), 4)
	fmt.Printf("%d steps, B = %.4g\n", s.Steps, s.BatchSizes)
	// Output: 37108 steps, B = [2.994 5.678 11.93 87.19]
}

// The answers in parallel are those one by one, in the order of the question.
func TestSchedulesToTarget(t *testing.T) {
	p := nqmkit.PowerLaw(1000, 1)
	batches := []float64{64, 4, 1024}
	all := nqmkit.SchedulesToTarget(p, 0.1, batches, nqmkit.SGD(1), 5)
	for i, b := range batches {
		if one := nqmkit.ScheduleToTarget(p, 0.1, nqmkit.SGD(1).Batch(b), 5); !reflect.DeepEqual(all[i], one) {
			t.Errorf("B=%g: %v in parallel, %v alone", b, all[i], one)
		}
	}
	if none := nqmkit.SchedulesToTarget(p, 0.1, nil, nqmkit.SGD(1), 5); len(none) != 0 {
		t.Errorf("no batch sizes: %v", none)
	}
}

// Runs of the literal update rule have the loss that the search promises.
func TestBestSchedulesAgainstRuns(t *testing.T) {
	p := nqmkit.TwoDirections(5, 0.1)
	rates := nqmkit.BestScheduleFor(p, 300, nqmkit.SGD(1).Batch(4), 7)
	batches := nqmkit.BestBatchSchedule(p, 1200, nqmkit.SGD(0), 7)
	for _, of := range []struct {
		o     theory.Optimizer
		steps int
		loss  float64
	}{{rates.Optimizer, rates.Steps, rates.Loss}, {batches.Optimizer, batches.Steps, batches.Loss}} {
		c := nqmkit.SampleAt(p, []int{of.steps}, nqmkit.Trials(4000, 1), of.o)[0]
		if z := (c.Mean[0] - of.loss) / c.StdErr[0]; math.Abs(z) > 4 {
			t.Errorf("%v: %v of runs, %v promised: %.1f standard errors", of.o, c.Mean[0], of.loss, z)
		}
	}
}

func TestScheduleMistakesPanic(t *testing.T) {
	p := nqmkit.PowerLaw(1000, 1)
	for want, f := range map[string]func(){
		"0 pieces":           func() { nqmkit.BestSchedule(p, 100, 0) },
		"those of plain SGD": func() { nqmkit.BestScheduleFor(p, 100, nqmkit.Momentum(1, 0.9), 5) },
		"batch size 0.5":     func() { nqmkit.SchedulesToTarget(p, 0.1, []float64{0.5}, nqmkit.SGD(1), 5) },
		"target -1":          func() { nqmkit.ScheduleToTarget(p, -1, nqmkit.SGD(1), 5) },
		"0 samples":          func() { nqmkit.BestBatchSchedule(p, 0, nqmkit.SGD(0.5), 5) },
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, want) {
					t.Errorf("%q: %s", want, said)
				}
			}()
			f()
		}()
	}
}
