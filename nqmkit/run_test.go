package nqmkit_test

import (
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// The runs are the same on one core and on eight, in blocks of any size, and
// whether the problem is narrow or wide.
func TestSameRunsOnAnyNumberOfCores(t *testing.T) {
	for _, p := range []nqmkit.Quadratic{
		nqmkit.TwoDirections(50, 1), nqmkit.PowerLaw(20, 1), nqmkit.PowerLaw(3000, 1),
		nqmkit.StudentT(nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 20), 4), streaming(nqmkit.PowerLaw(5, 1)),
	} {
		sample := func(cores int) []theory.SampledCurve {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			return nqmkit.Sample(p, 50, nqmkit.Trials(67, 5), nqmkit.Momentum(0.01, 0.5), nqmkit.Adam(0.1))
		}
		if !reflect.DeepEqual(sample(1), sample(8)) {
			t.Errorf("%v: one core and eight give different runs", p)
		}
	}
}

// A run alone is the run that is stepped beside others, under every law of noise
// and by every kind of rule.
func TestARunAloneIsTheRunAmongOthers(t *testing.T) {
	p := uneven()
	own := nqmkit.Custom("own", func() nqmkit.Update {
		var before []float64
		return func(_ int, theta, gradient []float64) []float64 {
			for i := range theta {
				if before != nil {
					theta[i] -= 0.1 * before[i]
				}
			}
			before = slices.Clone(gradient)
			return theta
		}
	})
	rules := []nqmkit.Sampler{
		nqmkit.Momentum(0.1, 0.9).EMA(0.5), nqmkit.Nesterov(0.1, 0.5).Lookahead(3, 0.5).TailAverage(7), nqmkit.Adam(0.1), own,
		nqmkit.SGD(0.3).Segments(theory.Segment{Steps: 7, From: 1, BatchSize: 2}, theory.Segment{From: 0.5, BatchSize: 5}),
	}
	check := func(p nqmkit.Quadratic, m nqmkit.Sampler) {
		alone := nqmkit.Paths(p, 40, nqmkit.Trials(1, 3), m)[0].Theta[0]
		among := nqmkit.Paths(p, 40, nqmkit.Trials(40, 3), m)[0].Theta[0]
		if !reflect.DeepEqual(alone, among) {
			t.Errorf("%v on %v: the first run depends on the others", m, p)
		}
	}
	for _, p := range []nqmkit.Quadratic{p, nqmkit.StudentT(p, 4), nqmkit.Rademacher(p), streaming(p), nqmkit.Rotated(p, 20), nqmkit.Rotated(streaming(p), 20)} {
		for _, m := range rules {
			check(p, m)
		}
	}
	check(p, triple(0.1, 0.9)) // which wants a problem with axes
	for d := range 6 {         // coordinates go in pairs
		check(partlyFlat(d+1), nqmkit.SGD(0.1))
	}
}

// Rotated by nothing a problem has the same runs but for rounding, also those of
// a method that sees the axes; inputs are the same numbers.
func TestRotationByNothing(t *testing.T) {
	for _, p := range []theory.Problem{uneven(), streaming(nqmkit.PowerLaw(5, 1)), streaming(uneven())} {
		for _, m := range []nqmkit.Sampler{nqmkit.Momentum(0.05, 0.5).Batch(3), nqmkit.Adam(0.1)} {
			want := nqmkit.Paths(p, 30, nqmkit.Trials(3, 2), m)[0].Theta
			for run, path := range nqmkit.Paths(nqmkit.Rotated(p, 0), 30, nqmkit.Trials(3, 2), m)[0].Theta {
				for i, at := range path {
					for k, v := range at {
						if math.Abs(v-want[run][i][k]) > 1e-11 {
							t.Fatalf("%v on %v, run %d: θ[%d] after %d steps is %v, want %v", m, p, run, i, k, v, want[run][i][k])
						}
					}
				}
			}
		}
	}
}

// partlyFlat has d coordinates, every third of them without curvature.
func partlyFlat(d int) nqmkit.Problem {
	p := nqmkit.Problem{Curvature: make([]float64, d), Noise: make([]float64, d), Mean: make([]float64, d)}
	for i := range d {
		p.Curvature[i], p.Noise[i], p.Mean[i] = float64((i+1)%3), 1, float64(i-1)
	}
	return p
}

// The mean loss of runs side by side is that of ½ Σ h_i θ_i² along their paths.
func TestLossAlongThePaths(t *testing.T) {
	const trials = 40
	for d := 1; d <= 6; d++ {
		p := partlyFlat(d)
		at := nqmkit.Steps(20)
		got := nqmkit.SampleAt(p, at, nqmkit.Trials(trials, 4), nqmkit.SGD(0.1))[0]
		for k := range at {
			want := 0.0
			for _, theta := range nqmkit.Paths(p, 20, nqmkit.Trials(trials, 4), nqmkit.SGD(0.1))[0].Theta {
				for i, h := range p.Curvature {
					want += h * theta[i][k] * theta[i][k] / 2 / trials
				}
			}
			if math.Abs(got.Mean[k]-want) > 1e-14*want {
				t.Errorf("d = %d, step %d: mean loss %v, want %v", d, at[k], got.Mean[k], want)
			}
		}
	}
}

// Without noise from (1), SGD at αh = 10 has the loss 81^t/2, which overflows
// at t = 162.
func TestDivergenceIsKeptWithItsStep(t *testing.T) {
	p := nqmkit.Problem{Curvature: []float64{1}, Mean: []float64{1}}
	for _, at := range [][]int{{0, 161, 162, 1_000_000_000_000}, {1_000_000_000_000}} {
		c := nqmkit.SampleAt(p, at, nqmkit.Trials(3, 1), nqmkit.SGD(10))[0]
		if !slices.Equal(c.Diverged, []int{162, 162, 162}) {
			t.Errorf("looked at %v: diverged at %v, want 162 three times", at, c.Diverged)
		}
		if last := len(at) - 1; c.Mean[last] != math.Inf(1) || c.High[last] != math.Inf(1) || math.IsNaN(c.StdErr[last]) {
			t.Errorf("looked at %v: %+v", at, c)
		}
		if len(at) == 4 && (c.Mean[1] == math.Inf(1) || c.Mean[2] != math.Inf(1)) {
			t.Errorf("loss %v around the step of divergence", c.Mean)
		}
	}
}

// A rare large gradient blows up some runs and not others: only they are +Inf.
func TestSomeRunsDiverge(t *testing.T) {
	growing := nqmkit.Custom("cubic", func() nqmkit.Update {
		return func(_ int, theta, gradient []float64) []float64 {
			theta[0] -= 0.1 * gradient[0] * (1 + theta[0]*theta[0])
			return theta
		}
	})
	p := nqmkit.StudentT(nqmkit.Problem{Curvature: []float64{1}, Noise: []float64{1}}, 2.5)
	c := nqmkit.SampleAt(p, []int{0, 300}, nqmkit.Trials(400, 2), growing)[0]
	if n := len(c.Diverged); n == 0 || n == 400 || !slices.IsSorted(c.Diverged) {
		t.Errorf("%d of 400 runs diverged", n)
	}
	if c.Low[1] == math.Inf(1) || c.Mean[1] != math.Inf(1) {
		t.Errorf("band from %v, mean %v", c.Low[1], c.Mean[1])
	}
}

// interrupting is SGD that sends an interrupt, as a notebook's stop button
// does, once all its runs together have taken so many steps.
func interrupting(t *testing.T, alpha float64, after int64) nqmkit.Sampler {
	var taken atomic.Int64
	return nqmkit.Custom("SGD", func() nqmkit.Update {
		return func(_ int, theta, gradient []float64) []float64 {
			if taken.Add(1) == after {
				interrupt(t)
			}
			for i, g := range gradient {
				theta[i] -= alpha * g
			}
			return theta
		}
	})
}

func interrupt(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(os.Interrupt)
	}
	if err != nil {
		t.Error(err)
	}
}

const (
	manyRuns  = 300_000 // far more than are done by the interrupt
	someSteps = 200
	enough    = 2000 * someSteps // steps, of a few blocks
)

func TestInterruptKeepsFinishedRuns(t *testing.T) {
	at := []int{0, someSteps}
	p := nqmkit.TwoDirections(1, 0.1)
	curves := nqmkit.SampleAt(p, at, nqmkit.Trials(manyRuns, 4), interrupting(t, 0.5, enough), nqmkit.SGD(0.1))
	c := curves[0]
	if len(curves) != 1 || !c.Partial || c.Trials < 500 || c.Trials == manyRuns || !slices.Equal(c.Steps, at) {
		t.Fatalf("%d curves, partial %v, %d runs, steps %v", len(curves), c.Partial, c.Trials, c.Steps)
	}
	if want := must(theory.ExpectedLoss(p, someSteps, nqmkit.SGD(0.5))); math.Abs(c.Mean[1]-want) > 5*c.StdErr[1] {
		t.Errorf("mean of the finished runs is %v ± %v, want %v", c.Mean[1], c.StdErr[1], want)
	}
}

func TestInterruptOfLongRunsKeepsTheirSteps(t *testing.T) {
	at := make([]int, 10_000)
	for k := range at {
		at[k] = 100 * k
	}
	c := nqmkit.SampleAt(nqmkit.TwoDirections(1, 0.1), at, nqmkit.Trials(4, 4), interrupting(t, 0.5, 50_000))[0]
	if n := len(c.Steps); !c.Partial || c.Trials == 0 || n < 2 || n == len(at) || len(c.Mean) != n || len(c.High) != n {
		t.Errorf("partial %v, %d runs, %d steps", c.Partial, c.Trials, n)
	}
}

func TestInterruptOfOtherQuestions(t *testing.T) {
	p, runs := nqmkit.TwoDirections(1, 0.1), nqmkit.Trials(manyRuns, 4)
	c := nqmkit.CompareAt(p, []int{someSteps}, runs, interrupting(t, 0.5, enough), nqmkit.SGD(0.1))
	if !c.Partial || c.Trials < 2 || c.Trials == manyRuns {
		t.Errorf("comparison: partial %v, %d runs", c.Partial, c.Trials)
	}
	s := nqmkit.SampleStepsToTarget(p, 1e-9, someSteps, runs, interrupting(t, 0.5, enough))[0]
	if !s.Partial || s.Trials == 0 || s.Trials != len(s.Steps)+s.Late+s.Diverged {
		t.Errorf("steps to target: %d runs, %d arrived, %d late", s.Trials, len(s.Steps), s.Late)
	}
	a := nqmkit.CheckAgainst(p, []int{0, someSteps}, runs, nqmkit.SGD(0.5), interrupting(t, 0.5, enough))
	if !a.Sampled.Partial || !a.Agrees() {
		t.Errorf("check of a part: partial %v, worst |z| %v", a.Sampled.Partial, a.Worst())
	}
	paths := nqmkit.Paths(p, someSteps, nqmkit.Trials(manyRuns/10, 4), interrupting(t, 0.5, enough))[0]
	if n := len(paths.Theta); !paths.Partial || n == 0 || n == manyRuns/10 {
		t.Errorf("paths: partial %v, %d of them", paths.Partial, n)
	}
	var message string
	func() {
		defer func() { message = recover().(error).Error() }()
		nqmkit.SampleAt(p, []int{1e9}, nqmkit.Trials(2, 4), interrupting(t, 0.5, 1000))
	}()
	if want := "nqmkit: interrupted before any run came to a step to look at"; message != want {
		t.Errorf("got %q, want %q", message, want)
	}
}

// Steps to target without noise are a fact: θ = 0.5^t, loss 0.25^t/2.
func TestStepsToTarget(t *testing.T) {
	sure := nqmkit.Problem{Curvature: []float64{1}, Mean: []float64{1}}
	s := nqmkit.SampleStepsToTarget(sure, 0.01, 50, nqmkit.Trials(3, 1), nqmkit.SGD(0.5))[0]
	if !slices.Equal(s.Steps, []int{3, 3, 3}) || s.Late != 0 || s.Diverged != 0 || s.Trials != 3 {
		t.Errorf("%+v", s)
	}
	if s := nqmkit.SampleStepsToTarget(sure, 0.01, 2, nqmkit.Trials(3, 1), nqmkit.SGD(0.5))[0]; s.Late != 3 || len(s.Steps) != 0 {
		t.Errorf("limit of 2: %+v", s)
	}
	if s := nqmkit.SampleStepsToTarget(sure, 0.01, 1e12, nqmkit.Trials(3, 1), nqmkit.SGD(10))[0]; s.Diverged != 3 {
		t.Errorf("diverging: %+v", s)
	}
	if s := nqmkit.SampleStepsToTarget(sure, 1, 5, nqmkit.Trials(3, 1), nqmkit.SGD(0.5))[0]; !slices.Equal(s.Steps, []int{0, 0, 0}) {
		t.Errorf("there at the start: %+v", s)
	}
}

// The first passage of each run, by looking at its path.
func TestStepsToTargetAreFirstPassages(t *testing.T) {
	p := nqmkit.TwoDirections(50, 1)
	const target, limit, trials = 0.05, 80, 200
	s := nqmkit.SampleStepsToTarget(p, target, limit, nqmkit.Trials(trials, 8), nqmkit.SGD(0.02))[0]
	var want []int
	for _, run := range nqmkit.Paths(p, limit, nqmkit.Trials(trials, 8), nqmkit.SGD(0.02))[0].Theta {
		for k := range run[0] {
			if 25*run[0][k]*run[0][k]+0.5*run[1][k]*run[1][k] <= target {
				want = append(want, k)
				break
			}
		}
	}
	slices.Sort(want)
	if !slices.Equal(s.Steps, want) || s.Late != trials-len(want) || s.Late == 0 {
		t.Errorf("%d runs arrived, %d late; by their paths %d", len(s.Steps), s.Late, len(want))
	}
	if median, ok := s.Quantile(0.5); !ok || median != want[trials/2-1] {
		t.Errorf("median %d (%v), want %d", median, ok, want[trials/2-1])
	}
	if _, ok := s.Quantile(1); ok {
		t.Error("all runs are said to have arrived")
	}
}

// The paired interval holds the exact difference as often as it says, and is
// narrower than that of independent runs.
func TestPairedComparison(t *testing.T) {
	p := nqmkit.PowerLaw(20, 1)
	a, b := nqmkit.SGD(0.5), nqmkit.SGD(0.45)
	at := []int{40}
	want := must(theory.Expect(p, at, a)).Loss[0] - must(theory.Expect(p, at, b)).Loss[0]
	const repeats = 1000
	held := 0
	for seed := range uint64(repeats) {
		c := nqmkit.CompareAt(p, at, nqmkit.Trials(50, seed), a, b)
		if c.Low[0] <= want && want <= c.High[0] {
			held++
		}
		if c.Saving[0] < 5 {
			t.Fatalf("seed %d: common random numbers save only a factor %.1f", seed, c.Saving[0])
		}
	}
	// Binomial: 950 ± 6.9; the losses are skewed, which costs a little.
	if held < 920 || held > 975 {
		t.Errorf("the 95%% interval held the exact difference %d times of %d", held, repeats)
	}
}

func TestComparisonWithDivergence(t *testing.T) {
	p := nqmkit.Problem{Curvature: []float64{1}, Mean: []float64{1}}
	c := nqmkit.CompareAt(p, []int{1, 500}, nqmkit.Trials(3, 1), nqmkit.SGD(10), nqmkit.SGD(0.5))
	if c.Mean[1] != math.Inf(1) || math.IsNaN(c.Low[1]) || math.IsNaN(c.Saving[1]) {
		t.Errorf("%+v", c)
	}
	same := nqmkit.CompareAt(nqmkit.TwoDirections(50, 1), []int{10}, nqmkit.Trials(30, 1), nqmkit.SGD(0.02), nqmkit.SGD(0.02))
	if same.Mean[0] != 0 || same.High[0] != 0 || !math.IsInf(same.Saving[0], 1) {
		t.Errorf("a method against itself: %+v", same)
	}
}

func TestObserveAnyStatistic(t *testing.T) {
	p := nqmkit.TwoDirections(50, 1)
	at := nqmkit.Steps(30)
	c := nqmkit.Observe(p, at, nqmkit.Trials(4000, 3), nqmkit.Coordinate(1), nqmkit.SGD(0.02))[0]
	for k, t0 := range at { // E θ_2 = 0.98^t
		want := math.Pow(0.98, float64(t0))
		if math.Abs(c.Mean[k]-want) > 4.5*c.StdErr[k]+1e-12 {
			t.Errorf("mean of θ[1] after %d steps is %v ± %v, want %v", t0, c.Mean[k], c.StdErr[k], want)
		}
	}
	if c.Quantity != "θ[1]" {
		t.Errorf("the quantity is called %q", c.Quantity)
	}
}
