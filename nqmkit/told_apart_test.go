package nqmkit_test

import (
	"math"
	"reflect"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// Methods that differ and have the same text, as two schedules of many pieces, two numbers of
// seven digits or two methods of one's own of one name, are told apart in all results.
func TestMethodsOfOneTextAreToldApart(t *testing.T) {
	pieces := func(middle float64) (s []theory.Segment) {
		for _, f := range []float64{1, 0.5, middle, 0.3, 0.1} {
			s = append(s, theory.Segment{Steps: 2, From: f})
		}
		return s
	}
	own := func(alpha float64) theory.Linear {
		l := triple(alpha, 0.5)
		l.Name = "mine"
		return l
	}
	custom := func(alpha float64) nqmkit.CustomMethod {
		return nqmkit.Custom("mine", func() nqmkit.Update {
			return func(_ int, theta, gradient []float64) []float64 {
				for i, g := range gradient {
					theta[i] -= alpha * g
				}
				return theta
			}
		})
	}
	p, runs := nqmkit.LogUniform(3, 1, 0.1), nqmkit.Trials(3, 1)
	for _, pair := range [][2]nqmkit.Sampler{
		{nqmkit.SGD(0.3).Segments(pieces(0.4)...), nqmkit.SGD(0.3).Segments(pieces(0.35)...)},
		{nqmkit.SGD(0.3), nqmkit.SGD(0.3000001)},
		{own(0.1), own(0.2)},
		{custom(0.1), custom(0.2)},
	} {
		a, b := pair[0], pair[1]
		if a.String() != b.String() {
			t.Fatalf("%v and %v: want one text", a, b)
		}
		results := []any{
			nqmkit.Sample(p, 10, runs, a, b), nqmkit.Paths(p, 10, runs, a, b), nqmkit.SampleStepsToTarget(p, 0.5, 10, runs, a, b),
		}
		if c := nqmkit.Compare(p, 10, runs, a, b); c.Methods[0] == c.Methods[1] {
			t.Errorf("compared: %q", c.Methods)
		}
		if x, ok := a.(theory.Method); ok {
			y := b.(theory.Method)
			results = append(results, nqmkit.Expect(p, 10, x, y), nqmkit.LossFan(p, 10, x, y), nqmkit.Check(p, 10, runs, a, b))
		}
		if x, ok := a.(theory.Optimizer); ok {
			y := b.(theory.Optimizer)
			results = append(results, nqmkit.RatesApplied(10, x, y), nqmkit.SkipAhead(p, []int{1, 10}, runs, x, y))
		}
		for _, r := range results {
			two := reflect.ValueOf(r)
			names := map[string]bool{}
			for i := range two.Len() {
				at := two.Index(i)
				if exact := at.FieldByName("Exact"); exact.IsValid() {
					at = exact
				}
				names[at.FieldByName("Method").String()] = true
			}
			if len(names) != 2 {
				t.Errorf("%T of two methods: %v", r, names)
			}
		}
	}
	// A long list is answered in blocks.
	h := make([]float64, 1<<15)
	for i := range h {
		h[i] = 1 / math.Sqrt(float64(i+1))
	}
	if c := nqmkit.ExpectAt(nqmkit.List(h...), []int{3}, nqmkit.SGD(0.3), nqmkit.SGD(0.3000001)); c[0].Method == c[1].Method {
		t.Errorf("in blocks: %q twice", c[0].Method)
	}
}
