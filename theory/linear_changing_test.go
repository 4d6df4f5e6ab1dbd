package theory

import (
	"math"
	"strings"
	"testing"
)

// byStep writes a schedule's heavy ball as matrices that change, with the exact
// factor of each step.
func byStep(alpha, beta float64, factor func(t int) float64) Linear {
	return Linear{Name: "by step", System: func(h float64) System {
		at := func(t int) System {
			a := alpha * factor(t)
			return System{Deviation: [][]float64{{a * h, a * beta}, {-h, 1 - beta}}, Noise: []float64{-a, 1}, Readout: []float64{1, 0}}
		}
		s := at(0)
		s.Step = at
		return s
	}}
}

// A system that changes in every step is the schedule of the same rates, in all that
// both answer.
func TestChangingSystemIsTheSchedule(t *testing.T) {
	const steps = 50
	o := must(Momentum(0.3, 0.9).Linear().Over(steps))
	mine := byStep(0.3, 0.9, func(t int) float64 { return float64(max(steps-t, 0)) / steps })
	p := must(LogUniform(6, 1, 1e-3))
	streaming := p
	streaming.Streaming = true
	at := []int{0, 1, 2, 25, 50, 70}
	for _, q := range []Problem{p, streaming} {
		a, b := must(Expect(q, at, o)), must(Expect(q, at, mine))
		for k := range at {
			near(t, "loss", b.Loss[k], a.Loss[k], 1e-13)
			if !q.Streaming {
				near(t, "deviation", b.StdDev[k], a.StdDev[k], 1e-13)
			}
		}
		if !strings.Contains(b.NoFloor, "the limit of by step is not known") || b.Floor != 0 {
			t.Errorf("floor %v, %q", b.Floor, b.NoFloor)
		}
	}
	a, b := must(StepsToTarget(p, 0.5, o.Batch(64), 0)), must(StepsToTarget(p, 0.5, mine.Batch(64), 60))
	if a.Steps != b.Steps || b.Outcome != Reached {
		t.Errorf("%v, by its matrices %v", a, b)
	}
	c, d := must(LossQuantiles(p, 30, o, 0.1, 0.9)), must(LossQuantiles(p, 30, mine, 0.1, 0.9))
	near(t, "quantile", d[0], c[0], 1e-9)
	near(t, "quantile", d[1], c[1], 1e-9)
}

// Stretches are powered: pieces of 10^14 steps are the schedule's, and so is the limit.
func TestChangingStretchesArePowered(t *testing.T) {
	factors, ends := []float64{1, 0.25, 0.5}, []int{0, 20, 1e14}
	o := Momentum(0.3, 0.9).Segments(Segment{Steps: 20, From: 1}, Segment{Steps: 1e14 - 20, From: 0.25}, Segment{Steps: 1, From: 0.5})
	mine := byStep(0.3, 0.9, func(t int) float64 {
		for k := 2; ; k-- {
			if ends[k] <= t {
				return factors[k]
			}
		}
	})
	own := mine.System
	mine.System = func(h float64) System {
		s := own(h)
		s.Changes = ends
		return s
	}
	at := []int{0, 1, 19, 20, 21, 1000, 1e14 - 1, 1e14, 1e14 + 5, 1e15}
	for _, h := range []float64{1e-9, 0.1, 1, 6} {
		a, b := o.engine(h, 1), mine.engine(h, 1)
		for _, t0 := range at {
			x, y := a.At(t0), b.At(t0)
			near(t, "noise", y.Noise, x.Noise, 1e-12)
			if math.Abs(x.Factor-y.Factor) > 1e-13 {
				t.Errorf("h = %v, t = %d: factor %v, want %v", h, t0, y.Factor, x.Factor)
			}
		}
		near(t, "limit", b.Limit().Noise, a.Limit().Noise, 1e-12)
	}
}

// The readout may change: a moving average that is divided by what it lacks, as a
// system of one's own, against the plain average of the literal rule.
func TestChangingReadout(t *testing.T) {
	const alpha, gamma = 0.3, 0.9
	mine := Linear{System: func(h float64) System {
		at := func(t int) System {
			return System{State: [][]float64{{1 - alpha*h, 0}, {(1 - gamma) * (1 - alpha*h), gamma}}, Noise: []float64{-alpha, -alpha * (1 - gamma)},
				Readout: []float64{0, 1 / (1 - math.Pow(gamma, float64(t+1)))}}
		}
		s := at(0)
		s.Step, s.Readout, s.Start = at, []float64{1, 0}, []float64{1, 0}
		s.Changes = nil
		return s
	}}
	const h = 0.7
	theta, noise := []float64{1}, [][]float64{nil}
	for k := 1; k <= 12; k++ { // θ_k and its weights on ε_1, ..., ε_k
		theta = append(theta, (1-alpha*h)*theta[k-1])
		var w []float64
		for _, v := range noise[k-1] {
			w = append(w, (1-alpha*h)*v)
		}
		noise = append(noise, append(w, -alpha))
		var sum, weight float64
		weights := make([]float64, k)
		for j := 1; j <= k; j++ {
			g := math.Pow(gamma, float64(k-j))
			weight += g
			sum += g * theta[j]
			for i, v := range noise[j] {
				weights[i] += g * v
			}
		}
		var variance float64
		for _, v := range weights {
			variance += v * v / weight / weight
		}
		r := mine.Mode(h, 1).At(k)
		near(t, "factor", r.Factor, sum/weight, 1e-14)
		near(t, "noise", r.Noise, variance, 1e-14)
	}
}

// Mistakes in a step are found where it is, and questions without an answer say why.
func TestChangingMistakes(t *testing.T) {
	good := System{State: [][]float64{{0.5}}, Noise: []float64{1}, Readout: []float64{1}}
	with := func(step func(t int) System, changes ...int) Linear {
		return Linear{Name: "mine", System: func(float64) System {
			s := good
			s.Step, s.Changes = step, changes
			return s
		}}
	}
	same := func(int) System { return good }
	bad := func(t int) System {
		s := good
		if t >= 100 {
			s.Noise = []float64{math.Inf(1)}
		}
		return s
	}
	wide := func(int) System {
		return System{State: [][]float64{{1, 0}, {0, 1}}, Noise: []float64{1, 0}, Readout: []float64{1, 0}}
	}
	p := must(List(1, 0.5))
	for want, err := range map[string]error{
		"in step 100: Noise[0] = +Inf: want a finite":            with(bad).Validate(),
		"in step 200: Noise[0] = +Inf":                           with(bad, 0, 200).Validate(),
		"in step 0: 2 variables: want 1":                         with(wide).Validate(),
		"Changes[0] = 3: want increasing steps that begin with":  with(same, 3).Validate(),
		"Changes[2] = 5: want increasing":                        with(same, 0, 5, 5).Validate(),
		"Changes and no Step":                                    with(nil, 0).Validate(),
		"an empty list of Changes":                               with(same, []int{}...).Validate(),
		"mine has no rate: its matrices change":                  second(RateOf(p, with(same))),
		"the limit of mine is not known: it changes in every":    second(SteadyVariance(with(same), 1, 1)),
		"a method that changes in every step is followed step b": second(ExpectedLoss(p, 1e12, with(same))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A mistake in a step that no validation looks at ends the question where it is taken.
func TestMistakesInLaterSteps(t *testing.T) {
	good := System{State: [][]float64{{0.5}}, Noise: []float64{1}, Readout: []float64{1}}
	p := must(List(1, 0.5))
	all := make([]int, 300)
	for k := range all {
		all[k] = k
	}
	for want, wrong := range map[string]System{
		"State[0][0] = NaN":              {State: [][]float64{{math.NaN()}}, Noise: []float64{1}, Readout: []float64{1}},
		"2 variables: want 1":            {State: [][]float64{{1, 0}, {0, 1}}, Noise: []float64{1, 0}, Readout: []float64{1, 0}},
		"State has 0 rows":               {},
		"Readout[0] = +Inf":              {State: [][]float64{{0.5}}, Noise: []float64{1}, Readout: []float64{math.Inf(1)}},
		"Noise has 2 entries":            {State: [][]float64{{0.5}}, Noise: []float64{1, 2}, Readout: []float64{1}},
		"it has a State and a Deviation": {State: [][]float64{{0.5}}, Deviation: [][]float64{{0.5}}, Noise: []float64{1}, Readout: []float64{1}},
	} {
		for _, changes := range [][]int{nil, all} {
			m := Linear{Name: "mine", System: func(float64) System {
				s := good
				s.Changes, s.Step = changes, func(t int) System {
					if t == 137 {
						return wrong
					}
					return good
				}
				return s
			}}
			for name, ask := range map[string]func() error{
				"Expect":        func() error { return second(Expect(p, []int{200}, m)) },
				"Moments":       func() error { return second(Moments(p, 200, m)) },
				"StepsToTarget": func() error { return second(StepsToTarget(p, 1e-9, m, 200)) },
				"LossQuantiles": func() error { return second(LossQuantiles(p, 200, m, 0.5)) },
			} {
				func() {
					defer func() {
						err, ok := recover().(error)
						if !ok || !strings.Contains(err.Error(), "theory: mine at curvature ") || !strings.Contains(err.Error(), "in step 137: "+want) {
							t.Errorf("%s, %d changes: %v, want %q", name, len(changes), err, want)
						}
					}()
					t.Errorf("%s: %v", name, ask())
				}()
			}
		}
	}
}
