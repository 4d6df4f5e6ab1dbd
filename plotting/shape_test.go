package plotting

import (
	"math"
	"math/rand/v2"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// Contours over paths are drawn in their true shape, whatever the room.
func TestPathsHaveEqualAxes(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 6))
	for range 20 {
		p := nqmkit.TwoDirections(math.Exp(5*rng.Float64()), math.Exp(2*rng.Float64()))
		f := must(FigureOf(nqmkit.Paths(p, 30, nqmkit.Trials(2, 1), nqmkit.SGD(0.001))))
		if rng.IntN(2) == 0 {
			f = SideBySide("two", f, f)
			f.Columns = 1 + rng.IntN(2)
		}
		for _, one := range f.Panels {
			v := one.view()
			width, height := 50+400*rng.Float64(), 50+400*rng.Float64()
			w := v.to(width, height)
			x, y := (w.X.Max-w.X.Min)/width, (w.Y.Max-w.Y.Min)/height
			if !one.Equal || math.Abs(x/y-1) > 1e-9 || w.X.Min > v.X.Min || w.X.Max < v.X.Max || w.Y.Min > v.Y.Min || w.Y.Max < v.Y.Max {
				t.Errorf("%v on %v by %v: %v and %v units in a point", p, width, height, x, y)
			}
		}
	}
	f := oneSeries(Axis{Scale: Log10}, Axis{}, Series{X: Values{1, 2}, Y: Values{1, 2}, Color: blue})
	if f.Panels[0].Equal = true; f.Validate() == nil {
		t.Error("a logarithmic axis is drawn equal to a linear one")
	}
}

// The circle of a still image is round.
func TestStillCirclesAreRound(t *testing.T) {
	circle := Series{Color: blue}
	for k := range 200 {
		circle.X = append(circle.X, math.Cos(2*math.Pi*float64(k)/199))
		circle.Y = append(circle.Y, math.Sin(2*math.Pi*float64(k)/199))
	}
	f := oneSeries(Axis{Label: "x"}, Axis{Label: "y"}, circle)
	f.Panels[0].Equal = true
	for _, columns := range []int{1, 2, 3} {
		g := SideBySide("circles", f, f, f)
		g.Columns = columns
		lines := inkOfStill(g).lines[:199]
		lowX, highX, lowY, highY := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
		for _, l := range lines {
			lowX, highX = min(lowX, l[1].X.Points()), max(highX, l[1].X.Points())
			lowY, highY = min(lowY, l[1].Y.Points()), max(highY, l[1].Y.Points())
		}
		if ratio := (highX - lowX) / (highY - lowY); math.Abs(ratio-1) > 0.01 {
			t.Errorf("%d columns: a circle is %.3f times as wide as high", columns, ratio)
		}
	}
}

// The axis of steps is linear where a method has a schedule.
func TestSchedulesHaveALinearAxis(t *testing.T) {
	p := nqmkit.List(1, 0.1)
	for _, o := range []theory.Optimizer{nqmkit.SGD(0.3).Cosine(), nqmkit.Momentum(0.1, 0.9).Linear(), nqmkit.SGD(0.3).WSD(10, 200)} {
		for name, value := range map[string]any{
			"curves": nqmkit.Expect(p, 3000, nqmkit.SGD(0.3), o), "fan": nqmkit.LossFan(p, 3000, o),
			"sampled": nqmkit.Sample(p, 3000, fiveRuns, o), "split": LossSplit(nqmkit.Expect(p, 3000, o)),
			"check": nqmkit.Check(p, 3000, fiveRuns, o), "compare": nqmkit.Compare(p, 3000, fiveRuns, nqmkit.SGD(0.1), o),
		} {
			if x := must(FigureOf(value)).Panels[0].X; x.Scale != Linear {
				t.Errorf("%s of %v: steps on a scale %q", name, o, x.Scale)
			}
		}
	}
	if x := must(FigureOf(nqmkit.Expect(p, 3000, nqmkit.SGD(0.3)))).Panels[0].X; x.Scale != Log10 {
		t.Errorf("without a schedule: %q", x.Scale)
	}
}

// A smooth line has no kink that is seen, however few curvatures are given.
func TestAmplificationIsSmooth(t *testing.T) {
	for _, n := range []int{2, 3, 12, 80} {
		f := must(NoiseAmplification(geometric(1e-3, 99, n), nqmkit.SGD(0.02), nqmkit.SGD(0.01), nqmkit.SGD(0.04), nqmkit.Momentum(0.02, 0.9), nqmkit.SGD(0.02).EMA(0.99)))
		v := f.Panels[0].view()
		for _, s := range v.Series {
			before := math.NaN()
			for k := 1; k < len(s.X); k++ {
				dx := v.X.Normalize(v.X.Min, v.X.Max, s.X[k]) - v.X.Normalize(v.X.Min, v.X.Max, s.X[k-1])
				dy := v.Y.Normalize(v.Y.Min, v.Y.Max, s.Y[k]) - v.Y.Normalize(v.Y.Min, v.Y.Max, s.Y[k-1])
				angle := math.Atan2(dy, dx) * 180 / math.Pi
				if turn := math.Abs(angle - before); turn > 12 && math.Hypot(dx, dy) > 1e-3 {
					t.Errorf("%d curvatures: %s turns by %.0f degrees at %v", n, s.Name, turn, s.X[k])
				}
				before = angle
			}
		}
	}
}

// An average has no noise in the end: there is no line to bend.
func TestAmplificationOfAnAverage(t *testing.T) {
	f := must(NoiseAmplification(geometric(0.01, 1, 5), nqmkit.SGD(0.1), nqmkit.SGD(0.1).Average(), nqmkit.SGD(0.2)))
	if n := len(f.Panels[0].Series[0].X); n > 0 {
		t.Errorf("a line of %d points without a number", n)
	}
}

// A phase map is grey exactly where momentum diverges: no cell that holds a stable
// pair is grey, and the mask begins at the border.
func TestPhaseMapsAreMaskedByTheBorder(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 9))
	for _, p := range []theory.Problem{nqmkit.TwoDirections(50, 1), nqmkit.PowerLaw(100, 1), nqmkit.TwoDirections(3, 2)} {
		f := must(FigureOf(nqmkit.PhaseMap(p)))
		if len(f.notes()) > 0 {
			t.Errorf("notes: %q", f.notes())
		}
		var heat, mask Series
		var levels Values
		for _, s := range f.Panels[0].Series {
			switch {
			case s.Kind == KindHeat:
				heat = s
			case s.masks():
				mask = s
			case s.Kind == KindContour:
				levels = s.Levels
			}
		}
		if mask.End != "diverges" || len(levels) < 2 {
			t.Errorf("mask %q, levels %v", mask.End, levels)
		}
		x, y := cellEdges(Axis{}, heat.X), cellEdges(Axis{}, heat.Y)
		for range 400 {
			alpha, beta := rng.Float64()*mask.X[1], rng.Float64()
			stable := alpha < must(theory.StabilityLimit(p, nqmkit.Momentum(alpha, beta)))
			height := mask.High[1] * (alpha - mask.X[0]) / (mask.X[1] - mask.X[0])
			if masked := beta < height; masked == stable {
				t.Fatalf("α = %v, β = %v: masked %t, stable %t", alpha, beta, masked, stable)
			}
			for i := range heat.X {
				for j := range heat.Y {
					if stable && x[i] <= alpha && alpha < x[i+1] && y[j] <= beta && beta < y[j+1] && math.IsInf(heat.Z[j*len(heat.X)+i], 1) {
						t.Errorf("α = %v, β = %v is stable, and grey", alpha, beta)
					}
				}
			}
		}
	}
}
