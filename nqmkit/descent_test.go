package nqmkit_test

import (
	"math"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// On a quadratic without noise a descent is a sampled run, whose steps are held
// against the closed forms elsewhere.
func TestDescentIsARunWithoutNoise(t *testing.T) {
	p, err := theory.List(3, 0.5, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	p.Noise, p.Mean, p.Variance = nil, []float64{1, -2, 0.5}, nil
	for _, m := range []nqmkit.Sampler{
		nqmkit.SGD(0.2), nqmkit.Momentum(0.1, 0.9), nqmkit.Nesterov(0.1, 0.8), nqmkit.QHM(0.3, 0.9, 0.7),
		nqmkit.SGD(0.2).EMA(0.9), nqmkit.SGD(0.3).Lookahead(3, 0.5), nqmkit.SGD(0.4).Cosine(),
		nqmkit.Adam(0.1), nqmkit.Adam(0.1).Cosine(), nqmkit.RMSProp(0.05), nqmkit.Adam(0.1).EMA(0.5),
	} {
		const steps = 25
		d := nqmkit.NewDescent(m, p.Mean, steps)
		gradient := make([]float64, 3)
		for range steps {
			for i, v := range d.Point() {
				gradient[i] = p.Curvature[i] * v
			}
			d.Step(gradient)
		}
		want := answerAfter(p, steps, m)
		for i, v := range d.Answer() {
			if v != want[i] {
				t.Errorf("%v: θ[%d] = %v after %d steps, want %v", m, i, v, steps, want[i])
			}
		}
		if d.Steps() != steps {
			t.Errorf("%v: %d steps counted, want %d", m, d.Steps(), steps)
		}
	}
}

// answerAfter reads what the results of a run are about, average or not.
func answerAfter(p nqmkit.Problem, t int, m nqmkit.Sampler) []float64 {
	var theta []float64
	for i := range p.Curvature {
		c := nqmkit.Observe(p, []int{t}, nqmkit.Trials(1, 1), nqmkit.Coordinate(i), m)
		theta = append(theta, c[0].Mean[0])
	}
	return theta
}

func TestDescentKnowsItsBatchAndPower(t *testing.T) {
	d := nqmkit.NewDescent(nqmkit.SGD(1).Precondition(0.5).Segments(
		nqmkit.Segment{Steps: 1, From: 1, BatchSize: 3}, nqmkit.Segment{Steps: 1, From: 1, BatchSize: 7}), []float64{1}, 2)
	if d.Power() != 0.5 || d.BatchSize() != 3 {
		t.Errorf("power %v, batch %v: want 0.5 and 3", d.Power(), d.BatchSize())
	}
	if d.Step([]float64{0}); d.BatchSize() != 7 {
		t.Errorf("batch %v in step 1: want 7", d.BatchSize())
	}
}

func TestDescentRefuses(t *testing.T) {
	for want, f := range map[string]func(){
		"-1 steps":         func() { nqmkit.NewDescent(nqmkit.SGD(1), []float64{1}, -1) },
		"0 parameters":     func() { nqmkit.NewDescent(nqmkit.SGD(1), nil, 1) },
		"learning rate -1": func() { nqmkit.NewDescent(nqmkit.SGD(-1), []float64{1}, 1) },
		"parameter 1 in step 1 is NaN": func() {
			d := nqmkit.NewDescent(nqmkit.Momentum(0.1, 0.9).EMA(0.5), []float64{1, 2}, 1)
			defer func() {
				if d.Steps() != 1 || d.Answer()[0] != 0.85 {
					t.Errorf("after a refused gradient: %d steps, %v", d.Steps(), d.Answer())
				}
			}()
			d.Step([]float64{3, 4})
			d.Step([]float64{5, math.NaN()})
		},
		"is -Inf, at 1":   func() { nqmkit.NewDescent(nqmkit.Adam(0.1), []float64{1}, 1).Step([]float64{math.Inf(-1)}) },
		"2 numbers for 1": func() { nqmkit.NewDescent(nqmkit.SGD(1), []float64{1}, 1).Step([]float64{1, 2}) },
		"its matrices": func() {
			nqmkit.NewDescent(theory.Linear{Name: "mine", System: func(h float64) theory.System {
				return theory.System{State: [][]float64{{1 - h}}, Noise: []float64{-1}, Readout: []float64{1}}
			}}, []float64{1}, 1)
		},
	} {
		refuses(t, want, f)
	}
}

func refuses(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("panic %v: want %q in it", err, want)
		}
	}()
	f()
}
