package theory

import (
	"math"
	"testing"
)

// The recurrence along equally spaced steps against the closed form at each of
// them: |A| relative to its envelope, noise relative to itself, 10^-12.
func TestStridesAgainstTheClosedForm(t *testing.T) {
	var worst [2]float64
	followed, asked := 0, 0
	for n, r := range closed() {
		if testing.Short() && n%4 != 0 {
			continue
		}
		for _, h := range curvatures(r.method.(Optimizer)) {
			mode := r.method.Mode(h, 1)
			for _, stride := range []int{1, 5, 77, 10_000, 1e9} {
				for _, first := range []int{0, 1, 1000} {
					asked++
					run, s := run{0, 600, first, stride}, newPartialSums(600)
					w := weights{half: 0.5, start: 1, spread: 0.25, mean: 1.5, twice: 2}
					if !mode.(strider).follow(w, run, s) {
						continue
					}
					followed++
					for k := 0; k < 600; k += 7 {
						steps := first + k*stride
						at := mode.At(steps)
						size := math.Max(envelope(mode, steps, at.Factor), 1e-140)
						bias := math.Abs(math.Sqrt(s.bias[k])-math.Abs(at.Factor)) / size
						noise := math.Abs(s.noise[k]-at.Noise/2) / math.Max(at.Noise/2, 1e-280)
						worst[0], worst[1] = math.Max(worst[0], bias), math.Max(worst[1], noise)
						if !(bias <= 1e-12 && noise <= 1e-12) {
							t.Fatalf("%v, h=%.17g, t=%d by %d: |A| = %g and noise %g, want %g and %g (errors %.1e, %.1e)",
								r.method, h, steps, stride, math.Sqrt(s.bias[k]), 2*s.noise[k], math.Abs(at.Factor), at.Noise, bias, noise)
						}
					}
				}
			}
		}
	}
	t.Logf("%d of %d followed; largest error: factor %.1e of its envelope, noise %.1e", followed, asked, worst[0], worst[1])
	if followed < asked/3 {
		t.Errorf("only %d of %d modes are followed", followed, asked)
	}
}

// A curve at irregular steps, at runs of two spacings, and one by one.
func TestRunsOfSteps(t *testing.T) {
	p := must(must(PowerLaw(90, 1)).Explicit())
	p = must(p.WithStart(constant(90, 1), constant(90, 0.5)))
	var steps []int
	for _, s := range [][]int{{0, 1, 3}, to(500, 5)[1:], {2600, 2611}, to(100, 3000)[1:], {400_000}} {
		steps = append(steps, s...)
	}
	for _, o := range []Optimizer{SGD(1.9), SGD(2.5), Momentum(0.3, 0.9), Momentum(3.5, 0.9), Nesterov(0.5, 0.99), SGD(1).EMA(0.999), Momentum(0.3, 0.9).EMA(0.5)} {
		c := must(Expect(p, steps, o))
		for k := 0; k < len(steps); k += 13 {
			x := must(Expect(p, steps[k:k+1], o))
			near(t, o.String()+" bias", c.Bias[k], x.Bias[0], 1e-12)
			near(t, o.String()+" noise", c.Noise[k], x.Noise[0], 1e-12)
			near(t, o.String()+" deviation", c.StdDev[k], x.StdDev[0], 1e-12)
		}
	}
}
