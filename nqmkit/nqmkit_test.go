package nqmkit_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/theory"
)

func TestStepsCoverTheRun(t *testing.T) {
	for _, last := range []int{0, 1, 7, 400, 401, 5000, 1e9, 1e15} {
		steps := nqmkit.Steps(last)
		if steps[0] != 0 || steps[len(steps)-1] != last {
			t.Errorf("Steps(%d) runs from %d to %d", last, steps[0], steps[len(steps)-1])
		}
		if len(steps) > 402 {
			t.Errorf("Steps(%d) has %d points", last, len(steps))
		}
		for k := 1; k < len(steps); k++ {
			if steps[k] <= steps[k-1] {
				t.Fatalf("Steps(%d)[%d] = %d after %d", last, k, steps[k], steps[k-1])
			}
		}
	}
}

// A wrong closed form must be found out: one percent of loss is enough.
func TestCheckFindsAWrongClosedForm(t *testing.T) {
	p := nqmkit.PowerLaw(100, 1)
	right := nqmkit.Check(p, 50, nqmkit.Trials(5000, 3), nqmkit.SGD(0.5))[0]
	wrong := nqmkit.Check(p, 50, nqmkit.Trials(5000, 3), nqmkit.SGD(0.5).Batch(1.2))[0]
	mixed := wrong
	mixed.Z = nil
	for k := range right.Exact.Steps {
		stdErr := right.Exact.StdDev[k] / math.Sqrt(5000)
		if stdErr > 0 {
			mixed.Z = append(mixed.Z, (wrong.Sampled.Mean[k]-right.Exact.Loss[k])/stdErr)
		}
	}
	if !right.Agrees() || mixed.Agrees() {
		t.Errorf("right: worst |z| %.1f; wrong batch size: worst |z| %.1f; allowed %.1f", right.Worst(), mixed.Worst(), right.Threshold)
	}
}

func TestMoreRunsKeepTheEarlier(t *testing.T) {
	p := nqmkit.TwoDirections(50, 1)
	few := nqmkit.Paths(p, 20, nqmkit.Trials(2, 9), nqmkit.SGD(0.02))[0]
	more := nqmkit.Paths(p, 20, nqmkit.Trials(5, 9), nqmkit.SGD(0.02))[0]
	if !reflect.DeepEqual(few.Theta, more.Theta[:2]) {
		t.Error("runs 0 and 1 depend on how many runs there are")
	}
	if reflect.DeepEqual(more.Theta[0], more.Theta[1]) {
		t.Error("two runs are the same")
	}
}

// The streams are part of the promise: a figure in a paper can be made again.
func TestRunsAreFrozen(t *testing.T) {
	got := nqmkit.Paths(nqmkit.TwoDirections(50, 1), 2, nqmkit.Trials(1, 2019), nqmkit.SGD(0.02))[0].Theta[0]
	want := [][]float64{
		{1, -0.032614466220022731, 0.020465966515859906},
		{1, 0.98423592397270476, 0.99514167074930471},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the first run of seed 2019 is %.17g, was %.17g", got, want)
	}
}

func TestDivergingRunsAreInfinite(t *testing.T) {
	c := nqmkit.SampleAt(nqmkit.TwoDirections(50, 1), []int{0, 100, 3000}, nqmkit.Trials(4, 1), nqmkit.SGD(0.1))[0]
	if !(c.Mean[1] < math.Inf(1)) || c.Mean[2] != math.Inf(1) || math.IsNaN(c.StdErr[2]) {
		t.Errorf("mean %v, standard error %v", c.Mean, c.StdErr)
	}
	a := nqmkit.Check(nqmkit.TwoDirections(50, 1), 3000, nqmkit.Trials(4, 1), nqmkit.SGD(0.1))[0]
	for k, z := range a.Z {
		if math.IsNaN(z) {
			t.Fatalf("z-score of step %d is NaN", a.Exact.Steps[k])
		}
	}
}

func TestBadInputIsOneSentence(t *testing.T) {
	p := nqmkit.TwoDirections(50, 1)
	one := nqmkit.Trials(1, 1)
	own := func(change func(theta []float64) []float64) nqmkit.CustomMethod {
		return nqmkit.Custom("mine", func() nqmkit.Update {
			return func(_ int, theta, _ []float64) []float64 { return change(theta) }
		})
	}
	for _, test := range []struct {
		want string // value and range that the sentence names
		call func()
	}{
		{"dimension 0: want 1 to 1e+15", func() { nqmkit.PowerLaw(0, 1) }},
		{"curvature 1e+300 under multiplicative noise", func() { nqmkit.Streaming(nqmkit.List(1e300)) }},
		{"exponent -1: want a finite number >= 0", func() { nqmkit.PowerLaw(5, -1) }},
		{"Curvature[1] = -1: want a finite number >= 0", func() { nqmkit.TwoDirections(50, -1) }},
		{"learning rate -0.1: want a finite number > 0", func() { nqmkit.Expect(p, 10, nqmkit.SGD(-0.1)) }},
		{"learning rate NaN: want", func() { nqmkit.Expect(p, 10, nqmkit.SGD(math.NaN())) }},
		{"batch size 0.5: want a finite number >= 1", func() { nqmkit.Expect(p, 10, nqmkit.SGD(0.1).Batch(0.5)) }},
		{"-1 steps: want 0 or more", func() { nqmkit.Expect(p, -1, nqmkit.SGD(0.1)) }},
		{"step 1 is 3, after 3: want increasing steps", func() { nqmkit.ExpectAt(p, []int{3, 3}, nqmkit.SGD(0.1)) }},
		{"0 trials: want 1 or more", func() { nqmkit.Sample(p, 10, nqmkit.Trials(0, 1), nqmkit.SGD(0.1)) }},
		{"-5 steps: want 0 or more", func() { nqmkit.Paths(p, -5, nqmkit.Trials(1, 1), nqmkit.SGD(0.1)) }},
		{"step 2 in place 1: want increasing steps", func() { nqmkit.SampleAt(p, []int{5, 2}, one, nqmkit.SGD(0.1)) }},
		{"no steps to look at", func() { nqmkit.SampleAt(p, nil, one, nqmkit.SGD(0.1)) }},
		{"no problem: want one", func() { nqmkit.Sample(nil, 5, one, nqmkit.SGD(0.1)) }},
		{"no method: want one", func() { nqmkit.Sample(p, 5, one, nil) }},
		{"SGD? has no sampled update: write it as nqmkit.Custom", func() { nqmkit.Sample(p, 5, one, stranger{nqmkit.SGD(0.1)}) }},
		{"Adam α=0.1 has no closed form to check", func() { nqmkit.Check(p, 5, one, nqmkit.Adam(0.1)) }},
		{"learning rate 0: want a finite number > 0", func() { nqmkit.Sample(p, 5, one, nqmkit.Adam(0)) }},
		{"β₂ = 1: want 0 <= β₂ < 1", func() {
			nqmkit.Sample(p, 5, one, nqmkit.Adaptive.Batch(func() nqmkit.Adaptive { m := nqmkit.Adam(1); m.Beta2 = 1; return m }(), 2))
		}},
		{"an Adaptive without a rule", func() { nqmkit.Sample(p, 5, one, nqmkit.Adaptive{LearningRate: 1}) }},
		{"EMA decay 1: want 0 <= γ < 1", func() { nqmkit.Sample(p, 5, one, nqmkit.Adam(0.1).EMA(1)) }},
		{"dampening 0.5: want momentum > 0 and dampening 0", func() {
			nqmkit.Sample(p, 5, one, nqmkit.TorchSGD{LearningRate: 1, Momentum: 0.5, Dampening: 0.5, Nesterov: true})
		}},
		{"the update of mine returned 1 parameters in step 0: want the 2", func() { nqmkit.Sample(p, 5, one, own(func(theta []float64) []float64 { return theta[:1] })) }},
		{"the update of mine returned NaN for parameter 1 in step 0", func() {
			nqmkit.Sample(p, 5, one, own(func(theta []float64) []float64 { theta[1] = math.NaN(); return theta }))
		}},
		{"a custom method needs a name and an update", func() { nqmkit.Sample(p, 5, one, nqmkit.CustomMethod{Name: "mine"}) }},
		{"Student t of 2 degrees of freedom: want a finite number > 2", func() { nqmkit.Sample(nqmkit.StudentT(p, 2), 5, one, nqmkit.SGD(0.1)) }},
		{"batch size 1.5: sampling streaming noise wants a whole number", func() { nqmkit.Sample(streaming(p), 5, one, nqmkit.SGD(0.1).Batch(1.5)) }},
		{"Noise has the eigenvalue -1: want 0 or more", func() {
			nqmkit.Sample(nqmkit.Dense{Hessian: mat.NewSymDense(1, []float64{1}), Noise: mat.NewSymDense(1, []float64{-1})}, 5, one, nqmkit.SGD(0.1))
		}},
		{"streaming noise has a law of its own", func() { nqmkit.Sample(nqmkit.StudentT(nqmkit.Rotated(streaming(p), 30), 4), 5, one, nqmkit.SGD(0.1)) }},
		{"batch size 2.5: sampling streaming noise wants a whole number", func() { nqmkit.Sample(nqmkit.Rotated(streaming(p), 30), 5, one, nqmkit.SGD(0.1).Batch(2.5)) }},
		{"whose directions are mixed", func() { nqmkit.Sample(nqmkit.Rotated(p, 30), 5, one, triple(0.1, 0.5)) }},
		{"target 0: want a finite loss > 0", func() { nqmkit.SampleStepsToTarget(p, 0, 5, one, nqmkit.SGD(0.1)) }},
		{"limit of 0 steps: want 1 or more", func() { nqmkit.SampleStepsToTarget(p, 1, 0, one, nqmkit.SGD(0.1)) }},
		{"coordinate 2 of 2 parameters: want 0 to 1", func() { nqmkit.Observe(p, []int{5}, one, nqmkit.Coordinate(2), nqmkit.SGD(0.1)) }},
		{"the statistic odd is NaN in run 0 at step 5: want a number", func() {
			nqmkit.Observe(p, []int{5}, one, nqmkit.Statistic{Name: "odd", Of: func([]float64) float64 { return math.NaN() }}, nqmkit.SGD(0.1))
		}},
		{"the statistic odd has no Of: want a function", func() { nqmkit.Observe(p, []int{5}, one, nqmkit.Statistic{Name: "odd"}, nqmkit.SGD(0.1)) }},
		{"and tr C = 0 at the point: want both far below", func() {
			nqmkit.EstimateNoiseScale(theory.Problem{Curvature: []float64{1}}, []float64{math.Sqrt(1e299)}, 1, 20, nqmkit.Trials(2, 1))
		}},
		{"1 trials: a paired comparison wants 2 or more", func() { nqmkit.Compare(p, 5, one, nqmkit.SGD(0.1), nqmkit.SGD(0.2)) }},
		{"step 1000000000000001: skipping ahead wants at most 10^15", func() { nqmkit.SkipAhead(p, []int{1e15 + 1}, one, nqmkit.SGD(0.1)) }},
		{"cannot be skipped through: want a theory.Optimizer or Linear", func() { nqmkit.SkipAhead(p, []int{5}, one, nqmkit.Adam(0.1)) }},
		{"cannot be skipped through over 30000 steps: want at most 20000 different learning rates", func() { nqmkit.SkipAhead(p, []int{30_000}, one, nqmkit.SGD(0.1).Cosine()) }},
		{"streaming noise is not Gaussian", func() { nqmkit.SkipAhead(streaming(p), []int{5}, one, nqmkit.SGD(0.1)) }},
		{"preconditioning by H^-1 needs curvatures > 0", func() { nqmkit.SkipAhead(uneven(), []int{5}, one, nqmkit.SGD(0.1).Precondition(1)) }},
		{"preconditioning by H^-1 needs curvatures > 0", func() { nqmkit.Sample(uneven(), 5, one, nqmkit.SGD(0.1).Precondition(1)) }},
		{"batch sizes 4 and 4: want 1 <= small < big", func() { nqmkit.EstimateNoiseScale(p, []float64{1, 1}, 4, 4, nqmkit.Trials(9, 1)) }},
		{"a point of 1 parameters: want 2", func() { nqmkit.EstimateNoiseScale(p, []float64{1}, 1, 4, nqmkit.Trials(9, 1)) }},
		{"the gradient at the point is 0", func() { nqmkit.EstimateNoiseScale(p, []float64{0, 0}, 1, 4, nqmkit.Trials(9, 1)) }},
		{"do not fit in 1 GB", func() { nqmkit.Paths(nqmkit.PowerLaw(10_000, 1), 1e5, one, nqmkit.SGD(0.1)) }},
	} {
		message := panicOf(test.call)
		if !strings.Contains(message, test.want) || strings.Contains(message, "\n") {
			t.Errorf("got %q, want one sentence with %q", message, test.want)
		}
	}
}

// stranger is a method that nqmkit does not know, although it can be expected.
type stranger struct{ theory.Method }

func (stranger) String() string { return "SGD?" }

func panicOf(call func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	call()
	return
}

func ExampleExpect() {
	p := nqmkit.TwoDirections(50, 1)
	curve := nqmkit.ExpectAt(p, []int{0, 1, 200}, nqmkit.SGD(0.02))[0]
	fmt.Printf("%.6f, floor %.6f\n", curve.Loss, curve.Floor)
	// Output: [25.500000 0.980400 0.505204], floor 0.505051
}

func ExampleCheck() {
	p := nqmkit.TwoDirections(50, 1)
	a := nqmkit.Check(p, 200, nqmkit.Trials(1000, 1), nqmkit.SGD(0.02))[0]
	fmt.Println("agrees:", a.Agrees())
	// Output: agrees: true
}

func BenchmarkExpect(b *testing.B) {
	p := nqmkit.PowerLaw(10_000, 1)
	steps := make([]int, 1000)
	for k := range steps {
		steps[k] = 5 * k
	}
	for b.Loop() {
		nqmkit.ExpectAt(p, steps, nqmkit.SGD(0.3))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(p.Len()*len(steps)), "ns/mode-point")
}
