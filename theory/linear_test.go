package theory

import (
	"math"
	"strings"
	"testing"
)

// A method given by its Deviation keeps a curvature that State has lost to rounding:
// heavy ball, against its closed form.
func TestDeviationKeepsTinyCurvatures(t *testing.T) {
	const alpha, beta = 0.3, 0.9
	byDeviation := func(h float64) System {
		return System{Deviation: [][]float64{{alpha * h, alpha * beta}, {-h, 1 - beta}}, Noise: []float64{-alpha, 1}, Readout: []float64{1, 0}}
	}
	byState := func(h float64) System {
		return System{State: [][]float64{{1 - alpha*h, -alpha * beta}, {h, beta}}, Noise: []float64{-alpha, 1}, Readout: []float64{1, 0}}
	}
	for _, h := range []float64{1e-17, 1e-9, 0.1, 1} {
		for _, steps := range []int{1, 100, 1e9, 1e15} {
			want := Momentum(alpha, beta).Mode(h, 1).At(steps)
			got := Linear{System: byDeviation}.Mode(h, 1).At(steps)
			near(t, "noise", got.Noise, want.Noise, 1e-12)
			if math.Abs(got.Factor-want.Factor) > 1e-12 {
				t.Errorf("h = %g, t = %d: factor %v, want %v", h, steps, got.Factor, want.Factor)
			}
		}
	}
	lost := Linear{System: byState}.Mode(1e-17, 1).At(1e15)
	if want := Momentum(alpha, beta).Mode(1e-17, 1).At(1e15); math.Abs(lost.Factor-want.Factor) < 1e-3 {
		t.Errorf("State has kept h = 10^-17: factor %v", lost.Factor)
	}
}

// The optimizer's rule, as it is given to others, is the optimizer.
func TestRuleIsTheOptimizer(t *testing.T) {
	for _, o := range []Optimizer{SGD(0.3), Momentum(0.3, 0.9), Nesterov(0.2, 0.7), Momentum(0.3, 0.5).Precondition(0.5)} {
		mine := Linear{System: func(h float64) System {
			r := o.Rule(1)
			alpha, x := o.InDirection(h)
			s := System{Readout: make([]float64, len(r.Kick))}
			s.Readout[0] = 1
			for i, kick := range r.Kick {
				row := make([]float64, len(r.Kick))
				for j := range row {
					row[j] = r.Keep[i][j] - x*kick*r.Gradient[j]
				}
				s.Deviation = append(s.Deviation, row)
				s.Noise = append(s.Noise, alpha*kick)
			}
			return s
		}}
		for _, h := range []float64{1e-12, 0.3, 2} {
			for _, steps := range []int{1, 2, 30, 1e6} {
				got, want := mine.Mode(h, 1).At(steps), o.Mode(h, 1).At(steps)
				near(t, o.String(), got.Noise, want.Noise, 1e-12)
				if math.Abs(got.Factor-want.Factor) > 1e-12 {
					t.Errorf("%v, h = %g, t = %d: factor %v, want %v", o, h, steps, got.Factor, want.Factor)
				}
			}
		}
	}
}

func TestBadSystems(t *testing.T) {
	both := System{State: [][]float64{{1}}, Deviation: [][]float64{{0}}, Noise: []float64{1}, Readout: []float64{1}}
	ragged := System{Deviation: [][]float64{{0, 1}, {0}}, Noise: []float64{1, 0}, Readout: []float64{1, 0}}
	for want, s := range map[string]System{
		"a State and a Deviation: want one":       both,
		"Deviation row 1 has 1 entries: want 2":   ragged,
		"Deviation[0][0] = NaN: want a finite":    {Deviation: [][]float64{{math.NaN()}}, Noise: []float64{1}, Readout: []float64{1}},
		"Noise has 2 entries and Deviation has 1": {Deviation: [][]float64{{0}}, Noise: []float64{1, 0}, Readout: []float64{1}},
	} {
		if err := (Linear{System: func(float64) System { return s }}).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
