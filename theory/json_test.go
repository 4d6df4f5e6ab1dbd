package theory_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nqm/theory"
)

// fill sets every float64 that a value reaches to the next of some numbers that
// JSON or its readers find hard, every string, integer and slice to something.
func fill(v reflect.Value, next *int) {
	hard := []float64{math.Inf(1), 0.1, math.Inf(-1), math.NaN(), math.MaxFloat64, 5e-324, 1.0 / 3, 1e21}
	switch v.Kind() {
	case reflect.Float64:
		v.SetFloat(hard[*next%len(hard)])
		*next++
	case reflect.String:
		v.SetString("name, \"quoted\" α")
	case reflect.Int:
		if v.Type() == reflect.TypeFor[int]() {
			v.SetInt(theory.MaxSteps)
		} else {
			v.SetInt(1) // an Outcome, Regime or Shape
		}
	case reflect.Uint64:
		v.SetUint(math.MaxUint64)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), next)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), next)
		}
	default:
		panic("cannot fill " + v.Type().String())
	}
}

// jsonTypes are the exported struct types that have JSON names.
var jsonTypes = map[string]func(*testing.T){
	"Agreement":          throughJSON[theory.Agreement],
	"AppliedRates":       throughJSON[theory.AppliedRates],
	"Axis":               throughJSON[theory.Axis],
	"BestBatches":        throughJSON[theory.BestBatches],
	"BestRates":          throughJSON[theory.BestRates],
	"BestSettings":       throughJSON[theory.BestSettings],
	"CriticalBatch":      throughJSON[theory.CriticalBatch],
	"CriticalFit":        throughJSON[theory.CriticalFit],
	"CriticalLaw":        throughJSON[theory.CriticalLaw],
	"Curve":              throughJSON[theory.Curve],
	"Damping":            throughJSON[theory.Damping],
	"Estimate":           throughJSON[theory.Estimate],
	"Fan":                throughJSON[theory.Fan],
	"Gap":                throughJSON[theory.Gap],
	"HeldOut":            throughJSON[theory.HeldOut],
	"Moment":             throughJSON[theory.Moment],
	"LeadingDirection":   throughJSON[theory.LeadingDirection],
	"NoiseScales":        throughJSON[theory.NoiseScales],
	"Optimizer":          throughJSON[theory.Optimizer],
	"PairedCurve":        throughJSON[theory.PairedCurve],
	"Paths":              throughJSON[theory.Paths],
	"PhaseMap":           throughJSON[theory.PhaseMap],
	"Rate":               throughJSON[theory.Rate],
	"Residual":           throughJSON[theory.Residual],
	"Run":                throughJSON[theory.Run],
	"RunsFit":            throughJSON[theory.RunsFit],
	"SampledCurve":       throughJSON[theory.SampledCurve],
	"SampledSteps":       throughJSON[theory.SampledSteps],
	"ScaleEstimates":     throughJSON[theory.ScaleEstimates],
	"Scaling":            throughJSON[theory.Scaling],
	"ScalingCurve":       throughJSON[theory.ScalingCurve],
	"ScheduleComparison": throughJSON[theory.ScheduleComparison],
	"ScheduleSteps":      throughJSON[theory.ScheduleSteps],
	"Segment":            throughJSON[theory.Segment],
	"Sight":              throughJSON[theory.Sight],
	"Steps":              throughJSON[theory.Steps],
	"Summary":            throughJSON[theory.Summary],
	"ForeseenSteps":      throughJSON[theory.ForeseenSteps],
	"TrainedScaling":     throughJSON[theory.TrainedScaling],
	"TrainedSteps":       throughJSON[theory.TrainedSteps],
	"TriedRate":          throughJSON[theory.TriedRate],
	"Tuned":              throughJSON[theory.Tuned],
	"Window":             throughJSON[theory.Window],
}

// Every type that has JSON names comes back from encoding/json as it was, infinities
// and NaN included: alone, in a list and in a sweep. Those that there are is read
// from the package's source, so that none is forgotten.
func TestResultsThroughJSON(t *testing.T) {
	declared := namesOfJSONTypes(t)
	if len(declared) < 20 {
		t.Errorf("only %d types found in the source: %v", len(declared), declared)
	}
	for _, name := range declared {
		if jsonTypes[name] == nil {
			t.Errorf("%s has JSON names: add it to jsonTypes, and to json.go", name)
			continue
		}
		t.Run(name, jsonTypes[name])
	}
}

// throughJSON takes the zero value and values with every kind of number there and
// back. Empty and missing lists stay apart.
func throughJSON[T any](t *testing.T) {
	var v T
	for start := range 4 {
		thereAndBack(t, v)
		thereAndBack(t, []T{v, v})
		thereAndBack(t, map[string]T{"a": v})
		thereAndBack(t, theory.Sweep[T]{Axes: []theory.Axis{{Name: "x", Values: []float64{math.NaN(), math.Inf(1)}}}, Results: []T{v, v}})
		fill(reflect.ValueOf(&v).Elem(), &start)
	}
}

func thereAndBack[T any](t *testing.T, v T) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%T: %v", v, err)
	}
	var back T
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatalf("%T: %v", v, err)
	}
	// The syntax of Go, in which NaN is NaN and every digit is there.
	if got, want := fmt.Sprintf("%#v", back), fmt.Sprintf("%#v", v); got != want {
		t.Errorf("%T: %s came back as %s from %s", v, want, got, data)
	}
}

// namesOfJSONTypes reads the exported struct types with a json tag from the source;
// Sweep, which has a parameter, is tested with all of them.
func namesOfJSONTypes(t *testing.T) (names []string) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSpec); ok && !strings.HasSuffix(name, "_test.go") && s.Name.IsExported() && s.TypeParams == nil && hasJSONTag(s.Type) {
				names = append(names, s.Name.Name)
			}
			return true
		})
	}
	return names
}

func hasJSONTag(t ast.Expr) bool {
	s, ok := t.(*ast.StructType)
	return ok && slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool {
		return f.Tag != nil && strings.Contains(f.Tag.Value, "json:")
	})
}

// Finite values look as encoding/json writes them.
func TestFiniteJSONIsPlain(t *testing.T) {
	type plain theory.Curve // without the methods
	c, err := theory.Expect(theory.Problem{Curvature: []float64{1, 0.1}, Mean: []float64{1, 1}}, []int{0, 7, 1000}, theory.SGD(0.3))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(plain(c))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// A curve that diverges says so in JSON.
func TestDivergenceThroughJSON(t *testing.T) {
	p := theory.Problem{Curvature: []float64{1}, Noise: []float64{1}}
	c, err := theory.Expect(p, []int{0, 100_000}, theory.SGD(3))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"loss":[0,"+Inf"]`, `"floor":"+Inf"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	var back theory.Curve
	if err := json.Unmarshal(data, &back); err != nil || !back.Diverges() || !reflect.DeepEqual(back, c) {
		t.Errorf("came back as %+v, error %v", back, err)
	}
}

func TestEncodeJSONOfOwnTypes(t *testing.T) {
	type inner struct{ Value *float64 }
	type own struct {
		Numbers [2]float64 `json:"numbers"`
		ByName  map[string]float64
		Inner   []inner
		Curve   theory.Curve
		Steps   theory.Outcome
	}
	inf := math.Inf(1)
	in := own{Numbers: [2]float64{math.Inf(-1), 2}, ByName: map[string]float64{"a": inf, "b": 1},
		Inner: []inner{{&inf}, {nil}}, Curve: theory.Curve{Floor: inf}, Steps: theory.Never}
	data, err := theory.EncodeJSON(in)
	if err != nil {
		t.Fatal(err)
	}
	var out own
	if err := theory.DecodeJSON(data, &out); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in, out) {
		t.Errorf("%+v came back as %+v from %s", in, out, data)
	}
	var nan struct{ X float64 }
	if data, err = theory.EncodeJSON(struct{ X float64 }{math.NaN()}); err != nil || string(data) != `{"X":"NaN"}` {
		t.Errorf("NaN is %s, error %v", data, err)
	}
	if err := theory.DecodeJSON(data, &nan); err != nil || !math.IsNaN(nan.X) {
		t.Errorf("NaN came back as %v, error %v", nan.X, err)
	}
}

func TestDecodeJSONErrors(t *testing.T) {
	var c theory.Curve
	for text, want := range map[string]string{
		`{"floor":"much"}`: `"much" is not a number, "+Inf", "-Inf" or "NaN"`,
		`{"floor":`:        "unexpected end of JSON input",
		`{"steps":[0.5]}`:  "cannot unmarshal number 0.5",
	} {
		if err := json.Unmarshal([]byte(text), &c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
	if err := theory.DecodeJSON([]byte("1"), 1.0); err == nil || !strings.Contains(err.Error(), "want a pointer") {
		t.Errorf("into a number: %v", err)
	}
	var o theory.Outcome
	if err := o.UnmarshalText([]byte("soon")); err == nil {
		t.Error("an outcome that there is not was read")
	}
}
