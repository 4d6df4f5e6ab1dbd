package nqmkit_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// same is reflect.DeepEqual of tables with NaN equal to NaN.
func same(a, b nqmkit.Table) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }

// throughFiles saves a table in both forms, reads it back, and reports what is
// not the same.
func throughFiles(t *testing.T, table nqmkit.Table) {
	t.Helper()
	for _, name := range []string{"table.csv", "table.JSON"} {
		path := filepath.Join(t.TempDir(), name)
		nqmkit.Save(path, table)
		if back := nqmkit.ReadTable(path); !same(back, table) {
			text, _ := os.ReadFile(path)
			t.Errorf("%s: came back as\n%#v\nwas\n%#v\nfrom\n%s", name, back, table, text)
		}
	}
}

// Every kind of result has a table, with these columns, that goes through
// files.
func TestTableOfEveryResult(t *testing.T) {
	p := nqmkit.List(1, 0.5, 0.1)
	method, runs := nqmkit.Momentum(0.1, 0.5).Batch(4), nqmkit.Trials(20, 7)
	steps := nqmkit.StepsToTarget(p, 0.5, method)
	tuned := theory.Tuned{Problem: "p", Family: "momentum", Optimizer: method, Target: 0.5, Steps: steps, BestBefore: 0.51, Evaluations: 3}
	type own struct {
		LearningRate float64
		Found        bool `json:"found"`
		Outcome      theory.Outcome
	}
	for _, test := range []struct {
		result  any
		rows    int
		columns string
	}{
		{nqmkit.Expect(p, 5, method, nqmkit.SGD(0.1)), 12, "problem, gradient_noise, initial_point, method, steps, samples [examples], loss, bias, noise, std_dev, floor"},
		{nqmkit.BayesGap(p, 5, method), 6, "problem, gradient_noise, initial_point, method, steps, samples [examples], loss, bias, noise, std_dev, floor, bayes_bound, ratio"},
		{steps, 1, "problem, gradient_noise, initial_point, method, target, outcome, steps, loss_at_steps, loss_before, floor, checked, limit, settles, settle_steps"},
		{nqmkit.StepsToTarget(p, 1e-9, method), 1, "problem, gradient_noise, initial_point, method, target, outcome, steps, loss_at_steps, loss_before, floor, checked, loss_bound, limit, settles, settle_steps"},
		{tuned, 1, "problem, gradient_noise, initial_point, method, power, batch_size [examples], learning_rate [1/curvature], momentum, decay, samples [examples], effective_learning_rate [1/curvature], target, outcome, steps, loss_at_steps, loss_before, floor, checked, limit, best_before, evaluations, optimality, proved_bound, intervals"},
		{theory.Scaling{BatchSizes: []float64{4}, BayesSamples: 100, Curves: []theory.ScalingCurve{{Points: []theory.Tuned{tuned}, Critical: []theory.CriticalBatch{{Definition: "20% overhead", BatchSize: math.NaN()}}}}}, 1,
			"problem, gradient_noise, initial_point, method, power, batch_size [examples], learning_rate [1/curvature], momentum, decay, samples [examples], effective_learning_rate [1/curvature], target, outcome, steps, loss_at_steps, loss_before, floor, checked, limit, best_before, evaluations, optimality, proved_bound, intervals, bound [steps], perfect_scaling [steps], critical_batch_size_20_overhead [examples]"},
		{nqmkit.BestScheduleFor(p, 50, nqmkit.SGD(1).Batch(4), 3), 3, "problem, gradient_noise, initial_point, method, power, batch_size [examples], learning_rate [1/curvature], momentum, decay, steps, samples [examples], loss_at_steps, piece, from_step, piece_steps, stability_limit [1/curvature], gradient, residual"},
		{nqmkit.ScheduleToTarget(p, 0.05, nqmkit.SGD(1).Batch(4), 3), 3, "problem, gradient_noise, initial_point, target, pieces, outcome, steps, loss_before, method, power, batch_size [examples], learning_rate [1/curvature], momentum, decay, samples [examples], loss_at_steps, piece, from_step, piece_steps, stability_limit [1/curvature], gradient, residual"},
		{nqmkit.ScheduleToTarget(p, 2, nqmkit.SGD(1), 3), 1, "problem, gradient_noise, initial_point, target, pieces, outcome, steps, loss_before, method, power, batch_size [examples], learning_rate [1/curvature], momentum, decay, loss_at_steps"},
		{nqmkit.CompareSchedules(p, 100, nqmkit.SGD(1).Batch(4), 2), 6, "schedule, problem, gradient_noise, initial_point, method, power, batch_size [examples], learning_rate [1/curvature], momentum, decay, steps, samples [examples], loss_at_steps, piece, from_step, piece_steps, stability_limit [1/curvature], gradient, residual, bayes_bound, loss_bound, price"},
		{nqmkit.Sample(p, 5, runs, method), 6, "problem, gradient_noise, initial_point, method, trials, seed, level, steps, samples [examples], loss, std_err, low, high"},
		{nqmkit.Compare(p, 5, runs, method, nqmkit.SGD(0.1)), 6, "problem, gradient_noise, initial_point, method, trials, seed, other_method, level, steps, difference, std_err, low, high, saving"},
		{nqmkit.SampleStepsToTarget(p, 0.5, 3, runs, method), 20, "problem, gradient_noise, initial_point, method, trials, seed, target, limit, outcome, steps"},
		{nqmkit.Check(p, 5, runs, method), 6, "problem, gradient_noise, initial_point, method, trials, seed, agrees, threshold, basis, sees_high, sees_low, sees_high_anywhere, sees_low_anywhere, steps, loss, sampled_loss, std_err, z"},
		{nqmkit.NoiseScales(p, 5, method), 6, "problem, gradient_noise, initial_point, method, steps, b_simple [examples], b_noise [examples]"},
		{nqmkit.PhaseMap(p), 3600, "problem, gradient_noise, initial_point, learning_rate [1/curvature], momentum, radius"},
		{nqmkit.Observe(p, []int{1, 5}, runs, nqmkit.Coordinate(0), method), 2, "problem, gradient_noise, initial_point, method, trials, seed, level, steps, samples [examples], θ_0, std_err, low, high"},
		{nqmkit.Paths(p, 5, nqmkit.Trials(2, math.MaxUint64), method), 2 * 3 * 6, "problem, gradient_noise, initial_point, method, seed, run, coordinate, curvature, steps, theta, mean"},
		{nqmkit.Paths(nqmkit.Rotated(p, 30), 5, nqmkit.Trials(1, 1), method), 3 * 6, "problem, gradient_noise, initial_point, method, seed, run, coordinate, steps, theta"},
		{p, 3, "curvature, noise, mean, variance, multiplicity"},
		{nqmkit.Rate(p, method), 1, "problem, gradient_noise, initial_point, method, radius, stable, time [steps], curvature, regime, angle [radians]"},
		{nqmkit.Damping(method, 1), 1, "curvature, regime, radius, angle [radians]"},
		{nqmkit.PhaseMap(p).Best, 1, "method, power, batch_size [examples], learning_rate [1/curvature], momentum, decay, radius"},
		{nqmkit.Summary(p), 1, "problem, gradient_noise, initial_point, dimension, largest_curvature, smallest_curvature, condition, flat, trace_h, trace_c, trace_h2, trace_hc, effective_dimension, start_loss, simple_noise_scale, noise_scale, modes, sum_error"},
		{[]float64{1, math.Inf(1)}, 2, "value"},
		{own{0.1, true, theory.Never}, 1, "learning_rate [1/curvature], found, outcome"},
		{nqmkit.Sweep("learning rate", []float64{0.1, 0.2}, func(a float64) any { return nqmkit.ExpectAt(p, []int{5}, nqmkit.SGD(a)) }), 2,
			"learning_rate [1/curvature], problem, gradient_noise, initial_point, method, steps, samples [examples], loss, bias, noise, std_dev, floor"},
	} {
		table := nqmkit.TableOf(test.result)
		var heads []string
		for _, c := range table.Columns {
			heads = append(heads, c.String())
		}
		if got := strings.Join(heads, ", "); got != test.columns || len(table.Rows) != test.rows {
			t.Errorf("%T: %d rows, want %d, of\n%s, want\n%s", test.result, len(table.Rows), test.rows, got, test.columns)
		}
		throughFiles(t, table)
	}
}

// The numbers in a table are those of the result.
func TestTableHoldsTheResult(t *testing.T) {
	p := nqmkit.List(1, 0.5, 0.1)
	s := nqmkit.StepsToTarget(p, 0.5, nqmkit.SGD(0.1))
	never := nqmkit.StepsToTarget(p, 1e-9, nqmkit.SGD(0.1))
	table := nqmkit.TableOf(s, never)
	if got := table.Numbers("steps"); got[0] != float64(s.Steps) || !math.IsNaN(got[1]) {
		t.Errorf("steps %v, want %d and none", got, s.Steps)
	}
	if got := table.Numbers("loss_at_steps"); got[0] != s.Loss {
		t.Errorf("loss at steps %v, want %v", got, s.Loss)
	}
	if got := table.Numbers("loss_bound"); got[1] != never.Bound || !(got[1] > 1e-9) {
		t.Errorf("bound %v, want %v", got, never.Bound)
	}
	if table.Rows[1][5] != "never" {
		t.Errorf("row %v: want the outcome never", table.Rows[1])
	}
	paths := nqmkit.Paths(p, 3, nqmkit.Trials(2, 1), nqmkit.SGD(0.1))
	if got := nqmkit.TableOf(paths).Numbers("theta"); got[1*3*4+2*4+3] != paths[0].Theta[1][2][3] {
		t.Error("run 1, coordinate 2, step 3 is not where it belongs")
	}
}

// A problem that was saved is read back as a problem.
func TestProblemThroughFile(t *testing.T) {
	p := nqmkit.WithStart(nqmkit.List(1, 0.1), []float64{1, 2}, []float64{0, 0.5})
	path := filepath.Join(t.TempDir(), "spectrum.csv")
	nqmkit.Save(path, p)
	q := nqmkit.ReadSpectrum(path)
	for i := range 2 {
		if p.Direction(i) != q.Direction(i) {
			t.Errorf("direction %d came back as %+v", i, q.Direction(i))
		}
	}
}

func TestSaveRefuses(t *testing.T) {
	dir := t.TempDir()
	ok := nqmkit.Table{Columns: []nqmkit.Column{{Name: "a"}}, Rows: [][]any{{1}}}
	rows := func(rows ...[]any) nqmkit.Table { return nqmkit.Table{Columns: ok.Columns, Rows: rows} }
	heads := func(c ...nqmkit.Column) nqmkit.Table { return nqmkit.Table{Columns: c} }
	if err := os.Mkdir(filepath.Join(dir, "folder.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path   string
		result any
		want   string
	}{
		{"t.txt", ok, `unknown extension ".txt": want .csv or .json`},
		{"missing/t.csv", ok, "missing/t.csv: there is no folder"},
		{"folder.csv", ok, "cannot write " + dir + "/folder.csv: "},
		{"t.csv", rows([]any{1, 2}), "row 0 has 2 cells: want 1"},
		{"t.csv", rows([]any{1}, []any{"x"}), `column "a": row 1 is x, of the type text after cells of the type integer`},
		{"t.csv", rows([]any{"x"}, []any{nil}), "row 1 has no value in a column of text"},
		{"t.csv", rows([]any{float32(1)}), "row 0 is a float32: want float64, int, string or nil"},
		{"t.csv", rows([]any{"a\r\nb"}), "carriage return"},
		{"t.csv", heads(), "a table without columns"},
		{"t.csv", heads(nqmkit.Column{Name: "a"}, nqmkit.Column{Name: "a"}), `two columns are named "a"`},
		{"t.csv", heads(nqmkit.Column{Name: "a [b]"}), "no brackets"},
		{"t.csv", []any{make(chan int)}, "a chan int has no table"},
		{"t.csv", nil, "has no table"},
		{"t.csv", theory.Problem{}, "at least one curvature"},
	} {
		message := panicOf(func() { nqmkit.Save(filepath.Join(dir, test.path), test.result) })
		if !strings.Contains(message, test.want) || strings.Contains(message, "\n") || strings.Contains(message, ".nqm-") {
			t.Errorf("%s: got %q, want one sentence with %q", test.path, message, test.want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("files were left behind: %v, error %v", entries, err)
	}
	for name, content := range map[string]string{
		"gone.csv": "", "empty.csv": "\n", "ragged.csv": "a,b\n1\n", "double.csv": "a,a\n1,1\n", "bad.json": `{"columns":[{"name":"a","type":"number"}],"rows":[["x"]]}`,
		"records.json": `[{"N":1}]`,
	} {
		path := filepath.Join(dir, name)
		if content != "" {
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		message := panicOf(func() { nqmkit.ReadTable(path) })
		if !strings.Contains(message, name+" cannot be read: ") || strings.Contains(message, "\n") || strings.Contains(message, "Go value") {
			t.Errorf("%s: got %q", name, message)
		}
	}
}

// A file that cannot be written leaves the old one as it was.
func TestSaveKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	nqmkit.Save(path, nqmkit.List(1))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	panicOf(func() { nqmkit.Save(path, "text", make(chan int)) })
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the file is now %q, error %v", after, err)
	}
}

func ExampleTableOf() {
	p := nqmkit.TwoDirections(50, 1)
	s := nqmkit.Sweep("learning rate", []float64{0.005, 0.01, 0.02}, func(alpha float64) any {
		return nqmkit.Rate(p, nqmkit.SGD(alpha))
	})
	fmt.Println(nqmkit.TableOf(s))
	// Output:
	// learning_rate [1/curvature]  problem                      gradient_noise  initial_point  method       radius  stable  time [steps]  curvature  regime    angle [radians]
	// 0.005                        two directions, h = (50, 1)  C = H           θ(0) = (1, 1)  SGD α=0.005  0.995   true    199.5         1          monotone  0
	// 0.01                         two directions, h = (50, 1)  C = H           θ(0) = (1, 1)  SGD α=0.01   0.99    true    99.499        1          monotone  0
	// 0.02                         two directions, h = (50, 1)  C = H           θ(0) = (1, 1)  SGD α=0.02   0.98    true    49.498        1          monotone  0
}

// The numbers of a figure in a file, and back.
func ExampleSave() {
	dir, err := os.MkdirTemp("", "tables")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	s := nqmkit.BatchScaling(nqmkit.PowerLaw(1000, 1), 0.01, nqmkit.PowersOfTwo(4, 6), nqmkit.SGD(nqmkit.Free))
	nqmkit.Save(filepath.Join(dir, "scaling.csv"), s)
	t := nqmkit.ReadTable(filepath.Join(dir, "scaling.csv"))
	fmt.Println(t.Numbers("batch_size"), t.Numbers("steps")[2] == float64(s.Curves[0].Points[2].Steps.Steps))
	// Output: [16 32 64] true
}
