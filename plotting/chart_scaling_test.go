package plotting

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"nqm/theory"
)

// scaling tunes three methods on a grid of settings, by trying all of them.
var scaling = sync.OnceValue(func() theory.Scaling {
	p := must(theory.PowerLaw(200, 1))
	s := theory.Scaling{Problem: p.String(), Target: 0.02, MaximumLikelihood: 200 / (2 * 0.02)}
	s.BayesSamples = must(theory.BayesSamples(p, s.Target))
	for e := 0; e <= 16; e += 2 {
		s.BatchSizes = append(s.BatchSizes, math.Exp2(float64(e)))
	}
	rates := geometric(1e-3, 1.9, 24)
	var sgd, ball, half []theory.Optimizer
	for _, alpha := range rates {
		sgd = append(sgd, theory.SGD(alpha))
		half = append(half, theory.SGD(alpha).Precondition(0.5))
		for _, beta := range []float64{0.5, 0.8, 0.9, 0.95, 0.98} {
			ball = append(ball, theory.Momentum(alpha*(1-beta), beta))
		}
	}
	s.Curves = []theory.ScalingCurve{
		tunedOn(p, s, sgd, "learning rate"), tunedOn(p, s, ball, "learning rate", "momentum"), tunedOn(p, s, half, "learning rate"),
	}
	return s
})

// fixed is a scaling whose settings are given: the target is out of reach of
// small batches, and one method diverges.
var fixed = sync.OnceValue(func() theory.Scaling {
	s := scaling()
	p := must(theory.PowerLaw(200, 1))
	s.Curves = []theory.ScalingCurve{
		tunedOn(p, s, []theory.Optimizer{theory.SGD(0.3)}), tunedOn(p, s, []theory.Optimizer{theory.Momentum(0.02, 0.9)}),
		tunedOn(p, s, []theory.Optimizer{theory.SGD(2.1)}),
	}
	return s
})

func tunedOn(p theory.Problem, s theory.Scaling, grid []theory.Optimizer, free ...string) theory.ScalingCurve {
	c := theory.ScalingCurve{Family: grid[0].Family(), Perfect: math.Inf(1), Fewest: math.MaxInt}
	for _, b := range s.BatchSizes {
		best := theory.Tuned{Problem: s.Problem, Family: c.Family, Free: free, Target: s.Target, Optimizer: grid[0].Batch(b)}
		best.Steps = must(theory.StepsToTarget(p, s.Target, best.Optimizer, 0))
		for _, o := range grid[1:] {
			t := must(theory.StepsToTarget(p, s.Target, o.Batch(b), 0))
			if t.Outcome == theory.Reached && (best.Steps.Outcome != theory.Reached || t.Steps < best.Steps.Steps) {
				best.Optimizer, best.Steps = o.Batch(b), t
			}
		}
		c.Points = append(c.Points, best)
		if best.Steps.Outcome == theory.Reached {
			c.Perfect, c.Fewest = min(c.Perfect, best.Samples()), min(c.Fewest, best.Steps.Steps)
		}
	}
	if math.IsInf(c.Perfect, 1) {
		c.Fewest = -1
		return c
	}
	c.Critical = []theory.CriticalBatch{overhead(c), hyperbola(c), {Definition: "B_noise", BatchSize: must(theory.SummaryOf(p)).NoiseScale}}
	return c
}

// overhead is the batch size that takes 20% more samples than the least,
// interpolated like the line of the figure.
func overhead(c theory.ScalingCurve) theory.CriticalBatch {
	r := theory.CriticalBatch{Definition: "20% overhead", BatchSize: math.NaN()}
	for k := 1; k < len(c.Points); k++ {
		low, high := c.Points[k-1], c.Points[k]
		a, b := low.Samples()/c.Perfect, high.Samples()/c.Perfect
		if a <= 1.2 && b > 1.2 {
			share := math.Log(1.2/a) / math.Log(b/a)
			r.BatchSize = low.Optimizer.BatchSize * math.Pow(high.Optimizer.BatchSize/low.Optimizer.BatchSize, share)
		}
	}
	return r
}

// hyperbola fits T = Smin + Emin/B by least squares of relative errors.
func hyperbola(c theory.ScalingCurve) theory.CriticalBatch {
	var ww, wx, xx, wy, xy float64
	for _, t := range c.Points {
		if t.Steps.Outcome == theory.Reached {
			w := 1 / float64(t.Steps.Steps)
			x := w / t.Optimizer.BatchSize
			ww, wx, xx, wy, xy = ww+w*w, wx+w*x, xx+x*x, wy+w, xy+x
		}
	}
	det := ww*xx - wx*wx
	steps, samples := (wy*xx-wx*xy)/det, (ww*xy-wx*wy)/det
	return theory.CriticalBatch{Definition: "hyperbola", BatchSize: samples / steps, MinSteps: steps, MinSamples: samples}
}

// seriesOf returns the series of a name and kind in a panel.
func seriesOf(p Panel, name string, kind Kind) []Series {
	var found []Series
	for _, s := range p.Series {
		if s.Name == name && s.Kind == kind {
			found = append(found, s)
		}
	}
	return found
}

// one returns the only series of a name and kind.
func one(t *testing.T, p Panel, name string, kind Kind) Series {
	t.Helper()
	found := seriesOf(p, name, kind)
	if len(found) != 1 {
		t.Fatalf("%d series %q, want 1", len(found), name)
	}
	return found[0]
}

func TestBatchScalingShowsWhatWasFound(t *testing.T) {
	s := scaling()
	p := must(FigureOf(s)).Panels[0]
	if p.X.Scale != Log2 || p.Y.Scale != Log10 {
		t.Errorf("scales %q and %q", p.X.Scale, p.Y.Scale)
	}
	for i, name := range []string{"SGD", "momentum", "SGD, p=0.5"} {
		line := one(t, p, name, KindLine)
		if l := lookOf(s.Curves[i].Family); line.Color != l.color || line.Dash != l.dash || line.End != name {
			t.Errorf("%s is drawn as %+v", name, line)
		}
		for k, point := range s.Curves[i].Points {
			if line.X[k] != point.Optimizer.BatchSize || line.Y[k] != float64(point.Steps.Steps) {
				t.Errorf("%s at B = %v: %v steps, want %d", name, line.X[k], line.Y[k], point.Steps.Steps)
			}
		}
	}
	for _, c := range []struct {
		name    string
		samples float64
	}{{"Bayes bound", s.BayesSamples}, {"maximum likelihood", s.MaximumLikelihood}} {
		line := one(t, p, c.name, KindLine)
		for k := range line.X {
			if got := line.X[k] * line.Y[k]; math.Abs(got/c.samples-1) > 1e-12 {
				t.Errorf("%s at B = %v: %v samples, want %v", c.name, line.X[k], got, c.samples)
			}
		}
	}
	area := one(t, p, "Bayes bound", KindBand)
	for _, line := range p.Series {
		for k := range line.X {
			for j := range area.X {
				if line.Marker != Plain && line.X[k] == area.X[j] && line.Y[k] < area.High[j] {
					t.Errorf("%s lies below the Bayes bound at B = %v", line.Name, line.X[k])
				}
			}
		}
	}
	for i, stick := range seriesOf(p, "perfect scaling", KindLine) {
		c := s.Curves[i]
		for k := range stick.X {
			if want := max(c.Perfect/stick.X[k], float64(c.Fewest)); math.Abs(stick.Y[k]/want-1) > 1e-12 {
				t.Errorf("%s: asymptote %v at B = %v, want %v", c.Family, stick.Y[k], stick.X[k], want)
			}
		}
	}
}

// A critical batch size by overhead is where the line itself has 20% more
// samples than the least.
func TestCriticalBatchSizesLieOnTheLines(t *testing.T) {
	s := scaling()
	f := BatchScaling(s)
	mark := one(t, f.Panels[0], "critical: 20% overhead", KindPoints)
	for i, c := range s.Curves {
		if got := mark.X[i] * mark.Y[i] / c.Perfect; math.Abs(got-1.2) > 1e-9 {
			t.Errorf("%s: the mark has %v times the least samples", c.Family, got)
		}
	}
	if noise := one(t, f.Panels[0], "B_noise", KindPoints); len(noise.X) != 3 || noise.Marker == mark.Marker {
		t.Errorf("B_noise is marked %d times, as %q", len(noise.X), noise.Marker)
	}
	other := one(t, TradeOff(s).Panels[0], "critical: 20% overhead", KindPoints)
	for i := range mark.X {
		if math.Abs(other.X[i]/mark.Y[i]-1) > 1e-12 || math.Abs(other.Y[i]/(mark.X[i]*mark.Y[i])-1) > 1e-12 {
			t.Errorf("the trade-off has the mark at (%v, %v)", other.X[i], other.Y[i])
		}
	}
}

func TestUnreachedPointsAreGapsWithANote(t *testing.T) {
	f := must(FigureOf(fixed()))
	line := one(t, f.Panels[0], "SGD, α=0.3", KindLine)
	if line.X[0] != 64 {
		t.Errorf("SGD starts at B = %v", line.X[0])
	}
	if len(seriesOf(f.Panels[0], "SGD, α=2.1", KindLine)) != 0 {
		t.Error("a method that diverges has a line")
	}
	notes := strings.Join(f.notes(), "\n")
	for _, want := range []string{"SGD, α=0.3, B = 1, 4, 16: never reaches the target.", "SGD, α=2.1, B = 1 … 2¹⁶ (9 of them): diverges.", "Critical batch size by B_noise, off the line: 1.3"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note %q in:\n%s", want, notes)
		}
	}
}

// changed returns a copy of the scaling with one method, whose points are
// changed.
func changed(change func(points []theory.Tuned) []theory.Tuned) theory.Scaling {
	s := scaling()
	c := s.Curves[0]
	c.Points = change(slices.Clone(c.Points))
	s.Curves = []theory.ScalingCurve{c}
	return s
}

func TestAGapDividesALine(t *testing.T) {
	s := changed(func(points []theory.Tuned) []theory.Tuned {
		points[4].Steps.Outcome, points[4].Steps.Steps, points[4].Steps.Checked = theory.NotWithinLimit, -1, 500
		return points
	})
	for _, f := range []Figure{BatchScaling(s), TradeOff(s), BestSettings(s)} {
		if got := len(seriesOf(f.Panels[0], "SGD", KindLine)); got != 2 {
			t.Errorf("%q: %d stretches, want 2", f.Title, got)
		}
		if notes := f.notes(); len(notes) == 0 || !strings.Contains(strings.Join(notes, ""), "SGD, B = 256: not within 500 steps.") {
			t.Errorf("%q: notes %q", f.Title, notes)
		}
		if _, err := FigureOf(f); err != nil {
			t.Errorf("%q: %v", f.Title, err)
		}
	}
}

func TestAPartialScalingSaysSo(t *testing.T) {
	s := changed(func(points []theory.Tuned) []theory.Tuned { return append(points[:2], points[3:5]...) })
	s.Partial = true
	f := BatchScaling(s)
	if notes := strings.Join(f.notes(), " "); !strings.Contains(notes, "Partial: an interrupt left 5 of 9 points out.") {
		t.Errorf("notes %q", notes)
	}
	parts := seriesOf(f.Panels[0], "SGD", KindLine)
	if len(parts) != 2 || parts[1].X[0] != 64 {
		t.Errorf("the point in the middle that is missing is drawn: %v", parts)
	}
	none := changed(func([]theory.Tuned) []theory.Tuned { return nil })
	none.Partial = true
	for _, f := range []Figure{BatchScaling(none), TradeOff(none), BestSettings(none)} {
		if _, err := FigureOf(f); err != nil {
			t.Errorf("%q of an interrupt before the first point: %v", f.Title, err)
		}
	}
}

// Nothing was reached: the picture says so, and Show does not fail.
func TestAScalingThatReachesNothing(t *testing.T) {
	s := changed(func(points []theory.Tuned) []theory.Tuned {
		for k := range points {
			points[k].Steps.Outcome, points[k].Steps.Steps = theory.Never, -1
		}
		return points
	})
	s.Curves[0].Perfect, s.Curves[0].Fewest, s.Curves[0].Critical = math.Inf(1), -1, nil
	for _, f := range []Figure{BatchScaling(s), TradeOff(s), BestSettings(s)} {
		for _, e := range []string{".svg", ".html", ".csv", ".json"} {
			data, err := encodeFile(e, f)
			if err != nil {
				t.Errorf("%q%s: %v", f.Title, e, err)
			}
			if e == ".svg" && !strings.Contains(string(data), "nothing to draw") {
				t.Errorf("%q does not say that there is nothing", f.Title)
			}
		}
		if !strings.Contains(f.plainText(), "never") {
			t.Errorf("%q: %s", f.Title, f.plainText())
		}
	}
}

func TestTradeOffAndSettings(t *testing.T) {
	s := scaling()
	line := one(t, TradeOff(s).Panels[0], "momentum", KindLine)
	for k, x := range line.X {
		point := s.Curves[1].Points[len(line.X)-1-k]
		if want := point.Optimizer.BatchSize * x; line.Y[k] != want {
			t.Errorf("%v steps take %v samples, want %v", x, line.Y[k], want)
		}
	}
	f := BestSettings(s)
	if len(f.Panels) != 3 {
		t.Fatalf("%d panels, want learning rate, momentum and effective rate", len(f.Panels))
	}
	if n := len(seriesOf(f.Panels[1], "SGD", KindLine)); n != 0 {
		t.Error("SGD has a momentum")
	}
	rate, rest, effective := one(t, f.Panels[0], "momentum", KindLine), one(t, f.Panels[1], "momentum", KindLine), one(t, f.Panels[2], "momentum", KindLine)
	for k := range rate.Y {
		if math.Abs(rate.Y[k]/rest.Y[k]/effective.Y[k]-1) > 1e-12 {
			t.Errorf("α/(1-β) is %v at α = %v, 1-β = %v", effective.Y[k], rate.Y[k], rest.Y[k])
		}
	}
}

// Curves of one family have names of their own.
func TestScalingNames(t *testing.T) {
	curve := func(o theory.Optimizer, free ...string) theory.ScalingCurve {
		return theory.ScalingCurve{Family: o.Family(), Points: []theory.Tuned{{Optimizer: o, Free: free}}}
	}
	s := theory.Scaling{BatchSizes: []float64{1}, Curves: []theory.ScalingCurve{
		curve(theory.SGD(0.3), "learning rate"), curve(theory.SGD(0.3)), curve(theory.SGD(0.3).Cosine(), "learning rate"),
		curve(theory.Momentum(0.1, 0.9), "learning rate"), curve(theory.Momentum(0.1, 0.9).Precondition(0.5), "learning rate", "momentum"),
		curve(theory.SGD(0.3).EMA(0.99), "learning rate", "EMA decay"), curve(theory.SGD(0.3).Precondition(0.3), "preconditioning power"),
		curve(theory.SGD(0.1), "learning rate"), {Family: "Nesterov"},
	}}
	want := []string{"SGD", "SGD, α=0.3", "SGD, cosine", "momentum, β=0.9", "momentum, p=0.5", "SGD with EMA", "preconditioned SGD, α=0.3", "SGD (2)", "Nesterov"}
	for i, l := range scalingLines(s) {
		if l.name != want[i] {
			t.Errorf("curve %d is %q, want %q", i, l.name, want[i])
		}
	}
}

// The hyperbola of the trade-off is that of its two asymptotes, and stays in
// the picture.
func TestTradeOffHyperbola(t *testing.T) {
	s := published()
	p := TradeOff(s).Panels[0]
	drawn := seriesOf(p, "fitted hyperbola", KindLine)
	if len(drawn) != len(s.Curves) {
		t.Fatalf("%d hyperbolas", len(drawn))
	}
	for i, c := range s.Curves {
		fit := criticalBatch(c, "hyperbola")
		for k, x := range drawn[i].X {
			y := drawn[i].Y[k]
			if got := (x/fit.MinSteps - 1) * (y/fit.MinSamples - 1); math.Abs(got-1) > 1e-6 {
				t.Fatalf("%s: (S/Smin - 1)(E/Emin - 1) = %v at S = %v", c.Family, got, x)
			}
			if y > p.Y.Max*(1+1e-9) {
				t.Errorf("%s leaves the picture at (%v, %v)", c.Family, x, y)
			}
		}
		if math.Abs(fit.MinSamples/fit.MinSteps/fit.BatchSize-1) > 1e-12 {
			t.Errorf("%s: E_min/S_min is %v, critical batch size %v", c.Family, fit.MinSamples/fit.MinSteps, fit.BatchSize)
		}
	}
}

// Where the bounds are not defined, caption and table say so, and nothing is drawn.
func TestScalingBoundsNotDefined(t *testing.T) {
	s := scaling()
	s.BayesSamples, s.MaximumLikelihood = math.NaN(), math.NaN()
	for _, f := range []Figure{BatchScaling(s), TradeOff(s)} {
		if text := f.plainText(); !strings.Contains(text, "not defined under multiplicative noise") || len(f.Panels[0].Regions) != 0 {
			t.Errorf("%q: %s", f.Title, text)
		}
		if _, err := FigureOf(f); err != nil {
			t.Error(err)
		}
	}
}

// Multiplicative noise has no Bayes bound: no word of it.
func TestScalingWithoutABound(t *testing.T) {
	s := scaling()
	s.BayesSamples, s.MaximumLikelihood = 0, 0
	for _, f := range []Figure{BatchScaling(s), TradeOff(s)} {
		text := f.plainText() + strings.Join(f.legend(), "")
		if strings.Contains(text, "Bayes") || strings.Contains(text, "likelihood") || len(f.Panels[0].Regions) != 0 {
			t.Errorf("%q speaks of a bound: %s", f.Title, text)
		}
		if _, err := FigureOf(f); err != nil {
			t.Error(err)
		}
	}
}

// Of one batch size the picture has the point and the bound below it.
func TestScalingOfOneBatchSize(t *testing.T) {
	s := scaling()
	s.BatchSizes = s.BatchSizes[3:4]
	c := s.Curves[0]
	c.Points, c.Critical = c.Points[3:4], []theory.CriticalBatch{{Definition: "hyperbola", BatchSize: math.NaN(), Note: "no"}}
	s.Curves = []theory.ScalingCurve{c}
	f := must(FigureOf(s))
	if p := f.Panels[0]; !p.Y.inside(s.BayesSamples/64) || !p.Y.inside(float64(c.Points[0].Steps.Steps)) {
		t.Errorf("steps from %v to %v", p.Y.Min, p.Y.Max)
	}
	if notes := f.notes(); len(notes) != 0 {
		t.Errorf("notes %q", notes)
	}
}
