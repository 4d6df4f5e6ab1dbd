package theory

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"
)

// Every function that asks something of a method refuses none, in a sentence.
func TestNoMethod(t *testing.T) {
	asked := map[string]any{
		"DampingOf": DampingOf, "Expect": Expect, "ExpectedLoss": ExpectedLoss, "LossFan": LossFan, "LossLawOf": LossLawOf, "LossLawsOf": LossLawsOf,
		"LossProbability": LossProbability, "LossQuantiles": LossQuantiles, "Moments": Moments, "NoiseScalesOf": NoiseScalesOf, "RateOf": RateOf,
		"SecondMoments": SecondMoments, "SteadyState": SteadyState, "SteadyVariance": SteadyVariance, "StepsToTarget": StepsToTarget,
	}
	good := map[reflect.Type]any{
		reflect.TypeFor[Problem](): must(List(1, 0.5)), reflect.TypeFor[int](): 5, reflect.TypeFor[float64](): 0.3,
		reflect.TypeFor[[]int](): []int{1, 5}, reflect.TypeFor[[]float64](): []float64{0.3},
	}
	for name, f := range asked {
		v, arguments := reflect.ValueOf(f), []reflect.Value(nil)
		for i := range v.Type().NumIn() {
			in := v.Type().In(i)
			if in == reflect.TypeFor[Method]() {
				arguments = append(arguments, reflect.Zero(in))
			} else {
				arguments = append(arguments, reflect.ValueOf(good[in]))
			}
		}
		call := v.Call
		if v.Type().IsVariadic() {
			call = v.CallSlice
		}
		results := call(arguments)
		if err, ok := results[len(results)-1].Interface().(error); !ok || err.Error() != "theory: no method: want one, as SGD(0.1)" {
			t.Errorf("%s of no method: %v", name, err)
		}
	}
	for _, name := range functionsOf(t, "Method") {
		if asked[name] == nil && name != "SamplesSpent" { // which has no error, and none is nothing spent
			t.Errorf("%s takes a method and is not asked", name)
		}
	}
}

// functionsOf returns the exported functions of the package with a parameter of a type.
func functionsOf(t *testing.T, parameter string) (names []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() {
				continue
			}
			for _, field := range f.Type.Params.List {
				if id, ok := field.Type.(*ast.Ident); ok && id.Name == parameter {
					names = append(names, f.Name.Name)
				}
			}
		}
	}
	return names
}

// A segment whose learning rate is 0 throughout is a mistake, whatever its shape,
// place, length and batch size, and not a run that stands still.
func TestSegmentsWithoutARate(t *testing.T) {
	p := must(List(1, 0.5))
	good := Segment{Steps: 3, From: 1}
	for shape := ConstantRate; shape <= InverseTimeRate; shape++ {
		for _, bad := range []Segment{{Steps: 10, Shape: shape}, {Shape: shape}, {Steps: 10, Shape: shape, BatchSize: 8}} {
			for place, s := range [][]Segment{{bad}, {good, bad}, {{Steps: 4, From: 0.5}, bad, good}} {
				for _, o := range []Optimizer{SGD(0.3), Momentum(0.1, 0.9).EMA(0.9), Nesterov(0.1, 0.5).Lookahead(3, 0.5)} {
					_, err := Expect(p, []int{40}, o.Segments(s...))
					want := fmt.Sprintf("segment %d: no learning-rate factor", min(place, 1))
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("%v of %v: error %v, want %q", o, s, err, want)
					}
				}
			}
		}
	}
	for _, ends := range []Segment{{Steps: 10, Shape: LinearRate, To: 1}, {Steps: 10, Shape: CosineRate, From: 1}, {Steps: 10, Shape: CosineRate, To: 0.1}} {
		if err := SGD(0.3).Segments(ends).Validate(); err != nil {
			t.Errorf("%v: %v", ends, err)
		}
	}
}

// What a constructor is given is what it means, or refused: a zero that was asked
// for is not the zero of a field that was not set.
func TestZerosThatWereAskedFor(t *testing.T) {
	p := must(List(1, 0.5))
	own := mine(System{State: [][]float64{{0.9}}, Noise: []float64{1}, Readout: []float64{1}})
	for want, m := range map[string]Method{
		"batch size 0: want a finite number >= 1":           SGD(0.1).Batch(0),
		"batch size 0: want":                                own.Batch(0),
		"batch size -3: want":                               own.Batch(-3),
		"-1 steps: want":                                    SGD(0.1).WSD(-1, 3),
		"-4 steps: want":                                    Momentum(0.1, 0.9).WSD(2, -4),
		"time 0: want a finite number > 0":                  SGD(0.1).InverseTime(0),
		"time -2: want":                                     SGD(0.1).InverseTime(-2),
		"Lookahead's steps 0: want 1 <= k <= 100000":        SGD(0.1).Lookahead(0, 0.5),
		"segment 1: batch size 0.5: want a finite number >": SGD(0.1).Segments(Segment{Steps: 2, From: 1}, Segment{From: 1, BatchSize: 0.5}),
	} {
		if _, err := Expect(p, []int{10}, m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", m, err, want)
		}
	}
	for _, m := range []Method{SGD(0.1).WSD(0, 3), SGD(0.1).WSD(0, 0), Optimizer{LearningRate: 0.1, BatchSize: 0}, Linear{System: own.System}} {
		if _, err := Expect(p, []int{10}, m); err != nil {
			t.Errorf("%v: %v", m, err)
		}
	}
}
