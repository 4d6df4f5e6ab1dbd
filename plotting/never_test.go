package plotting

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// nothingReached are results of every kind that can have no number to draw.
func nothingReached() []sample {
	p := nqmkit.PowerLaw(100, 1)
	never, diverges := nqmkit.StepsToTarget(p, 1e-6, nqmkit.SGD(0.3)), nqmkit.StepsToTarget(p, 0.01, nqmkit.SGD(2.5))
	tunedNever := theory.Tuned{Problem: p.String(), Family: "SGD", Free: []string{"learning rate"}, Target: 1e-6, Optimizer: nqmkit.SGD(0.3), Steps: never}
	unreached := changed(func(points []theory.Tuned) []theory.Tuned {
		for k := range points {
			points[k].Steps = never
		}
		return points
	})
	unreached.Curves[0].Perfect, unreached.Curves[0].Fewest, unreached.Curves[0].Critical = math.Inf(1), -1, nil
	return []sample{
		{"never", never},
		{"diverges", diverges},
		{"both", []theory.Steps{never, diverges}},
		{"at the start", nqmkit.StepsToTarget(p, 100, nqmkit.SGD(0.3))},
		{"tuned", tunedNever},
		{"scaling", unreached},
		{"trade-off", TradeOff(unreached)},
		{"settings", BestSettings(unreached)},
		{"rate", nqmkit.Rate(p, nqmkit.SGD(2.5))},
		{"arrivals", theory.SampledSteps{Problem: p.String(), Method: "SGD", Family: "SGD", Target: 0.1, Trials: 5, Diverged: 5, Limit: 100}},
		{"numbers", []float64{math.Inf(1), math.NaN()}},
	}
}

// An axis has numbers only where something is drawn along it.
func TestNoAxisAroundNothing(t *testing.T) {
	for _, s := range append(nothingReached(), gallery()...) {
		shown := must(onePicture(s.value))
		for i, v := range shown.views() {
			points, lines := 0, 0
			for _, one := range v.Series {
				points += len(one.X)
			}
			for _, r := range v.References {
				if r.Vertical {
					lines++
				}
			}
			if points+lines == 0 && len(v.X.Ticks(v.X.Min, v.X.Max)) > 0 {
				t.Errorf("%s, panel %d: an axis %q from %v to %v with nothing along it", s.name, i, v.X.Label, v.X.Min, v.X.Max)
			}
			if points+len(v.References)-lines == 0 && len(v.Y.Ticks(v.Y.Min, v.Y.Max)) > 0 {
				t.Errorf("%s, panel %d: an axis %q from %v to %v with nothing along it", s.name, i, v.Y.Label, v.Y.Min, v.Y.Max)
			}
		}
		if _, err := encodeFile(".svg", s.value); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

// A frame without an answer stands on the axes of the others.
func TestAFrameWithoutAnAnswer(t *testing.T) {
	p := nqmkit.PowerLaw(100, 1)
	f := must(FramesOf("target", []float64{1e-6, 2, 1.5}, func(target float64) any { return nqmkit.StepsToTarget(p, target, nqmkit.SGD(0.3)) }))
	for k, g := range f.Figures {
		if x := g.Panels[0].X; x.Blank || x.Label != "steps to target T" || x != f.Figures[1].Panels[0].X {
			t.Errorf("frame %d: axis %+v", k, x)
		}
	}
}

// "Never" is said of a method whose every batch size was followed and proved,
// whatever part an interrupt left.
func TestInterruptedIsNotNever(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 7))
	p := nqmkit.PowerLaw(100, 1)
	outcomes := []theory.Steps{
		nqmkit.StepsToTarget(p, 1e-6, nqmkit.SGD(0.3)), nqmkit.StepsToTarget(p, 0.01, nqmkit.SGD(2.5)),
		{Outcome: theory.NotWithinLimit, Steps: -1, Checked: 100},
	}
	for range 100 {
		all, kept, open := true, 0, false
		s := changed(func(points []theory.Tuned) []theory.Tuned {
			var some []theory.Tuned
			mixed, share := 2+rng.IntN(2), []float64{0, 0.5, 1}[rng.IntN(3)]
			for _, one := range points {
				if rng.Float64() >= share {
					all = false
					continue
				}
				one.Steps = outcomes[rng.IntN(mixed)]
				open = open || one.Steps.Outcome == theory.NotWithinLimit
				some = append(some, one)
			}
			kept = len(some)
			return some
		})
		s.Partial = !all
		s.Curves[0].Perfect, s.Curves[0].Fewest, s.Curves[0].Critical = math.Inf(1), -1, nil
		f := BatchScaling(s)
		for what, text := range map[string]string{"table": strings.Join(f.Table.Lines()[1], "|"), "description": f.Alt} {
			if got, want := strings.Contains(text, "never"), all && !open; got != want {
				t.Fatalf("%s of %d points of %d, some open %v: %q", what, kept, len(s.BatchSizes), open, text)
			}
		}
	}
	late := theory.Tuned{Problem: p.String(), Family: "SGD", Target: 0.01, Optimizer: nqmkit.SGD(0.3), Steps: outcomes[2]}
	if text := must(FigureOf(late)).plainText(); strings.Contains(text, "never") {
		t.Errorf("a target that was not reached within the limit: %s", text)
	}
}
