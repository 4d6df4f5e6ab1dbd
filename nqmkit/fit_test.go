package nqmkit_test

import (
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

func TestCriticalBatchRefuses(t *testing.T) {
	b, s := []float64{64, 128, 256}, []float64{40, 20, 10}
	for want, call := range map[string]func(){
		"3 batch sizes and 2 steps":         func() { nqmkit.CriticalBatch(b, s[:2]) },
		"2 points at 2 batch sizes":         func() { nqmkit.CriticalBatch(b[:2], s[:2]) },
		"3 points at 1 batch sizes":         func() { nqmkit.CriticalBatch([]float64{8, 8, 8}, s) },
		"batch size 0 of point 1":           func() { nqmkit.CriticalBatch([]float64{64, 0, 256}, s) },
		"NaN steps at B = 64":               func() { nqmkit.CriticalBatch(b, []float64{math.NaN(), 20, 10}) },
		"reference batch size -1":           func() { nqmkit.CriticalBatch(b, s, -1) },
		"2 reference batch sizes: want at ": func() { nqmkit.CriticalBatch(b, s, 1, 2) },
	} {
		if got := panicOf(call); !strings.Contains(got, want) || strings.Contains(got, "\n") {
			t.Errorf("got %q, want one sentence with %q", got, want)
		}
	}
}

// madeRuns are runs whose losses fall with size and steps.
func madeRuns(seed int) []theory.Run {
	var runs []theory.Run
	for k := range 12 {
		n, steps := 100*math.Pow(4, float64(k%3)), 10*(k+1)*(k+1)
		loss := (1 + 3/math.Sqrt(float64(steps)) + 2/math.Sqrt(n)) * (1 + 0.01*math.Sin(float64(7*k+seed)))
		runs = append(runs, theory.Run{Size: n, Steps: steps, Optimizer: nqmkit.SGD(theory.SystemRate).Batch(float64(8 + k)), Loss: loss})
	}
	return runs
}

var madeFit = sync.OnceValue(func() theory.RunsFit { return nqmkit.FitRuns(madeRuns(0)) })

// A table of runs is read by the names of its columns, in any order, and gives the fit of
// the list.
func TestFitRunsOfATable(t *testing.T) {
	runs := madeRuns(1)
	of := nqmkit.Table{Columns: []nqmkit.Column{{Name: "Loss"}, {Name: "k"}, {Name: "filtered"}, {Name: "params"}, {Name: "batch_size", Unit: "examples"}}}
	for _, r := range runs {
		of.Rows = append(of.Rows, []any{r.Loss, r.Steps, "False", int(r.Size), r.Optimizer.BatchSize})
	}
	of.Rows = append(of.Rows, []any{99.0, 3, "True", 5, 7.0})
	path := filepath.Join(t.TempDir(), "runs.csv")
	nqmkit.Save(path, of)
	a, b := nqmkit.FitRuns(nqmkit.ReadTable(path)), nqmkit.FitRuns(runs)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("of a table %v, of the list %v", a, b)
	}
	rates := nqmkit.Table{Columns: []nqmkit.Column{{Name: "N"}, {Name: "B"}, {Name: "K"}, {Name: "loss"}, {Name: "lr"}, {Name: "momentum"}}, Rows: [][]any{{1e6, 8.0, 100, 3.0, 0.1, 0.9}}}
	if got := nqmkit.TrainingRuns(rates)[0]; got.Optimizer.LearningRate != 0.1 || got.Optimizer.Momentum != 0.9 || got.Optimizer.BatchSize != 8 {
		t.Errorf("read as %+v", got)
	}
	list := nqmkit.PredictRuns(a, runs[:2])
	if one := nqmkit.Predict(a, runs[1].Size, runs[1].Steps, runs[1].Optimizer); list[1] != one || !(one.Low < a.Fitted[1] && a.Fitted[1] < one.High) {
		t.Errorf("predictions %v and %v, fitted %v", list[1], one, a.Fitted[1])
	}
}

// What a fit answers to is a problem like any other.
func TestFitIsAProblem(t *testing.T) {
	fit := madeFit()
	p := fit.Problem()
	excess := nqmkit.ExpectAt(p, []int{1000}, nqmkit.SGD(theory.SystemRate).Batch(20))[0].Loss[0]
	run := theory.Run{Size: p.Dimension(), Steps: 1000, Optimizer: nqmkit.SGD(theory.SystemRate).Batch(20)}
	if e := must(fit.Predict(run)); math.Abs(e.Value/(fit.Floor(p.Dimension())+excess)-1) > 1e-6 {
		t.Errorf("predicted %v, of the problem %v above the floor %v", e, excess, fit.Floor(p.Dimension()))
	}
	if s := nqmkit.Tune(p, 2*excess, nqmkit.Momentum(nqmkit.Free, nqmkit.Free).Batch(64)); s.Steps.Outcome != theory.Reached {
		t.Error(s)
	}
}

// Columns of runs are known as people write them, and a row is left out by any word for true.
func TestTrainingRunsOfColumns(t *testing.T) {
	for _, heads := range [][]string{{"N", "B", "K", "loss", "lr"}, {"Params", "Batch Size", "Steps", "Final Loss", "Learning Rate"}, {"n_params", "batchSize", "Iterations", "finalLoss", "LR"}} {
		of := nqmkit.Table{Columns: []nqmkit.Column{{Name: "Filtered"}}}
		for _, head := range heads {
			of.Columns = append(of.Columns, nqmkit.Column{Name: head})
		}
		for i, filtered := range []any{true, "True", "yes", 1, 1.0, "no", 0, nil, "", "FALSE"} {
			of.Rows = append(of.Rows, []any{filtered, 1e6, 8, 100 + i, 3.0, 0.1})
		}
		runs := nqmkit.TrainingRuns(of)
		if len(runs) != 5 {
			t.Fatalf("%v: %d runs are kept, want 5", heads, len(runs))
		}
		if want := (theory.Run{Size: 1e6, Steps: 105, Optimizer: nqmkit.Momentum(0.1, 0).Batch(8), Loss: 3}); !reflect.DeepEqual(runs[0], want) {
			t.Errorf("%v is %v, want %v", heads, runs[0], want)
		}
	}
}

func TestFitRunsRefuses(t *testing.T) {
	edited := func(change func(*theory.Run)) func() {
		return func() {
			runs := madeRuns(0)
			change(&runs[3])
			nqmkit.FitRuns(runs)
		}
	}
	table := func(name string, cell any) func() {
		return func() {
			nqmkit.TrainingRuns(nqmkit.Table{Columns: []nqmkit.Column{{Name: "N"}, {Name: "B"}, {Name: name}, {Name: "loss"}}, Rows: [][]any{{1e6, 8.0, cell, 3.0}}})
		}
	}
	for want, call := range map[string]func(){
		"7 runs: a law of 7 numbers wants 8": func() { nqmkit.FitRuns(madeRuns(0)[:7]) },
		"run 3 has the loss +Inf":            edited(func(r *theory.Run) { r.Loss = math.Inf(1) }),
		"run 3: size 0.5":                    edited(func(r *theory.Run) { r.Size = 0.5 }),
		"run 3: 0 steps":                     edited(func(r *theory.Run) { r.Steps = 0 }),
		"learning rate 0":                    edited(func(r *theory.Run) { r.Optimizer.LearningRate = 0 }),
		"without a column K or steps":        table("epochs", 3),
		"row 1 has 2.5 steps":                table("K", 2.5),
		"row 1 has no K":                     table("K", nil),
		`row 1 has K "many"`:                 table("K", "many"),
		`columns "Final Loss" and "loss"`:    table("Final Loss", 3.5),
		`row 1 has filtered "maybe"`: func() {
			nqmkit.TrainingRuns(nqmkit.Table{Columns: []nqmkit.Column{{Name: "N"}, {Name: "B"}, {Name: "K"}, {Name: "loss"}, {Name: "filtered"}}, Rows: [][]any{{1e6, 8, 9, 3.0, "maybe"}}})
		},
		"a fit of 0 parameters": func() { nqmkit.Predict(theory.RunsFit{}, 1, 1, nqmkit.SGD(1)) },
	} {
		if got := panicOf(call); !strings.Contains(got, want) || strings.Contains(got, "\n") {
			t.Errorf("got %q, want one sentence with %q", got, want)
		}
	}
}

func TestFitFadingRuns(t *testing.T) {
	runs := madeRuns(2)
	fit := nqmkit.FitFadingRuns(runs)
	if constant := nqmkit.FitRuns(runs); !(fit.Sum <= constant.Sum*(1+1e-6)) || len(fit.Parameters) != 8 {
		t.Errorf("a rate that may fade has the sum %v, one that may not %v", fit.Sum, constant.Sum)
	}
	runs[0].Optimizer.Momentum = 0.5
	if got := panicOf(func() { nqmkit.FitFadingRuns(runs) }); !strings.Contains(got, "run 0 is momentum") {
		t.Error(got)
	}
}

// Curves under schedules of rate and batch that a problem gives are fitted by that problem,
// and another schedule is predicted: the same loss as Expect of the truth.
func TestFitCurvesUnderSchedules(t *testing.T) {
	truth := theory.RunsFit{}
	for _, v := range []float64{1.4, 0.9, 3, 0.8, 0.8, 2, 0.7} {
		truth.Parameters = append(truth.Parameters, theory.Estimate{Value: v})
	}
	const n = 5000
	p := must(truth.ProblemOf(n))
	steps := []int{3, 10, 30, 100, 300, 1000, 3000}
	var runs []theory.Run
	for _, m := range []theory.Optimizer{
		nqmkit.SGD(1).Batch(4).Cosine(), nqmkit.SGD(2).Batch(64).Linear(), nqmkit.SGD(0.5).Batch(2),
		nqmkit.SGD(1).Segments(nqmkit.Segment{Steps: 200, From: 1, BatchSize: 2}, nqmkit.Segment{From: 1, BatchSize: 50}),
	} {
		losses := slices.Clone(nqmkit.ExpectAt(p, steps, m)[0].Loss)
		for k := range losses {
			losses[k] += truth.Floor(n)
		}
		runs = append(runs, nqmkit.RunsAlong(n, m, steps, losses)...)
	}
	fit := nqmkit.FitRuns(runs)
	if fit.Misfit > 2e-4 {
		t.Errorf("off by %v in %v", fit.Misfit, fit)
	}
	other := nqmkit.SGD(1.5).Batch(8).Segments(nqmkit.Segment{Shape: theory.CosineRate, From: 1, To: 0.1})
	want := truth.Floor(n) + nqmkit.ExpectAt(p, []int{2000}, other)[0].Loss[0]
	if e := nqmkit.Predict(fit, n, 2000, other); math.Abs(e.Value/want-1) > 1e-3 || !(e.Low < want && want < e.High) {
		t.Errorf("predicted %v, the truth has %v", e, want)
	}
	for want, call := range map[string]func(){
		"step 3 after 3":       func() { nqmkit.RunsAlong(n, nqmkit.SGD(1), []int{3, 3}, []float64{1, 1}) },
		"1 steps and 2 losses": func() { nqmkit.RunsAlong(n, nqmkit.SGD(1), []int{3}, []float64{1, 1}) },
	} {
		if got := panicOf(call); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
