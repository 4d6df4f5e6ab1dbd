package interval

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Every function over random intervals holds its values at points of them, and its
// slopes those of central differences.
func TestEnclosures(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	functions := map[string]struct {
		jet   func(x Jet) Jet
		value func(x float64) float64
		low   float64
	}{
		"sin":      {Jet.Sin, math.Sin, -20},
		"cos":      {Jet.Cos, math.Cos, -20},
		"exp":      {Jet.Exp, math.Exp, -5},
		"sqrt":     {Jet.Sqrt, math.Sqrt, 0.01},
		"quotient": {func(x Jet) Jet { return x.Sin().Div(x.Mul(x).Add(Constant(1))) }, func(x float64) float64 { return math.Sin(x) / (x*x + 1) }, -3},
		"product":  {func(x Jet) Jet { return x.Cos().Mul(x).Scale(-2).Sub(x) }, func(x float64) float64 { return -2*x*math.Cos(x) - x }, -5},
	}
	for name, f := range functions {
		for range 2000 {
			a := f.low + 10*r.Float64()
			b := a + math.Exp(-8+9*r.Float64())
			got := f.jet(Jet{Range{a, b}, At(1)})
			for _, part := range []float64{0, r.Float64(), 1} {
				x := a + part*(b-a)
				v := f.value(x)
				if !(got.Value.Lo <= v && v <= got.Value.Hi) {
					t.Errorf("%s over [%v, %v]: %v does not hold %v", name, a, b, got.Value, v)
				}
				const h = 1e-6
				slope := (f.value(x+h) - f.value(x-h)) / (2 * h)
				if slack := 1e-5 * (1 + math.Abs(slope)); part > 0 && part < 1 && f.low != 0.01 && !(got.Slope.Lo-slack <= slope && slope <= got.Slope.Hi+slack) {
					t.Errorf("%s over [%v, %v]: slopes %v do not hold %v", name, a, b, got.Slope, slope)
				}
			}
		}
	}
	if d := At(1).Div(Range{-1, 1}); d != All {
		t.Errorf("1 over an interval with 0 is %v", d)
	}
}
