package plotting

import (
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// A picture against samples has every point of the picture against steps, at batch
// size times its place, and the same losses.
func TestAgainstSamples(t *testing.T) {
	p := nqmkit.PowerLaw(20, 1)
	methods := []theory.Method{nqmkit.SGD(0.3).Batch(4), nqmkit.Momentum(0.1, 0.9).Batch(8)}
	curves := nqmkit.Expect(p, 50, methods...)
	split := AgainstSamples(curves, LossSplit)
	sampled := nqmkit.Sample(p, 50, nqmkit.Trials(5, 1), nqmkit.SGD(0.3).Batch(4), nqmkit.Momentum(0.1, 0.9).Batch(8))
	fans := nqmkit.LossFan(p, 50, methods...)
	agreed := nqmkit.Check(p, 50, nqmkit.Trials(20, 1), nqmkit.SGD(0.3).Batch(4), nqmkit.Momentum(0.1, 0.9).Batch(8))
	for name, pair := range map[string][2]Figure{
		"curves": {LossCurves(curves), AgainstSamples(curves)}, "split": {LossSplit(curves), split},
		"sampled": {must(FigureOf(sampled)), AgainstSamples(sampled)}, "fans": {must(FigureOf(fans)), AgainstSamples(fans)},
		"agreement": {must(FigureOf(agreed)), AgainstSamples(agreed)},
	} {
		if err := pair[1].Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i, panel := range pair[0].Panels {
			other := pair[1].Panels[i]
			if panel.X.Label == "steps t" && other.X.Label != "samples" {
				t.Errorf("%s: the axis is %q", name, other.X.Label)
			}
			for k, s := range panel.Series {
				if len(s.X) == 0 || s.X[len(s.X)-1] != 50 {
					continue
				}
				batch, y := 4.0, other.Series[k]
				if strings.Contains(s.Name+panel.Title, "momentum") {
					batch = 8
				}
				if y.X[len(y.X)-1] != 50*batch || !slices.Equal(s.Y, y.Y) {
					t.Errorf("%s, %q: ends at %v samples, want %v", name, s.Name, y.X[len(y.X)-1], 50*batch)
				}
			}
		}
	}
	defer func() {
		if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), "does not know its samples") {
			t.Errorf("%v", err)
		}
	}()
	AgainstSamples([]theory.SampledCurve{{Steps: []int{0, 1}, Mean: []float64{1, 2}}})
}

// What is applied shows where it moves, and the table has the index of the schedule.
func TestAppliedRatesFigure(t *testing.T) {
	rates := nqmkit.RatesApplied(10, nqmkit.SGD(0.5).Linear(), nqmkit.Momentum(0.5, 0.9).EMA(0.9).WarmedUp().WSD(3, 2))
	f := AppliedRates(rates)
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	if len(f.Panels) != 2 || f.Panels[1].Y.Label != "decay γ" {
		t.Errorf("%d panels", len(f.Panels))
	}
	if x := f.Panels[0].Series[0]; x.X[0] != 1 || x.Y[0] != 0.5 || x.Y[9] > 0.0500001 {
		t.Errorf("first %v, last %v: want 0.5 and 0.05", x.Y[0], x.Y[9])
	}
	if text := f.Table.Full(); !strings.Contains(text, "index") || !strings.Contains(text, "0.05") {
		t.Errorf("%s", text)
	}
}
