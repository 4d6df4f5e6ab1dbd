package plotting

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
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

// A phase map, over learning rates in a row or over decades, is grey exactly where
// momentum diverges: no cell that holds a stable pair is grey, and the mask begins at the
// border. Its lines of equal numbers lie in the cells in which the rate of the method
// takes that number.
func TestPhaseMapsAreRight(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 9))
	logarithmic := 0
	for _, m := range []theory.PhaseMap{
		nqmkit.PhaseMap(nqmkit.TwoDirections(50, 1)), nqmkit.PhaseMap(nqmkit.PowerLaw(100, 1)), nqmkit.PhaseMap(nqmkit.TwoDirections(3, 2)),
		nqmkit.PhaseMap(nqmkit.PowerLaw(10_000, 1)), nqmkit.PhaseMap(nqmkit.TwoDirections(1e5, 1e-3)), nqmkit.PhaseMap(nqmkit.TwoDirections(1, 1)),
		nqmkit.PhaseMap(nqmkit.TwoDirections(50, 1), nqmkit.LogSpaced(1e-3, 1, 40)...), nqmkit.PhaseMap(nqmkit.PowerLaw(10_000, 1), 0.5, 1, 1.5, 2, 2.5),
	} {
		p := nqmkit.TwoDirections(m.Stiffest, m.Flattest)
		f := must(FigureOf(m))
		if notes := f.notes(); len(notes) > 0 && !strings.Contains(notes[0], "best pair") {
			t.Errorf("notes: %q", notes)
		}
		var heat, mask, lines Series
		for _, s := range f.Panels[0].Series {
			switch {
			case s.Kind == KindHeat:
				heat = s
			case s.masks():
				mask = s
			case s.Kind == KindContour:
				lines = s
			}
		}
		if mask.End != "diverges" {
			t.Errorf("mask %q", mask.End)
		}
		axis, up := f.Panels[0].view().X, f.Panels[0].view().Y
		if axis.Scale == Log10 {
			logarithmic++
		}
		x, y := cellEdges(axis, heat.X), cellEdges(up, heat.Y)
		within := func(edges Values, v float64) int { return sort.SearchFloat64s(edges, v) - 1 }
		for range 400 {
			alpha, beta := axis.inverse(axis.forward(axis.Min)+rng.Float64()*(axis.forward(axis.Max)-axis.forward(axis.Min))), rng.Float64()
			stable := alpha < must(theory.StabilityLimit(p, nqmkit.Momentum(alpha, beta)))
			if height := masked(mask, axis, alpha); beta < height == stable && math.Abs(beta-height) > 1e-3 {
				t.Fatalf("α = %v, β = %v: masked to %v, stable %t", alpha, beta, height, stable)
			}
			if i, j := within(x, alpha), within(y, beta); stable && math.IsInf(heat.Z[j*len(heat.X)+i], 1) {
				t.Errorf("α = %v, β = %v is stable, and grey", alpha, beta)
			}
		}
		drawn := lines.isolines(axis, up)
		if len(drawn) == 0 {
			t.Errorf("%s: no line of equal numbers", f.Subtitle)
		}
		for _, line := range drawn {
			at := line.at[rng.IntN(len(line.at))]
			if steps := nqmkit.Rate(p, nqmkit.Momentum(at[0], max(at[1], 1e-12))).Time; math.Abs(steps/line.level-1) > 1e-3 {
				t.Errorf("%s: the line of %v steps passes (%v, %v), where there are %v", f.Subtitle, line.level, at[0], at[1], steps)
			}
		}
		// and it has all of them: between a faster and a slower pair there is a line
		for range 40 {
			var of [2]float64
			alpha := axis.inverse(axis.forward(axis.Min) + rng.Float64()*(axis.forward(2/m.Stiffest)-axis.forward(axis.Min)))
			for k, beta := range []float64{0.01, 0.2} {
				of[k] = nqmkit.Rate(p, nqmkit.Momentum(alpha, beta)).Time
			}
			for _, level := range roundLevels(heat.zAxis()) {
				if (of[0]-level)*(of[1]-level) < 0 && !slices.ContainsFunc(drawn, func(l isoline) bool { return l.level == level && passes(l, alpha, 0.01, 0.2) }) {
					t.Errorf("%s: at α = %v no line of %v steps between %v and %v", f.Subtitle, alpha, level, of[0], of[1])
				}
			}
		}
	}
	if logarithmic != 4 {
		t.Errorf("%d maps over decades", logarithmic)
	}
}

// masked returns up to which height a mask reaches at a place of an axis.
func masked(mask Series, x Axis, at float64) float64 {
	k := sort.SearchFloat64s(mask.X, at)
	if k == 0 || k == len(mask.X) {
		return 0
	}
	low, high := x.forward(mask.X[k-1]), x.forward(mask.X[k])
	return mask.High[k-1] + (mask.High[k]-mask.High[k-1])*(x.forward(at)-low)/(high-low)
}

// passes reports whether a line passes a place of x between two heights.
func passes(l isoline, x, low, high float64) bool {
	for k := 1; k < len(l.at); k++ {
		a, b := l.at[k-1], l.at[k]
		if (a[0]-x)*(b[0]-x) < 0 && low < max(a[1], b[1]) && min(a[1], b[1]) < high {
			return true
		}
	}
	return false
}
