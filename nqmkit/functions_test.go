package nqmkit_test

import (
	"runtime"
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/shards"
	"nqm/theory"
)

// A function that is nil, a sweep whose results are not its points, and blocks that do not
// belong together end with a sentence.
func TestNoFunctions(t *testing.T) {
	p, one := nqmkit.PowerLaw(10, 1), nqmkit.Trials(2, 1)
	axes := []theory.Axis{{Name: "a", Values: []float64{1, 2}}}
	orPanic := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	for name, call := range map[string]func(){
		"HoldOut":    func() { _, err := theory.HoldOut([]theory.Run{{}}, nil); orPanic(err) },
		"Cached":     func() { nqmkit.Cached[int]("a", 1, nil) },
		"Lanczos":    func() { nqmkit.Lanczos(3, 3, nil, one) },
		"Leading":    func() { nqmkit.Leading(3, 1, 3, nil, 2, nil, 1) },
		"Custom":     func() { nqmkit.Sample(p, 3, one, nqmkit.Custom("a", nil)) },
		"nil update": func() { nqmkit.Sample(p, 3, one, nqmkit.Custom("a", func() nqmkit.Update { return nil })) },
		"CustomRead": func() { nqmkit.Sample(p, 3, one, nqmkit.CustomRead("a", nil)) },
		"nil readout": func() {
			nqmkit.Sample(p, 3, one, nqmkit.CustomRead("a", func() (nqmkit.Update, nqmkit.Readout) { return step, nil }))
		},
		"Sweep":          func() { nqmkit.Sweep[float64]("a", []float64{1}, nil) },
		"Grid":           func() { nqmkit.Grid[float64]("a", []float64{1}, "b", []float64{1}, nil) },
		"SweepAxes":      func() { nqmkit.SweepAxes[float64](axes, nil) },
		"Take":           func() { shards.Take[int](nil, nil) },
		"no blocks":      func() { theory.Together(p, nil) },
		"another length": func() { theory.Together(p, []theory.Curve{{Steps: []int{1}}, {}}) },
		"before":         func() { theory.PointOf(axes, -1) },
		"beyond":         func() { theory.PointOf(axes, 2) },
		"no values":      func() { theory.PointOf([]theory.Axis{{}}, 0) },
		"more results": func() {
			_, err := theory.Sweep[float64]{Results: []float64{1, 2, 3}, Axes: axes}.Records()
			orPanic(err)
		},
	} {
		func() {
			defer func() {
				err, said := recover().(error)
				if _, raw := err.(runtime.Error); !said || raw {
					t.Errorf("%s: %v, want a sentence", name, err)
				}
			}()
			call()
		}()
	}
}

func step(_ int, theta, _ []float64) []float64 { return theta }
