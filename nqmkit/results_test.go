package nqmkit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// noTable are the structs of theory that results name or hold and that have no
// table of their own, with the reason.
var noTable = map[string]string{
	"Optimizer":  "a choice: the rows of what it is asked have its settings",
	"Linear":     "a choice, as Optimizer",
	"Treatments": "a choice, as Optimizer: what is done to the faults of a measurement",
	"Rule":       "the step of a choice, as matrices",
	"Setting":    "what a setting of a choice is, with the functions that read and write it",
	"Band":       "a part of a problem, whose rows have its columns",
	"Law":        "a part of a problem, whose rows follow it",
	"LossLaw":    "a law, which is asked for probabilities",
	"Sight":      "a part of an Agreement, whose rows have it",
	"Axis":       "a part of a sweep, whose rows have its values",
	"Sweep":      "has a table for each type of result, as tried here",
}

// results has one value of each result type, in every form in which a cell may
// hold it.
func results(p theory.Problem) map[string][]any {
	m := nqmkit.Momentum(0.1, 0.5).Batch(4)
	runs, free := nqmkit.Trials(20, 7), nqmkit.SGD(nqmkit.Free).Batch(64)
	scaling := nqmkit.BatchScaling(p, 0.1, nqmkit.PowersOfTwo(2, 6), free)
	return map[string][]any{
		"Agreement":          forms(nqmkit.Check(p, 5, runs, m)[0]),
		"BestBatches":        forms(nqmkit.BestBatchSchedule(p, 100, nqmkit.SGD(0.1), 3)),
		"BestRates":          forms(nqmkit.BestScheduleFor(p, 20, nqmkit.SGD(1), 3)),
		"BestSettings":       forms(nqmkit.PhaseMap(p).Best),
		"CriticalBatch":      forms(scaling.Curves[0].Critical[0]),
		"CriticalFit":        forms(nqmkit.CriticalBatch([]float64{64, 128, 256, 512}, []float64{46000, 23000, 13282, 7000})),
		"CriticalLaw":        forms(madeLaw()),
		"Curve":              forms(nqmkit.Expect(p, 5, m)[0]),
		"Damping":            forms(nqmkit.Damping(m, 1)),
		"Description":        forms(p.Describe()),
		"Direction":          forms(p.Direction(0)),
		"Estimate":           forms(theory.Estimate{Name: "x", Value: 1, Low: 0.5, High: math.Inf(1)}),
		"Fan":                forms(nqmkit.LossFan(p, 5, m)[0]),
		"Gap":                forms(nqmkit.BayesGap(p, 5, m)),
		"HeldOut":            forms(nqmkit.HoldOut(madeRuns(0), func(r theory.Run) bool { return r.Steps > 1200 })[0]),
		"LeadingDirection":   forms(nqmkit.Leading(2, 1, 2, func(hv, v []float64) { hv[0], hv[1] = 2*v[0], v[1] }, 3, func(g []float64, k int) { g[0] = float64(k) }, 1)[0]),
		"Moment":             forms(must(theory.Moments(p, 5, m))[0]),
		"NoiseScales":        forms(nqmkit.NoiseScales(p, 5, m)),
		"PairedCurve":        forms(nqmkit.Compare(p, 5, runs, m, nqmkit.SGD(0.1))),
		"Paths":              forms(nqmkit.Paths(p, 3, runs, m)[0]),
		"PhaseMap":           forms(nqmkit.PhaseMap(p)),
		"AppliedRates":       forms(nqmkit.RatesApplied(5, nqmkit.SGD(0.1).Linear())[0]),
		"Power":              forms(theory.Power{Scale: 1}),
		"Problem":            forms(p),
		"Rate":               forms(nqmkit.Rate(p, m)),
		"Residual":           forms(theory.Residual{Label: "B = 4", Observed: 2, Fitted: 3}),
		"Response":           forms(m.Mode(1, 1).At(3)),
		"Run":                forms(madeRuns(0)[0]),
		"RunsFit":            forms(madeFit()),
		"SampledCurve":       forms(nqmkit.Sample(p, 5, runs, m)[0]),
		"SampledSteps":       forms(nqmkit.SampleStepsToTarget(p, 0.5, 20, runs, m)[0]),
		"ScaleEstimates":     forms(nqmkit.EstimateNoiseScale(p, []float64{1, 1, 1}, 1, 4, runs)[0]),
		"Scaling":            forms(scaling),
		"ScalingCurve":       forms(scaling.Curves[0]),
		"ScheduleComparison": forms(nqmkit.CompareSchedules(p, 100, nqmkit.SGD(0.1), 3)),
		"ScheduleSteps":      forms(nqmkit.ScheduleToTarget(p, 0.3, nqmkit.SGD(1).Batch(8), 3)),
		"Segment":            forms(nqmkit.Segment{Steps: 3, From: 1}),
		"Steps":              forms(nqmkit.StepsToTarget(p, 0.5, m)),
		"Summary":            forms(nqmkit.Summary(p)),
		"ForeseenSteps":      forms(trainedOn(p).Points[0].Foreseen[0]),
		"TrainedScaling":     forms(trainedOn(p)),
		"TrainedSteps":       forms(trainedOn(p).Points[0]),
		"TriedRate":          forms(trainedOn(p).Points[0].Tried[0]),
		"Tuned":              forms(nqmkit.Tune(p, 0.3, free)),
		"Window":             forms(nqmkit.StabilityWindows(p, nqmkit.SGD(1))[0]),
	}
}

// madeLaw is the law of two sizes.
func madeLaw() theory.CriticalLaw {
	b := []float64{64, 128, 256, 512}
	return nqmkit.CriticalBatchLaw([]float64{1e6, 4e6}, nqmkit.CriticalBatch(b, []float64{46000, 23000, 13282, 7000}), nqmkit.CriticalBatch(b, []float64{98000, 45000, 23000, 12700}))
}

// trainedOn is what a network would give that is the quadratic itself.
func trainedOn(p theory.Problem) theory.TrainedScaling {
	points := []theory.TrainedSteps{{
		Problem: p.String(), Method: "SGD", Target: 0.1, BatchSize: 4, LearningRate: 0.5, Trials: 10, Seed: 3,
		Tried: []theory.TriedRate{{LearningRate: 0.5, Steps: 20, Limit: 100}}, Steps: theory.Estimate{Name: "steps", Value: 20, Low: 18, High: 23},
		Looks: []int{5, 10}, Losses: []float64{1, 0.4}, Foreseen: []theory.ForeseenSteps{{Model: "C at the end", LearningRate: 0.4, Steps: 21, AtTrained: 22, Losses: []float64{1.1, 0.4}}},
	}}
	return theory.TrainedScaling{Problem: p.String(), Target: 0.1, BatchSizes: []float64{4}, Methods: []string{"SGD"}, Points: points}
}

// forms are a result, lists of it, and a sweep of it.
func forms[T any](v T) []any {
	return []any{v, []T{v}, [][]T{{v}, {}}, nqmkit.Sweep("x", []float64{1, 2}, func(float64) T { return v })}
}

// Every struct of theory that a function answers with, or that such an answer
// holds, has a table, alone, in lists and in sweeps: a type that is new to the
// package's source fails here until it has one, or a reason for none.
func TestEveryResultHasATable(t *testing.T) {
	tried := results(nqmkit.List(1, 0.5, 0.1))
	found := resultTypes(t)
	if len(found) < 30 {
		t.Fatalf("only %d types were found: %v", len(found), found)
	}
	for _, name := range found {
		if _, ok := tried[name]; !ok && noTable[name] == "" {
			t.Errorf("theory.%s is a result that this test does not know: give it a method Records and a row above", name)
		}
	}
	for name := range noTable {
		if tried[name] != nil || !slices.Contains(found, name) {
			t.Errorf("theory.%s is no exception any more", name)
		}
	}
	for name, values := range tried {
		if !slices.Contains(found, name) {
			t.Errorf("theory.%s is no result any more", name)
		}
		one := nqmkit.TableOf(values[0])
		for k, want := range []int{1, 1, 1, 2} {
			table := nqmkit.TableOf(values[k])
			if len(one.Rows) == 0 || len(table.Rows) != want*len(one.Rows) {
				t.Errorf("%T has %d rows: want %d of %d", values[k], len(table.Rows), want, len(one.Rows))
			}
			if k == 3 {
				continue
			}
			if !same(table, one) {
				t.Errorf("%T has\n%v\nwant\n%v", values[k], table, one)
			}
		}
		throughFiles(t, nqmkit.TableOf(values...))
	}
}

// resultTypes reads the sources of theory and nqmkit for the exported structs of
// theory that exported functions and methods return, and those that they hold.
func resultTypes(t *testing.T) []string {
	r := reader{types: map[string]ast.Expr{}, answers: map[string]bool{}}
	for _, folder := range []string{"theory", "nqmkit", "nqmkit/networks"} {
		paths, err := filepath.Glob("../" + folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			r.read(folder, file)
		}
	}
	return r.structs()
}

// reader collects types, as "theory.Curve", and which of them are answers.
type reader struct {
	types   map[string]ast.Expr
	answers map[string]bool
}

func (r reader) read(folder string, file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() {
					r.types[folder+"."+s.Name.Name] = s.Type
				}
			}
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Type.Results != nil {
				for _, f := range d.Type.Results.List {
					r.name(folder, f.Type)
				}
			}
		}
	}
}

// name notes the types that an expression names in a package.
func (r reader) name(folder string, e ast.Expr) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructType:
			for _, f := range n.Fields.List {
				if len(f.Names) == 0 || f.Names[0].IsExported() {
					r.name(folder, f.Type)
				}
			}
			return false
		case *ast.FuncType, *ast.InterfaceType:
			return false
		case *ast.SelectorExpr:
			if from, ok := n.X.(*ast.Ident); ok {
				r.answers[from.Name+"."+n.Sel.Name] = true
			}
			return false
		case *ast.Ident:
			r.answers[folder+"."+n.Name] = true
		}
		return true
	})
}

// structs returns the structs of theory among the answers and what they hold.
func (r reader) structs() []string {
	for before := 0; before < len(r.answers); {
		before = len(r.answers)
		for name := range maps.Clone(r.answers) {
			if e, ok := r.types[name]; ok {
				r.name(strings.SplitN(name, ".", 2)[0], e)
			}
		}
	}
	var found []string
	for name := range r.answers {
		_, isStruct := r.types[name].(*ast.StructType)
		if of, ok := strings.CutPrefix(name, "theory."); ok && isStruct {
			found = append(found, of)
		}
	}
	slices.Sort(found)
	return found
}

// notOfAProblem are results whose rows are not about a problem as a whole.
var notOfAProblem = []string{"AppliedRates", "BestSettings", "CriticalBatch", "CriticalFit", "CriticalLaw", "Damping", "Estimate", "Direction", "HeldOut", "ForeseenSteps", "LeadingDirection", "Moment", "Power", "Problem", "Residual", "Response", "Run", "RunsFit", "Segment", "TriedRate", "Window"}

// Rows about problems that differ, by one bit of one number, differ in a text.
func TestRowsSayTheirProblem(t *testing.T) {
	p := nqmkit.List(1, 0.5, 0.1)
	of := results(p)
	for change, q := range map[string]theory.Problem{
		"spectrum": nqmkit.WithNoise(nqmkit.List(1, math.Nextafter(0.5, 1), 0.1), p.Noise...),
		"noise":    nqmkit.WithNoise(p, 1, 0.5, math.Nextafter(0.1, 1)),
		"start":    nqmkit.WithStart(p, nil, []float64{1, 1, math.Nextafter(1, 2)}),
	} {
		for name, values := range results(q) {
			if slices.Contains(notOfAProblem, name) {
				continue
			}
			a, b := texts(nqmkit.TableOf(of[name][0])), texts(nqmkit.TableOf(values[0]))
			if d := q.Describe(); a == b || !strings.Contains(b, d.Problem+"; "+d.Noise+"; "+d.Start) {
				t.Errorf("the %s of a problem with another %s say %q, of the first %q", name, change, b, a)
			}
		}
	}
}

// texts are those that say of the first row what it is about.
func texts(table nqmkit.Table) string {
	var all []string
	for k, cell := range table.Rows[0] {
		if text, ok := cell.(string); ok && !slices.Contains([]string{"outcome", "settles", "regime"}, table.Columns[k].Name) {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}
