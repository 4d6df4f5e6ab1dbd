package nqmkit_test

import (
	"math"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// Runs that are handed in have the summary that they have when Sample makes them.
func TestCurveOfRuns(t *testing.T) {
	p, err := theory.List(2, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	p.Noise, p.Mean = []float64{1, 1}, []float64{3, 1}
	for _, alpha := range []float64{0.3, 40} {
		const runs = 7
		steps, losses := []int{0, 3, 100, 300, 600}, make([][]float64, runs)
		loss := nqmkit.Statistic{Name: "loss", Of: func(theta []float64) float64 {
			return (2*theta[0]*theta[0] + 0.1*theta[1]*theta[1]) / 2
		}}
		// Run k is the same among any number of runs: the k-th is what one more adds.
		for k := range losses {
			with := nqmkit.Observe(p, steps, nqmkit.Trials(k+1, 5), loss, nqmkit.SGD(alpha))[0]
			for i, mean := range with.Mean {
				sum := mean * float64(k+1)
				for _, row := range losses[:k] {
					sum -= row[i]
				}
				if math.IsInf(mean, 1) {
					sum = mean
				}
				losses[k] = append(losses[k], sum)
			}
		}
		got, want := nqmkit.CurveOf(steps, losses), nqmkit.Observe(p, steps, nqmkit.Trials(runs, 5), loss, nqmkit.SGD(alpha))[0]
		if got.Trials != runs || got.Level != want.Level || len(got.Diverged) != len(want.Diverged) {
			t.Errorf("α = %v: %d runs, %d diverged: want %d and %d", alpha, got.Trials, len(got.Diverged), runs, len(want.Diverged))
		}
		for k := range steps {
			for name, pair := range map[string][2]float64{
				"mean": {got.Mean[k], want.Mean[k]}, "standard error": {got.StdErr[k], want.StdErr[k]},
				"low": {got.Low[k], want.Low[k]}, "high": {got.High[k], want.High[k]},
			} {
				if a, b := pair[0], pair[1]; a != b && !(math.Abs(a-b) <= 1e-9*math.Abs(want.High[k])) {
					t.Errorf("α = %v, step %d: %s %v, want %v", alpha, steps[k], name, a, b)
				}
			}
		}
	}
}

func TestCurveOfRefuses(t *testing.T) {
	for want, f := range map[string]func(){
		"0 trials":                  func() { nqmkit.CurveOf([]int{0}, nil) },
		"1 losses of run 1":         func() { nqmkit.CurveOf([]int{0, 1}, [][]float64{{1, 1}, {1}}) },
		"step 3 in place 1":         func() { nqmkit.CurveOf([]int{3, 3}, [][]float64{{1, 1}}) },
		"of run 0 at step 5 is NaN": func() { nqmkit.CurveOf([]int{5}, [][]float64{{math.NaN()}}) },
	} {
		refuses(t, want, f)
	}
}
