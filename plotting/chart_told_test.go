package plotting

import (
	"strings"
	"testing"

	"nqm/theory"
)

// Two problems on one figure are told apart where a reader looks: a legend or a
// label, and the numbers. One problem alone is in the title.
func TestProblemsAreTold(t *testing.T) {
	two := must(theory.TwoDirections(50, 1))
	quiet, unit := must(two.WithNoise(nil)), must(two.WithNoise([]float64{1, 1}))
	for _, test := range []struct {
		problems []theory.Problem
		tails    []string
	}{
		{[]theory.Problem{two, two}, []string{"", ""}},
		{[]theory.Problem{two, quiet, unit}, []string{", C = H", ", C = 0", ", C = I"}},
		{[]theory.Problem{two, must(two.WithStart(nil, []float64{1, 1}))}, []string{", θ(0) = (1, 1)", ", θ(0) ~ N(0, I)"}},
		{[]theory.Problem{two, must(theory.PowerLaw(100, 1))}, []string{", two directions, h = (50, 1)", ", power law, h = 1/i, d = 100"}},
	} {
		var curves []theory.Curve
		var steps []theory.Steps
		var tuned []theory.Tuned
		for _, p := range test.problems {
			curves = append(curves, must(theory.Expect(p, []int{0, 1, 2, 4}, theory.SGD(0.01))))
			steps = append(steps, must(theory.StepsToTarget(p, 10, theory.SGD(0.01), 0)))
			tuned = append(tuned, must(theory.Tune(p, 10, theory.Optimizer{LearningRate: theory.Free}, 0)))
		}
		before := curves[0].Method
		for _, f := range []Figure{LossCurves(curves), LossSplit(curves), StepsToTarget(steps), Tuned(tuned)} {
			for i, tail := range test.tails {
				row, _ := f.Table.Rows[i][0].(string)
				if !strings.HasSuffix(row, tail) || !strings.Contains(f.plainText(), row) {
					t.Errorf("%s: row %q of %q, want it to end in %q", f.Title, row, f.plainText(), tail)
				}
			}
			if same := test.tails[0] == ""; strings.Contains(f.Title, "several problems") == same {
				t.Errorf("the title is %q", f.Title)
			}
		}
		for _, f := range []Figure{LossCurves(curves), LossSplit(curves), StepsToTarget(steps)} {
			if first, second := f.Table.Rows[0][0], f.Table.Rows[1][0]; first == second {
				t.Errorf("%s: two rows of %v", f.Title, first)
			}
		}
		if curves[0].Method != before {
			t.Error("a result was changed")
		}
	}
}
