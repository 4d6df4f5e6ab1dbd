package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The curve of the blocks is the curve, of every method, where it overflows too.
func TestBlocksTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 8))
	p := Problem{}
	for range 100 {
		p.Curvature, p.Noise = append(p.Curvature, 2*r.Float64()), append(p.Noise, r.Float64())
		p.Mean, p.Variance = append(p.Mean, r.NormFloat64()), append(p.Variance, r.Float64())
		p.Multiplicity = append(p.Multiplicity, 5*r.Float64())
	}
	steps := []int{0, 1, 2, 7, 30, 400}
	for _, m := range append(optimizersOf(conformanceRows()), SGD(200)) {
		if m.Schedule != nil {
			m = must(m.Over(400))
		}
		var blocks []Curve
		for from := 0; from < p.Len(); from += 30 {
			blocks = append(blocks, must(Expect(p.Block(from, min(from+30, p.Len())), steps, m)))
		}
		got, want := Together(p, blocks), must(Expect(p, steps, m))
		if got.Problem != want.Problem || got.Method != want.Method || got.Modes != want.Modes {
			t.Errorf("%v: %q of %d modes, want %q of %d", m, got.Problem, got.Modes, want.Problem, want.Modes)
		}
		for k := range steps {
			for _, v := range [][2]float64{{got.Loss[k], want.Loss[k]}, {got.Bias[k], want.Bias[k]}, {got.Noise[k], want.Noise[k]}, {got.StdDev[k], want.StdDev[k]}, {got.Floor, want.Floor}} {
				if math.IsInf(v[1], 1) != math.IsInf(v[0], 1) {
					t.Errorf("%v, t = %d: %v in blocks, %v whole", m, steps[k], v[0], v[1])
				} else if !math.IsInf(v[1], 1) {
					near(t, fmt.Sprint(m, " in blocks, t = ", steps[k]), v[0], v[1], 1e-13)
				}
			}
		}
	}
}
