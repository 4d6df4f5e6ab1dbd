package plotting

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
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

// forms are the values in which Show meets the results of one type: one, two
// in the ways to hold them, and a sweep of them.
type forms struct {
	of    reflect.Type
	value map[string]any
}

func formsOf[T any](a, b T) forms {
	return forms{reflect.TypeFor[T](), map[string]any{
		"T": a, "[]T": []T{a, b}, "[][]T": [][]T{{a}, {b}}, "[]any": []any{a, b},
		"Sweep[T]":   theory.Sweep[T]{Axes: []theory.Axis{{Name: "momentum β", Values: []float64{0, 0.5}}}, Results: []T{a, b}},
		"Sweep[[]T]": theory.Sweep[[]T]{Axes: []theory.Axis{{Name: "momentum β", Values: []float64{0, 0.5}}}, Results: [][]T{{a, b}, {b, a}}},
	}}
}

// results are two different ones of each type that is drawn.
var results = sync.OnceValue(func() []forms {
	two, law := nqmkit.TwoDirections(50, 1), nqmkit.PowerLaw(500, 1)
	sgd, ball := nqmkit.SGD(0.02), nqmkit.Momentum(0.002, 0.9).Batch(16)
	few := nqmkit.Trials(20, 1)
	return []forms{
		formsOf(two, law),
		formsOf(nqmkit.Expect(two, 50, sgd)[0], nqmkit.Expect(law, 500, ball)[0]),
		formsOf(nqmkit.Sample(two, 50, few, sgd)[0], nqmkit.Sample(law, 80, few, ball)[0]),
		formsOf(nqmkit.RatesApplied(20, sgd.Linear())[0], nqmkit.RatesApplied(50, ball.Cosine())[0]),
		formsOf(nqmkit.Check(two, 50, few, sgd)[0], nqmkit.Check(law, 80, few, ball)[0]),
		formsOf(nqmkit.Paths(two, 50, few, sgd)[0], nqmkit.Paths(nqmkit.TwoDirections(5, 1), 80, few, ball)[0]),
		formsOf(nqmkit.Compare(two, 50, few, sgd, ball), nqmkit.Compare(law, 80, few, sgd, ball)),
		formsOf(nqmkit.SampleStepsToTarget(two, 0.5, 300, few, sgd)[0], nqmkit.SampleStepsToTarget(law, 0.5, 300, few, ball)[0]),
		formsOf(nqmkit.EstimateNoiseScale(two, []float64{0.05, 0.5}, 4, 64, few)[0], nqmkit.EstimateNoiseScale(two, []float64{0.5, 0.5}, 4, 64, few)[1]),
		formsOf(nqmkit.NoiseScales(two, 50, sgd), nqmkit.NoiseScales(law, 80, ball)),
		formsOf(nqmkit.BayesGap(two, 50, sgd), nqmkit.BayesGap(law, 80, ball)),
		formsOf(nqmkit.LossFan(two, 50, sgd)[0], nqmkit.LossFan(law, 80, ball)[0]),
		formsOf(nqmkit.Damping(sgd, 1), nqmkit.Damping(ball, 50)),
		formsOf(nqmkit.Rate(two, sgd), nqmkit.Rate(law, ball)),
		formsOf(nqmkit.PhaseMap(two).Best, nqmkit.PhaseMap(law).Best),
		formsOf(nqmkit.PhaseMap(two), nqmkit.PhaseMap(law)),
		formsOf(nqmkit.Summary(two), nqmkit.Summary(law)),
		formsOf(nqmkit.StepsToTarget(two, 0.02, sgd.Batch(64)), nqmkit.StepsToTarget(law, 0.5, ball)),
		formsOf(tuned()[0], tuned()[1]),
		formsOf(scaling(), published()),
		formsOf(nqmkit.BestScheduleFor(two, 100, nqmkit.SGD(1), 4), nqmkit.BestScheduleFor(law, 500, nqmkit.SGD(1), 5)),
		formsOf(nqmkit.SchedulesToTarget(law, 0.5, []float64{16}, nqmkit.SGD(1), 4)[0], nqmkit.SchedulesToTarget(law, 0.5, []float64{64}, nqmkit.SGD(1), 5)[0]),
		formsOf(nqmkit.BestBatchSchedule(law, 1000, nqmkit.SGD(0.5), 4), nqmkit.BestBatchSchedule(law, 4000, nqmkit.SGD(0.2), 5)),
		formsOf(nqmkit.CompareSchedules(law, 1000, nqmkit.SGD(1), 4), nqmkit.CompareSchedules(law, 4000, nqmkit.SGD(1), 5)),
		formsOf(must(theory.Moments(two, 10, sgd))[0], must(theory.Moments(two, 10, sgd))[1]),
		formsOf(critical(1), critical(3)),
		formsOf(criticalLaw(1), criticalLaw(3)),
		formsOf(fittedRuns()[0], fittedRuns()[1]),
		formsOf(nqmkit.HoldOut(fittedRuns()[0].Runs, hidesTwo)[0], nqmkit.HoldOut(fittedRuns()[1].Runs, hidesTwo)[1]),
		formsOf(critical(1).MinSteps, critical(1).Critical[0]),
		formsOf(trained("an MLP", 40), trained("a conv net", 90)),
		formsOf([]float64{3, 1, 2}, []float64{10, 1e4, 1e7}),
	}
})

// critical is a fit to measured steps against batch size.
func critical(factor float64) theory.CriticalFit {
	return nqmkit.CriticalBatch([]float64{64, 128, 256, 512}, []float64{46000, 23000 * factor, 13282, 7000})
}

// criticalLaw is the law of three sizes.
func criticalLaw(factor float64) theory.CriticalLaw {
	var fits []theory.CriticalFit
	for _, steps := range [][]float64{{46000, 23000 * factor, 13282, 7000, 3840, 2528}, {98000, 45000, 23000, 11700, 6650, 3612}, {160700, 82000, 44000, 23500, 11600, 6250}} {
		fits = append(fits, nqmkit.CriticalBatch([]float64{64, 128, 256, 512, 1024, 2048}, steps))
	}
	return nqmkit.CriticalBatchLaw([]float64{1e6, 4e6, 16e6}, fits...)
}

// trained is training beside two models, of which one does not reach the target at the
// smallest batch size, as training does not at the largest.
func trained(network string, steps float64) theory.TrainedScaling {
	s := theory.TrainedScaling{Problem: network, Target: 0.1, BatchSizes: []float64{4, 16, 64}, Methods: []string{"SGD", "momentum β=0.9"}}
	for _, m := range s.Methods {
		for k, b := range s.BatchSizes {
			p := theory.TrainedSteps{Problem: network, Method: m, Target: 0.1, BatchSize: b, LearningRate: 0.1, Trials: 10}
			at := steps * (1 + 64/b)
			p.Steps = theory.Estimate{Name: "steps", Value: at, Low: 0.9 * at, High: 1.2 * at}
			p.Foreseen = []theory.ForeseenSteps{{Model: "C at the end", Steps: 0.8 * at}, {Model: "streaming", Steps: 1.1 * at}}
			switch k {
			case 0:
				p.Foreseen[0].Steps, p.Edge = math.Inf(1), "smallest"
			case 2:
				p.Steps = theory.Estimate{Name: "steps", Value: math.Inf(1), Low: math.Inf(1), High: math.Inf(1)}
			}
			s.Points = append(s.Points, p)
		}
	}
	return s
}

func hidesTwo(r theory.Run) bool { return r.Steps > 1200 }

// fittedRuns are two fits to runs that grow better with the steps.
var fittedRuns = sync.OnceValue(func() []theory.RunsFit {
	var fits []theory.RunsFit
	for seed := range 2 {
		var runs []theory.Run
		for k := range 12 {
			n, steps := 100*math.Pow(4, float64(k%3)), 10*(k+1)*(k+1)
			loss := (1 + 3/math.Sqrt(float64(steps)) + 2/math.Sqrt(n)) * (1 + 0.01*math.Sin(float64(7*k+seed)))
			runs = append(runs, theory.Run{Size: n, Steps: steps, Optimizer: nqmkit.SGD(theory.SystemRate).Batch(float64(8 + k)), Loss: loss})
		}
		fits = append(fits, nqmkit.FitRuns(runs))
	}
	return fits
})

// notDrawn are the types of theory that are no results of their own.
var notDrawn = map[string]string{
	"Optimizer":        "a method: the question, not the answer",
	"Torch":            "a method",
	"Linear":           "a method",
	"System":           "a part of a Linear",
	"Segment":          "a part of an Optimizer's schedule",
	"Setting":          "what can be said of a field of an Optimizer",
	"Rule":             "the steps of a method, which sampling follows",
	"Description":      "the parts of a text of a problem",
	"Response":         "a mode at one step: what moments are made of",
	"Law":              "a part of a Problem",
	"Power":            "a part of a Law",
	"Direction":        "an entry of a Problem",
	"Sight":            "a part of an Agreement",
	"LossLaw":          "a law, which is asked for probabilities: a Fan draws it",
	"Band":             "a part of a Problem",
	"ScalingCurve":     "a part of a Scaling, whose batch sizes stand there",
	"CriticalBatch":    "a part of a Scaling",
	"ForeseenSteps":    "a part of a TrainedSteps",
	"LeadingDirection": "numbers with intervals, for a table",
	"TrainedSteps":     "a part of a TrainedScaling, whose batch sizes stand there",
	"TriedRate":        "a part of a TrainedSteps",
	"Residual":         "a point of a fit, drawn with it",
	"Run":              "a measured run, drawn with its fit",
	"Window":           "two learning rates, for a sentence or a table",
	"Treatments":       "choices for a measurement",
	"Fault":            "an error",
	"Axis":             "a part of a Sweep",
	"Sweep":            "drawn as what it is of; see the forms",
}

// exportedStructs returns the exported struct types of a package's source.
func exportedStructs(folder string) []string {
	var names []string
	for _, path := range must(filepath.Glob(filepath.Join(folder, "*.go"))) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, d := range must(parser.ParseFile(token.NewFileSet(), path, nil, 0)).Decls {
			types, ok := d.(*ast.GenDecl)
			if !ok || types.Tok != token.TYPE {
				continue
			}
			for _, spec := range types.Specs {
				s := spec.(*ast.TypeSpec)
				if _, ok := s.Type.(*ast.StructType); ok && s.Name.IsExported() {
					names = append(names, s.Name.Name)
				}
			}
		}
	}
	return names
}

// Every result of theory has a picture, alone, with others and in a sweep: what
// is new there has one, or stands in notDrawn with the reason.
func TestEveryResultHasAPicture(t *testing.T) {
	samples := map[string]forms{}
	for _, s := range results() {
		samples[s.of.Name()] = s
	}
	types := exportedStructs("../theory")
	for _, name := range types {
		if _, ok := samples[name]; ok == (notDrawn[name] != "") {
			t.Errorf("theory.%s: give two samples of it to results, or the reason to notDrawn, and not both", name)
		}
	}
	for name := range notDrawn {
		if !slices.Contains(types, name) {
			t.Errorf("notDrawn has %s, which theory has not", name)
		}
	}
	for _, s := range results() {
		for _, form := range slices.Sorted(maps.Keys(s.value)) {
			if err := drawnWell(s.value[form]); err != nil {
				t.Errorf("%v as %s: %v", s.of, form, err)
			}
		}
	}
}

// drawnWell returns an error that says what the picture of a value lacks.
func drawnWell(value any) error {
	f, err := FigureOf(value)
	if err != nil {
		return err
	}
	if f.Title == "" || f.Caption == "" || len(f.Table.Rows) == 0 {
		return errors.New("no title, no caption or no numbers")
	}
	if strings.Contains(f.plainText(), "!(") {
		return errors.New("a text is not formatted: " + f.plainText())
	}
	_, err = f.option(screenColumns)
	return err
}

// Each of two results counts in the figure of both.
func TestSeveralAreTold(t *testing.T) {
	for _, s := range results() {
		list := reflect.ValueOf(s.value["[]T"])
		of := func(places ...int) Figure {
			some := reflect.MakeSlice(list.Type(), 0, len(places))
			for _, k := range places {
				some = reflect.Append(some, list.Index(k))
			}
			return must(FigureOf(some.Interface()))
		}
		both := of(0, 1)
		for name, other := range map[string]Figure{"the first": of(0), "the second": of(1), "the first twice": of(0, 0), "the second twice": of(1, 1)} {
			if reflect.DeepEqual(both.Panels, other.Panels) || reflect.DeepEqual(both.Table, other.Table) {
				t.Errorf("%v: drawn as %s, or with its numbers", s.of, name)
			}
		}
	}
}

// A value that has a spectrum is drawn as it, under its own text.
func TestProblemOfAnotherForm(t *testing.T) {
	f := must(FigureOf(ellipse{50}))
	if rotated := must(FigureOf(nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 30))); rotated.about() != "Problem: two directions, h = (50, 1), rotated by 30°" {
		t.Errorf("title %q", rotated.about())
	}
	if f.about() != "Problem: an ellipse" || f.Panels[0].Series[0].Y[0] != 50 {
		t.Errorf("%q, %v", f.about(), f.Panels[0].Series)
	}
	if several := must(FigureOf([]ellipse{{50}, {20}})); len(several.Panels[0].Series) != 4 {
		t.Errorf("two are drawn as %v", several.Panels[0].Series)
	}
	if _, err := FigureOf(ellipse{-1}); err == nil || !strings.Contains(err.Error(), "Curvature") {
		t.Errorf("an ellipse without a spectrum: %v", err)
	}
}

type ellipse struct{ h float64 }

func (e ellipse) String() string                    { return "an ellipse" }
func (e ellipse) Spectrum() (theory.Problem, error) { return theory.TwoDirections(e.h, 1) }

// Values of several kinds are a picture each, one below the other in a file.
func TestSeveralKindsInOneFile(t *testing.T) {
	curve, problem := nqmkit.Expect(nqmkit.TwoDirections(50, 1), 50, nqmkit.SGD(0.02)), nqmkit.TwoDirections(50, 1)
	value := []any{curve, rateMap(), []any{problem}}
	if _, err := FigureOf(value); err == nil || !strings.Contains(err.Error(), "SideBySide") {
		t.Errorf("one figure of three: %v", err)
	}
	svg := string(must(encodeFile(".svg", value)))
	var before int
	for _, title := range []string{"Expected loss: ", "Where momentum is stable", "Problem: "} {
		at := strings.Index(svg, title)
		if at < before {
			t.Errorf("%q is not below the one before", title)
		}
		before = at
	}
	for _, e := range extensions {
		if data, err := encodeFile(e, value); err != nil || len(data) < 1000 {
			t.Errorf("%s: %d bytes (%v)", e, len(data), err)
		}
	}
	if rows := string(must(encodeFile(".csv", value))); !strings.HasPrefix(rows, "figure,panel,") || !strings.Contains(rows, "\n3,1,curvature h,") {
		t.Errorf("rows %.200s", rows)
	}
}
