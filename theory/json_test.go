package theory_test

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"nqm/theory"
)

// fill sets every float64 that a value reaches to the next of some numbers that
// JSON or its readers find hard, every string, integer and slice to something.
func fill(v reflect.Value, next *int) {
	hard := []float64{math.Inf(1), 0.1, math.Inf(-1), math.Copysign(0, -1), math.MaxFloat64, 5e-324, 1.0 / 3, 1e21}
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

// Every result comes back from JSON as it was, infinities included; empty and
// missing lists stay apart.
func TestResultsThroughJSON(t *testing.T) {
	for _, result := range []any{
		&theory.Curve{}, &theory.Steps{}, &theory.Tuned{}, &theory.Scaling{}, &theory.ScalingCurve{},
		&theory.CriticalBatch{}, &theory.Gap{}, &theory.NoiseScales{}, &theory.Summary{}, &theory.Damping{},
		&theory.Rate{}, &theory.BestSettings{}, &theory.PhaseMap{}, &theory.Moment{}, &theory.SampledCurve{},
		&theory.PairedCurve{}, &theory.SampledSteps{}, &theory.ScaleEstimates{}, &theory.Agreement{},
		&theory.Paths{}, &theory.BestRates{}, &theory.ScheduleSteps{}, &theory.BestBatches{},
		&theory.ScheduleComparison{}, &theory.Optimizer{}, &[]theory.Curve{}, &map[string][]theory.Curve{"a": {}},
	} {
		v := reflect.ValueOf(result)
		for range 2 { // first the zero value
			data, err := json.Marshal(v.Elem().Interface())
			if err != nil {
				t.Fatalf("%T: %v", result, err)
			}
			back := reflect.New(v.Elem().Type())
			if err := json.Unmarshal(data, back.Interface()); err != nil {
				t.Fatalf("%T: %v", result, err)
			}
			if !reflect.DeepEqual(back.Elem().Interface(), v.Elem().Interface()) {
				t.Errorf("%T came back as %+v from %s", result, back.Elem(), data)
			}
			if v.Elem().Kind() != reflect.Map {
				fill(v.Elem(), new(int))
			}
		}
	}
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
