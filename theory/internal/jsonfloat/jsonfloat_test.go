package jsonfloat

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

type tree struct {
	Value    float64
	Children []tree
}

type outer struct {
	tree // embedded: left to encoding/json
	X    float64
}

// What is written, word for word; and it comes back, as Go writes it.
func thereAndBack[T any](t *testing.T, v T, want string) {
	t.Helper()
	data, err := Encode(v)
	if err != nil || string(data) != want {
		t.Errorf("%#v is %s, error %v, want %s", v, data, err, want)
		return
	}
	var back T
	if err := Decode(data, &back); err != nil || fmt.Sprintf("%#v", back) != fmt.Sprintf("%#v", v) {
		t.Errorf("%s came back as %#v, error %v", data, back, err)
	}
}

func TestThereAndBack(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	thereAndBack(t, []float64{1, inf, -inf, nan, 0.1}, `[1,"+Inf","-Inf","NaN",0.1]`)
	thereAndBack(t, []float64(nil), `null`)
	thereAndBack(t, [][]float64{{}, nil}, `[[],null]`)
	thereAndBack(t, [2]float64{nan, 2}, `["NaN",2]`)
	thereAndBack(t, map[string][]float64{"a": {inf}, "b": nil}, `{"a":["+Inf"],"b":null}`)
	thereAndBack(t, struct {
		A float64 `json:"a,omitempty"`
		B any
		c float64
	}{B: "b"}, `{"B":"b"}`)
}

// What cannot be reached is as encoding/json has it: a type inside itself, and a
// struct with an embedded one.
func TestWhatIsLeftAlone(t *testing.T) {
	thereAndBack(t, tree{math.Inf(1), []tree{{Value: 2}}}, `{"Value":"+Inf","Children":[{"Value":2,"Children":null}]}`)
	for _, v := range []any{tree{1, []tree{{Value: math.Inf(1)}}}, outer{X: math.NaN()}} {
		if data, err := Encode(v); err == nil || !strings.Contains(err.Error(), "unsupported value") {
			t.Errorf("%#v is %s, error %v", v, data, err)
		}
	}
}

// A value that is read into keeps what the text leaves out.
func TestDecodeKeepsTheRest(t *testing.T) {
	v := struct{ A, B float64 }{1, 2}
	if err := Decode([]byte(`{"B":"-Inf"}`), &v); err != nil || v.A != 1 || v.B != math.Inf(-1) {
		t.Errorf("%v, error %v", v, err)
	}
	if err := Decode([]byte(`{"B":"much"}`), &v); err == nil || v.A != 1 {
		t.Errorf("%v, error %v", v, err)
	}
}
