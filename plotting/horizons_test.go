package plotting

import (
	"fmt"
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
}

var (
	bowl     = nqmkit.TwoDirections(50, 1)
	slow     = nqmkit.SGD(0.02)
	fiveRuns = nqmkit.Trials(5, 1)
)

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
	for _, name := range []string{"curves", "split", "fan", "sampled", "agreement", "paths", "noise scales", "gap"} {
		for _, values := range [][]float64{{0, 5, 1000}, {1000, 0}, {0}} {
			f, err := FramesOf("horizon T", values, func(v float64) any { return overSteps[name](int(v)) })
			if err != nil {
				t.Errorf("%s, %v: %v", name, values, err)
				continue
			}
			if _, err := encodeFile(".html", f); err != nil {
				t.Errorf("%s, %v: %v", name, values, err)
			}
		}
	}
}
