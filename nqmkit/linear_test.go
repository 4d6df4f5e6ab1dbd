package nqmkit_test

import (
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// What samples a Linear fails with the sentence of the closed form where its
// system is wrong at a curvature, first, last or between.
func TestLinearFaultIsASentence(t *testing.T) {
	for _, wrong := range []float64{1, 0.5, 0.125} {
		for kind := range 4 {
			m := theory.Linear{Name: "mine", System: func(h float64) theory.System {
				s := theory.System{State: [][]float64{{1 - 0.1*h}}, Noise: []float64{-0.1}, Readout: []float64{1}}
				if h == wrong {
					switch kind {
					case 0:
						s.Noise = nil
					case 1:
						s.Readout = []float64{2}
					case 2:
						s.State = [][]float64{{1, 0}}
					case 3:
						s.Readout = []float64{1, 1}
					}
				}
				return s
			}}
			p, runs := nqmkit.List(1, 0.5, 0.25, 0.125, 0.125), nqmkit.Trials(20, 1)
			_, want := theory.Expect(nqmkit.List(2, wrong), []int{3}, m)
			if want == nil {
				if _, want = theory.Expect(nqmkit.List(wrong), []int{3}, m); want == nil {
					t.Fatal("no error on a list")
				}
			}
			sentence, _, _ := strings.Cut(want.Error(), " (Curvature")
			for name, ask := range map[string]func(){
				"Sample":    func() { nqmkit.Sample(p, 5, runs, m) },
				"SkipAhead": func() { nqmkit.SkipAhead(p, []int{5}, runs, m) },
				"Paths":     func() { nqmkit.Paths(p, 5, runs, m) },
				"Compare":   func() { nqmkit.Compare(p, 5, runs, nqmkit.SGD(0.1), m) },
				"target":    func() { nqmkit.SampleStepsToTarget(p, 0.5, 3, runs, m) },
			} {
				if got := panicOf(ask); !strings.HasPrefix(got, sentence) {
					t.Errorf("%s, kind %d at %v: %q, want %q", name, kind, wrong, got, sentence)
				}
			}
		}
	}
}
