package theory

import (
	"math"
	"math/rand/v2"
	"testing"

	"nqm/theory/longtest"
)

// spacings are 600 steps at equal distances, at whole parts of equal fractions of
// stride and a bit, and at distances of stride and one more by chance.
func spacings(rng *rand.Rand, first, stride int) [][]int {
	equal, fractions, chance := []int{first}, []int{first}, []int{first}
	rest, p := rng.Float64(), rng.Float64()
	for k := 1; k < 600; k++ {
		equal = append(equal, first+k*stride)
		fractions = append(fractions, first+k*stride+int(rest*float64(k)))
		more := 0
		if rng.Float64() < p {
			more = 1
		}
		chance = append(chance, chance[k-1]+stride+more)
	}
	return [][]int{equal, fractions, chance}
}

// Steps that are equally spaced but for rounding are one run, however they were
// rounded; spaced by ratios they are none, and no step is in two places.
func TestAlmostEqualStepsAreOneRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 15))
	for range 300 {
		n := 2*worthwhile + rng.IntN(300)
		last := float64(n) * (1 + math.Exp(12*rng.Float64()))
		for name, round := range map[string]func(float64) float64{"floor": math.Floor, "ceil": math.Ceil, "round": math.Round} {
			var steps []int
			for k := range n {
				steps = append(steps, int(round(last*float64(k)/float64(n))))
			}
			if runs, single := runsOf(steps); len(runs) != 1 || len(single) != 0 {
				t.Errorf("%s of %d steps to %v: %d runs and %d single steps", name, n, last, len(runs), len(single))
			}
		}
		var steps []int
		for at := 0; len(steps) < 200; at += 1 + rng.IntN(1+rng.IntN(4)) {
			steps = append(steps, at)
		}
		runs, single := runsOf(steps)
		seen := make([]int, len(steps))
		for _, k := range single {
			seen[k]++
		}
		for _, r := range runs {
			for k := r.from; k < r.to; k++ {
				seen[k]++
				if k > r.from {
					if d := steps[k] - steps[k-1] - r.stride; d != 0 && (d != 1 || r.more == nil || r.more[k-1-r.from] != 1) {
						t.Errorf("a distance of %d in a run of %d", steps[k]-steps[k-1], r.stride)
					}
				}
			}
		}
		for k, n := range seen {
			if n != 1 {
				t.Errorf("step %d is taken %d times", k, n)
			}
		}
	}
	var ratios []int
	for k := range 200 {
		ratios = append(ratios, int(100*math.Pow(1.1, float64(k))))
	}
	if runs, _ := runsOf(ratios); len(runs) != 0 {
		t.Errorf("steps at equal ratios have %d runs", len(runs))
	}
}

// The recurrence along equally and almost equally spaced steps against the closed form
// them: |A| relative to its envelope, noise relative to itself, 10^-12.
func TestStridesAgainstTheClosedForm(t *testing.T) {
	t.Parallel()
	var worst [2]float64
	followed, asked := 0, 0
	rng := rand.New(rand.NewPCG(5, 15))
	for n, r := range closed() {
		if !longtest.Wanted() && n%4 != 0 {
			continue
		}
		for _, h := range curvatures(r.method.(Optimizer)) {
			mode := r.method.Mode(h, 1)
			for _, stride := range []int{1, 5, 77, 10_000, 1e9} {
				for _, first := range []int{0, 1, 1000} {
					for _, steps := range spacings(rng, first, stride) {
						asked++
						run, s := newRun(steps, 0, len(steps), stride), newPartialSums(len(steps))
						w := weights{half: 0.5, start: 1, spread: 0.25, mean: 1.5, twice: 2}
						if !mode.(strider).follow(w, run, s) {
							continue
						}
						followed++
						for k := 0; k < len(steps); k += 7 {
							steps := steps[k]
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
