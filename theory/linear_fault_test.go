package theory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// faulty is plain SGD whose system is wrong below a curvature, in one of the ways
// in which a system can be.
func faulty(kind int, below float64) Linear {
	return Linear{Name: "mine", System: func(h float64) System {
		s := System{State: [][]float64{{1 - 0.1*h}}, Noise: []float64{-0.1}, Readout: []float64{1}}
		if h >= below {
			return s
		}
		switch kind {
		case 0:
			s.Noise = nil
		case 1:
			s.Readout = []float64{2}
		case 2:
			s.State = [][]float64{{1, 0}}
		case 3:
			s.State = nil
		case 4:
			s.Readout = []float64{1, 1}
		case 5:
			s.Gradient = []float64{1, 2, 3}
		}
		return s
	}}
}

// A system that is wrong at some curvature is an error of every answer that asks
// there, on a law's directions that are not listed too, and in the words that it
// has on a list.
func TestLinearFaultAlongALaw(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 4))
	p := must(PowerLaw(1_000_000, 1))
	last := 1 / p.Dimension()
	for kind := range 6 {
		below := 1 / (2000 * (1 + 400*rng.Float64()))
		m := faulty(kind, below)
		_, err := Expect(must(List(1, last)), []int{10}, m)
		if err == nil {
			t.Fatalf("kind %d: no error on a list", kind)
		}
		_, mistake, _ := strings.Cut(strings.Split(err.Error(), " (Curvature")[0], fmt.Sprintf("curvature %g: ", last))
		streaming := p
		streaming.Streaming = true
		for name, ask := range map[string]func(p Problem) error{
			"Expect":        func(p Problem) error { return second(Expect(p, []int{10, 20}, m)) },
			"ExpectedLoss":  func(p Problem) error { return second(ExpectedLoss(p, 10, m)) },
			"SteadyState":   func(p Problem) error { _, _, err := SteadyState(p, m); return err },
			"StepsToTarget": func(p Problem) error { return second(StepsToTarget(p, 1, m, 50)) },
			"NoiseScalesOf": func(p Problem) error { return second(NoiseScalesOf(p, []int{10}, m)) },
			"RateOf":        func(p Problem) error { return second(RateOf(p, m)) },
			"LossQuantiles": func(p Problem) error {
				p.Streaming = false
				return second(LossQuantiles(p, 10, m, 0.5))
			},
		} {
			for _, q := range []Problem{p, streaming} {
				if err := ask(q); err == nil || !strings.Contains(err.Error(), mistake) || !strings.Contains(err.Error(), "theory: mine at curvature ") {
					t.Errorf("kind %d, %s: %v, want %q", kind, name, err, mistake)
				}
			}
		}
		// Where it is right it is plain SGD.
		right := faulty(kind, last/2)
		near(t, "loss", must(ExpectedLoss(p, 10, right)), must(ExpectedLoss(p, 10, SGD(0.1))), 1e-9)
	}
}

// A system is asked whether it is right once for each curvature of a list.
func TestLinearIsAskedOnce(t *testing.T) {
	asked := 0
	m := Linear{System: func(h float64) System {
		asked++
		return faulty(0, 0).System(h)
	}}
	p := Problem{Curvature: make([]float64, 10_000)}
	for i := range p.Curvature {
		p.Curvature[i] = 1 / float64(1+i%7)
	}
	if err := m.validateProblem(p); err != nil || asked != 7 {
		t.Errorf("%d times for 7 curvatures: %v", asked, err)
	}
}
