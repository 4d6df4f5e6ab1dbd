package plotting

import (
	"math"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

func TestPairedDifferenceSaysWhoIsLower(t *testing.T) {
	c := theory.PairedCurve{Problem: "p", Methods: [2]string{"first", "second"}, Steps: []int{0, 1, 2},
		Mean: []float64{0, -2, 1}, StdErr: []float64{0, 0.5, 1}, Low: []float64{0, -3, -1}, High: []float64{0, -1, 3}, Level: 0.95,
		Saving: []float64{math.Inf(1), 4, 9}, Trials: 5, Partial: true}
	f := must(FigureOf(c))
	if got := labels(f.Panels[0]); strings.Join(got, "|") != "lower loss: second|lower loss: first" {
		t.Errorf("regions %q", got)
	}
	for k, want := range []string{"not told apart", "first is lower", "not told apart"} {
		if got := f.Table.Rows[k][4]; got != want {
			t.Errorf("step %d: %q, want %q", k, got, want)
		}
	}
	if line := f.Panels[1].Series[0]; len(line.Y) != 2 || line.Y[0] != 4 {
		t.Errorf("savings %v, want those that are finite", line.Y)
	}
	if notes := f.notes(); len(notes) != 1 || !strings.HasPrefix(notes[0], "Partial:") {
		t.Errorf("notes %q", notes)
	}
	same := nqmkit.Compare(nqmkit.TwoDirections(50, 1), 20, nqmkit.Trials(10, 1), nqmkit.SGD(0.01), nqmkit.SGD(0.01))
	if _, err := FigureOf(same); err != nil {
		t.Errorf("a method compared with itself: %v", err)
	}
}

func TestEstimatesHaveTheExactValueBeside(t *testing.T) {
	all := nqmkit.EstimateNoiseScale(nqmkit.TwoDirections(50, 1), []float64{0.05, 0.5}, 4, 64, nqmkit.Trials(50, 1))
	p := must(FigureOf(all)).Panels[0]
	// tr C/|g|² = (50 + 1)/(2.5² + 0.5²)
	if len(p.References) != 1 || !p.References[0].Vertical || math.Abs(p.References[0].At-51/6.5) > 1e-12 {
		t.Errorf("exact value at %v", p.References)
	}
	bars := 0
	for _, s := range p.Series {
		if s.Kind == KindLine {
			if s.X[0] != all[bars].Low || s.X[1] != all[bars].High {
				t.Errorf("bar from %v to %v", s.X[0], s.X[1])
			}
			bars++
		}
	}
	mean := one(t, p, "mean", KindPoints)
	if bars != 2 || mean.X[0] != all[0].Mean || mean.X[1] != all[1].Mean {
		t.Errorf("%d bars, means %v", bars, mean.X)
	}
}

func TestGapIsTheRatioOfWhatIsDrawn(t *testing.T) {
	g := nqmkit.BayesGap(nqmkit.PowerLaw(100, 1), 500, nqmkit.SGD(0.3))
	f := must(FigureOf(g))
	bound, loss, ratio := one(t, f.Panels[0], "Bayes bound", KindLine), one(t, f.Panels[0], g.Curve.Method, KindLine), one(t, f.Panels[1], g.Curve.Method, KindLine)
	for k := range ratio.X {
		if math.Abs(loss.Y[k]/bound.Y[k]/ratio.Y[k]-1) > 1e-12 || ratio.Y[k] < 1-1e-12 {
			t.Errorf("at t = %v: %v / %v is drawn as %v", ratio.X[k], loss.Y[k], bound.Y[k], ratio.Y[k])
		}
	}
	known := nqmkit.WithStart(nqmkit.TwoDirections(50, 1), []float64{1, 1}, []float64{0, 0})
	if f, err := FigureOf(nqmkit.BayesGap(known, 50, nqmkit.SGD(0.01))); err != nil || len(f.Panels) != 1 {
		t.Errorf("a start that is known, whose bound is 0: %d panels (%v)", len(f.Panels), err)
	}
}

func TestNoiseScalesAreDrawnByName(t *testing.T) {
	s := nqmkit.NoiseScales(nqmkit.PowerLaw(10_000, 1), 100, nqmkit.SGD(0.3))
	p := must(FigureOf(s)).Panels[0]
	// At the start: field values of the power law.
	if noise := one(t, p, "B_noise = tr HC / E g′Hg", KindLine); math.Abs(noise.Y[0]/1.3683495967334775-1) > 1e-9 {
		t.Errorf("B_noise starts at %v", noise.Y[0])
	}
	if simple := one(t, p, "B_simple = tr C / E g′g", KindLine); math.Abs(simple.Y[0]/5.9505127012887562-1) > 1e-9 {
		t.Errorf("B_simple starts at %v", simple.Y[0])
	}
}

// A motion is the recurrence of its roots: m(t+1) = 2 r cos ω m(t) - r² m(t-1).
func TestMotionFollowsItsRecurrence(t *testing.T) {
	d := nqmkit.Damping(nqmkit.Momentum(0.02, 0.9), 1)
	line := one(t, must(FigureOf(d)).Panels[0], "slowest motion, rᵗ cos ωt", KindLine)
	s, p := 1+0.9-0.02, 0.9
	for k := 1; k+1 < len(line.Y); k++ {
		if want := s*line.Y[k] - p*line.Y[k-1]; math.Abs(line.Y[k+1]-want) > 1e-12 {
			t.Fatalf("at step %d %v, want %v", k+1, line.Y[k+1], want)
		}
	}
}

func TestEveryRegimeHasAMotion(t *testing.T) {
	sgd := nqmkit.SGD(1)
	var all []theory.Damping
	for _, h := range []float64{0, 1e-9, 0.3, 1, 1.7, 2, 3} {
		all = append(all, nqmkit.Damping(sgd, h))
	}
	all = append(all, nqmkit.Damping(nqmkit.Momentum(0.25, 0.25), 1)) // a double root
	for _, d := range all {
		if _, err := FigureOf(d); err != nil {
			t.Errorf("%v: %v", d, err)
		}
	}
	f := must(FigureOf(all))
	if notes := strings.Join(f.notes(), ""); !strings.Contains(notes, "3 (unstable)") || !strings.Contains(notes, "0 (standing)") {
		t.Errorf("notes %q", notes)
	}
	if s := one(t, f.Panels[0], "monotone", KindPoints); s.X[0] != 1e-9 || math.Abs(s.Y[0]*1e-9-1) > 1e-6 {
		t.Errorf("h = %v falls to 1/e in %v steps", s.X[0], s.Y[0])
	}
	slow := must(FigureOf(nqmkit.Rate(nqmkit.TwoDirections(50, 1), nqmkit.SGD(0.05))))
	if !strings.Contains(slow.Title, "unstable") || slow.Table.Rows[0][4] == "0" {
		t.Errorf("%q, %v", slow.Title, slow.Table.Rows)
	}
}

// The best pair of two directions has Polyak's radius, (√κ - 1)/(√κ + 1).
func TestBestPairFallsByItsRadius(t *testing.T) {
	f := must(FigureOf(nqmkit.PhaseMap(nqmkit.TwoDirections(49, 1)).Best))
	line := one(t, f.Panels[0], "slowest motion, rᵗ cos ωt", KindLine)
	if got := line.Y[2] / line.Y[1]; math.Abs(got-0.75) > 1e-9 {
		t.Errorf("the mean falls by %v in a step, want (7-1)/(7+1)", got)
	}
	if !strings.Contains(f.Title, "momentum α=0.0625, β=0.5625") {
		t.Errorf("title %q", f.Title)
	}
}

func TestSummaryShowsItsNumbers(t *testing.T) {
	f := must(FigureOf(nqmkit.Summary(nqmkit.PowerLaw(10_000, 1))))
	if got := strings.Join(labels(f.Panels[0]), "|"); !strings.Contains(got, "directions d: 10000|") || !strings.Contains(got, "noise scale B_noise: 1.3683") {
		t.Errorf("rows %q", got)
	}
	if _, err := FigureOf(theory.Summary{}); err != nil {
		t.Errorf("an empty summary: %v", err)
	}
}

// Runs that overflowed end their line and are counted; the others keep the scale.
func TestSampledDivergenceAndInterrupt(t *testing.T) {
	curves := nqmkit.Sample(nqmkit.TwoDirections(50, 1), 1000, nqmkit.Trials(6, 1), nqmkit.SGD(0.05), nqmkit.SGD(0.02))
	curves[1].Partial = true
	f := must(FigureOf(curves))
	if line := one(t, f.Panels[0], "SGD α=0.05", KindLine); !line.Diverges || highest(line.Y) > headroom*highest(append(curves[1].High, curves[0].High[0])) {
		t.Errorf("a line up to %v, Diverges = %v", highest(line.Y), line.Diverges)
	}
	notes := strings.Join(f.notes(), "\n")
	if !strings.Contains(notes, "SGD α=0.05: 6 of 6 runs overflowed, the first at step 8") || !strings.Contains(notes, "Partial: an interrupt ended the sampling of SGD α=0.02 after 6 runs.") {
		t.Errorf("notes %q", notes)
	}
}

// Another quantity has its own axis, which may be negative.
func TestSampledCoordinateHasItsOwnAxis(t *testing.T) {
	curves := nqmkit.Observe(nqmkit.TwoDirections(50, 1), nqmkit.Steps(50), nqmkit.Trials(6, 1), nqmkit.Coordinate(0), nqmkit.SGD(0.02))
	f := must(FigureOf(curves))
	if p := f.Panels[0]; p.Y.Scale != Linear || p.Y.Label != curves[0].Quantity || len(f.notes()) != 0 {
		t.Errorf("axis %+v, notes %q", p.Y, f.notes())
	}
}
