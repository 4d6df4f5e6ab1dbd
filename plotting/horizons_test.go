package plotting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
	"nqm/theory/table"
)

// overSteps are the questions whose results go along steps, each to a horizon.
var overSteps = map[string]func(last int) any{
	"curves":       func(last int) any { return nqmkit.Expect(bowl, last, slow, nqmkit.Momentum(0.002, 0.8)) },
	"split":        func(last int) any { return LossSplit(nqmkit.Expect(bowl, last, slow)) },
	"fan":          func(last int) any { return nqmkit.LossFan(bowl, last, slow) },
	"sampled":      func(last int) any { return nqmkit.Sample(bowl, last, fiveRuns, slow) },
	"agreement":    func(last int) any { return nqmkit.Check(bowl, last, fiveRuns, slow) },
	"paths":        func(last int) any { return nqmkit.Paths(bowl, last, fiveRuns, slow) },
	"paired":       func(last int) any { return nqmkit.Compare(bowl, last, fiveRuns, slow, nqmkit.SGD(0.01)) },
	"noise scales": func(last int) any { return nqmkit.NoiseScales(bowl, last, slow) },
	"gap":          func(last int) any { return nqmkit.BayesGap(bowl, last, slow) },
	"moments":      func(last int) any { return must(theory.Moments(bowl, last, slow)) },
	"modes":        func(last int) any { return must(ModeDecay(bowl, nqmkit.Steps(last), slow)) },
	"samples":      func(last int) any { return AgainstSamples(nqmkit.Expect(bowl, last, slow.Batch(4))) },
	"arrivals":     func(last int) any { return nqmkit.SampleStepsToTarget(bowl, 0.5, max(last, 1), fiveRuns, slow) },
	"rates":        func(last int) any { return nqmkit.RatesApplied(max(last, 1), slow.Linear(), growing(last)) },
}

var (
	bowl     = nqmkit.TwoDirections(50, 1)
	slow     = nqmkit.SGD(0.02)
	fiveRuns = nqmkit.Trials(5, 1)
)

// growing is a method whose batch grows, and then its momentum falls, if the run is long
// enough.
func growing(last int) nqmkit.Optimizer {
	o := nqmkit.Momentum(0.01, 0.9)
	for _, s := range []theory.Segment{{Steps: 3, From: 1}, {Steps: 20, From: 1, BatchSize: 8}, {Steps: 900, From: 1, Momentum: 0.5}} {
		if last -= s.Steps; last > 0 {
			o.Schedule = append(o.Schedule, s)
		}
	}
	return o
}

// Results over horizons on both sides of where the axis of steps becomes
// logarithmic stand behind one slider, and each number under its own head.
func TestEveryHorizonBehindOneSlider(t *testing.T) {
	horizons := [][]float64{{100, 300, 1000}, {5000, 20, 999}, {3, 1000}}
	for name, of := range overSteps {
		for _, values := range horizons {
			f, err := FramesOf("horizon T", values, func(v float64) any { return of(int(v)) })
			if err != nil {
				t.Errorf("%s, %v: %v", name, values, err)
				continue
			}
			if _, err := encodeFile(".svg", f); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			want := map[string]int{}
			for k, g := range f.Figures {
				for _, cells := range keyed(g.Table) {
					want[number(values[k])+"|"+cells]++
				}
			}
			all := f.allNumbers()
			melted := all.Columns[len(all.Columns)-1].Name == "value"
			for _, row := range all.Lines()[1:] {
				if melted {
					want[strings.Join(row, "|")]--
					continue
				}
				for c := 2; c < len(row); c++ {
					want[strings.Join([]string{row[0], row[1], all.Columns[c].Name, row[c]}, "|")]--
				}
			}
			for cells, n := range want {
				if n != 0 {
					t.Errorf("%s, %v: the numbers of all frames have %q %+d times too few", name, values, cells, n)
				}
			}
		}
	}
}

// keyed returns each cell of a table after its row's first and its head.
func keyed(t table.Table) []string {
	var cells []string
	lines := t.Lines()
	for _, row := range lines[1:] {
		for c := 1; c < len(row); c++ {
			cells = append(cells, row[0]+"|"+lines[0][c]+"|"+row[c])
		}
	}
	return cells
}

// Every loss in a table of curves is that of its method at its step.
func TestTablesReadEachCurveAtItsOwnSteps(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 1))
	p := nqmkit.List(1, 0.3, 0.01)
	for range 60 {
		byMethod := map[string]theory.Optimizer{}
		steps := map[string][]int{}
		var curves []theory.Curve
		var at []int
		for k := range 2 + rng.IntN(3) {
			if k == 0 || rng.IntN(3) > 0 {
				at = []int{0}
				for range 1 + rng.IntN(8) {
					at = append(at, at[len(at)-1]+1+rng.IntN(500))
				}
			}
			o := nqmkit.SGD(0.1 * float64(k+1))
			c := nqmkit.ExpectAt(p, at, o)
			byMethod[c[0].Method], steps[c[0].Method] = o, at
			curves = append(curves, c...)
		}
		for _, f := range []Figure{LossCurves(curves), LossSplit(curves)} {
			seen := map[string]int{}
			lines := f.Table.Lines()
			for _, row := range lines[1:] {
				if strings.HasPrefix(row[0], "…") { // says how many there are
					continue
				}
				for c, head := range lines[0] {
					step, ok := strings.CutPrefix(head, "L(")
					if !ok {
						continue
					}
					if step = strings.TrimSuffix(step, ")"); step == "t" {
						step = row[slices.Index(lines[0], "step t")]
					}
					n := must(strconv.Atoi(step))
					seen[row[0]]++
					if !slices.Contains(steps[row[0]], n) {
						t.Fatalf("%s at step %d: not asked", row[0], n)
					}
					if want := fmt.Sprintf("%.5g", nqmkit.ExpectAt(p, []int{n}, byMethod[row[0]])[0].Loss[0]); row[c] != want {
						t.Fatalf("%s at step %d: %s, want %s", row[0], n, row[c], want)
					}
				}
			}
			for method, s := range steps {
				if seen[method] != min(5, len(s)) {
					t.Errorf("%s: %d of %d steps in the table", method, seen[method], len(s))
				}
			}
		}
	}
}

// A slider over horizons may begin at the start, where only one point is.
func TestHorizonAtTheStart(t *testing.T) {
	for name, of := range overSteps {
		for _, values := range [][]float64{{0, 5, 1000}, {1000, 0}, {0}, {0, 1, 2}, {0, 30}} {
			f, err := FramesOf("horizon T", values, func(v float64) any { return of(int(v)) })
			if err != nil {
				t.Errorf("%s, %v: %v", name, values, err)
				continue
			}
			if _, err := must(onePicture(f)).option(screenColumns); err != nil {
				t.Errorf("%s, %v: %v", name, values, err)
			}
		}
	}
}

// Figures of lines on the same axes stand behind one slider, whatever their scales, their
// bounds and their marks, and whichever of the panels one lacks. No point that
// its own axes show is lost, a start at 0 aside.
func TestAnyCurvesBehindOneSlider(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 4))
	number := func(a Axis) float64 {
		v := math.Exp(3 * rng.NormFloat64())
		if !a.Scale.logarithmic() && rng.IntN(4) == 0 {
			v = []float64{0, -v}[rng.IntN(2)]
		}
		return v
	}
	axis := func(label string) Axis {
		a := Axis{Label: label, Scale: []Scale{Linear, Log10, Log2, Symmetric}[min(rng.IntN(6), 3)]}
		if rng.IntN(3) == 0 {
			a.Max = math.Exp(3 * rng.NormFloat64())
		}
		if rng.IntN(3) == 0 {
			a.Min = (a.Max + 1) * []float64{-1, 0.01}[rng.IntN(2)]
			if a.Scale.logarithmic() || a.Max != 0 && a.Min >= a.Max {
				a.Min = 0
			}
		}
		return a
	}
	for range 400 {
		var frames []any
		var values Values
		for k := 0; k < 2+rng.IntN(3); k = len(frames) {
			var f Figure
			for i := range 3 {
				p := Panel{X: axis("x"), Y: axis([]string{"a", "b", "c"}[i])}
				for range 1 + rng.IntN(3) {
					s := Series{Kind: []Kind{KindLine, KindPoints, KindStep}[rng.IntN(3)], Name: "s"}
					for range 1 + rng.IntN(4) {
						s.X, s.Y = append(s.X, number(p.X)), append(s.Y, number(p.Y))
					}
					slices.Sort(s.X)
					p.Series = append(p.Series, s)
				}
				if rng.IntN(3) == 0 {
					p.References = []Reference{{At: number(p.Y)}, {At: number(p.X), Vertical: true}}
				}
				if k == 0 || rng.IntN(4) > 0 {
					f.Panels = append(f.Panels, p)
				}
			}
			if f.Validate() == nil {
				frames, values = append(frames, f), append(values, float64(k))
			}
		}
		f, err := FramesOf("k", values, func(v float64) any { return frames[int(v)] })
		if err != nil {
			t.Fatal(err)
		}
		for k, g := range f.Figures {
			for _, own := range frames[k].(Figure).Panels {
				p := g.Panels[slices.IndexFunc(g.Panels, func(p Panel) bool { return p.Y.Label == own.Y.Label })]
				for i, s := range p.view().Series {
					shown := len(s.X) - countNot(s.X, func(x float64) bool { return !math.IsNaN(x) })
					for n, x := range own.Series[i].X {
						if own.X.Scale.shows(x) && own.Y.Scale.shows(own.Series[i].Y[n]) && (n > 0 || x != 0) {
							shown--
						}
					}
					if shown < 0 {
						t.Errorf("%d points of %v, %v (%q, %q) are lost on %q, %q", -shown, own.Series[i].X, own.Series[i].Y, own.X.Scale, own.Y.Scale, p.X.Scale, p.Y.Scale)
					}
				}
			}
		}
	}
}
