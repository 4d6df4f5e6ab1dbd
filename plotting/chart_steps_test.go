package plotting

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// steps3 has every outcome: two that arrive, one of them and leaves again, one
// that never does, one that diverges and one that is cut short.
func steps3() []theory.Steps {
	two := nqmkit.TwoDirections(50, 1)
	var all []theory.Steps
	for _, m := range []theory.Method{nqmkit.SGD(0.002).Batch(64), nqmkit.Momentum(0.002, 0.95).Batch(512), nqmkit.SGD(0.02), nqmkit.SGD(0.05)} {
		all = append(all, nqmkit.StepsToTarget(two, 0.02, m))
	}
	return append(all, must(theory.StepsToTarget(two, 0.02, nqmkit.SGD(0.0001).Batch(64), 2000)))
}

// tuned is the answer of a search over all settings of a grid.
func tuned() []theory.Tuned {
	var best []theory.Tuned
	for _, c := range scaling().Curves {
		t := c.Points[2]
		t.Evaluations, t.BestBefore = 1000, t.Steps.Before
		best = append(best, t)
	}
	return best
}

// tunedForABudget has the best of a few learning rates after 100 steps.
func tunedForABudget() []theory.Tuned {
	p := nqmkit.PowerLaw(200, 1)
	t := theory.Tuned{Problem: p.String(), Family: "SGD", Free: []string{"learning rate"}, Budget: 100}
	for _, alpha := range geometric(0.01, 1.5, 20) {
		o := nqmkit.SGD(alpha).Batch(64)
		if loss := nqmkit.ExpectAt(p, []int{100}, o)[0].Loss[0]; t.Evaluations == 0 || loss < t.Steps.Loss {
			t.Optimizer, t.Steps.Loss = o, loss
		}
		t.Evaluations++
	}
	half := t
	half.Family, half.Optimizer = "preconditioned SGD", t.Optimizer.Precondition(0.5)
	half.Steps.Loss = nqmkit.ExpectAt(p, []int{100}, half.Optimizer)[0].Loss[0]
	return []theory.Tuned{t, half}
}

func labels(p Panel) []string {
	var all []string
	for _, r := range p.Regions {
		all = append(all, r.Label)
	}
	return all
}

func TestStepsAreBarsAndWords(t *testing.T) {
	answers := steps3()
	f := must(FigureOf(answers))
	p := f.Panels[0]
	want := []string{"810 steps: SGD α=0.002, B=64", "73 steps: momentum α=0.002, β=0.95, B=512", "never, stays above 0.50505: SGD α=0.02", "diverges: SGD α=0.05", "not within 2000 steps: SGD α=0.0001, B=64"}
	if got := labels(p); !slices.Equal(got, want) {
		t.Errorf("rows %q", got)
	}
	bars := slices.DeleteFunc(slices.Clone(p.Series), func(s Series) bool { return s.Kind != KindLine })
	if len(bars) != 3 {
		t.Fatalf("%d bars, want those of two that arrive and of one that was cut short", len(bars))
	}
	for k, end := range []int{answers[0].Steps, answers[1].Steps, answers[4].Checked} {
		if bars[k].X[1] != float64(end) {
			t.Errorf("bar %d ends at %v, want %d", k, bars[k].X[1], end)
		}
	}
	if cut := bars[2]; !cut.Diverges || cut.Dash != Dotted {
		t.Errorf("what was cut short is drawn as %+v", cut)
	}
	ring := one(t, p, "stays there from here on", KindPoints)
	if answers[1].SettleSteps <= answers[1].Steps || len(ring.X) != 1 || ring.X[0] != float64(answers[1].SettleSteps) {
		t.Errorf("rings at %v, want one at %d", ring.X, answers[1].SettleSteps)
	}
	for k := range bars[:2] { // in the stripe of their method
		if r := p.Regions[k]; !(r.From < bars[k].Y[0] && bars[k].Y[0] < r.To) || r.Color != bars[k].Color {
			t.Errorf("bar %d is not in its row", k)
		}
	}
}

func TestStepsHaveTheirCertificate(t *testing.T) {
	s := steps3()[0]
	f := must(FigureOf(s))
	if !strings.Contains(f.Caption, s.String()) {
		t.Errorf("caption %q", f.Caption)
	}
	if row := f.Table.Rows[0]; row[2] != "810" || row[3] != fmt.Sprintf("%.9g", s.Loss) || row[4] != fmt.Sprintf("%.9g", s.Before) {
		t.Errorf("table %q", row)
	}
	s.Outcome, s.Steps, s.Settles, s.SettleSteps = theory.Reached, 0, theory.Reached, 0
	if got := labels(must(FigureOf(s)).Panels[0]); got[0] != "0 steps: SGD α=0.002, B=64" {
		t.Errorf("a start at the target is %q", got)
	}
}

func TestTunedShowsSettingsAndProof(t *testing.T) {
	all := tuned()
	f := must(FigureOf(all))
	for i, a := range all {
		if got := labels(f.Panels[0])[i]; !strings.HasPrefix(got, fmt.Sprintf("%d steps: ", a.Steps.Steps)) {
			t.Errorf("row %q, want %d steps", got, a.Steps.Steps)
		}
		if want := fmt.Sprintf("the lowest found one step earlier is %.9g", a.BestBefore); !strings.Contains(f.Caption, want) {
			t.Errorf("caption %q, want %q", f.Caption, want)
		}
	}
	all[0].Proved, all[0].Intervals = true, 31
	if want := "proved: no " + strings.Join(all[0].Free, " and ") + " reaches it earlier (31 intervals)"; !strings.Contains(must(FigureOf(all)).Caption, want) {
		t.Errorf("caption %q, want %q", must(FigureOf(all)).Caption, want)
	}
	budget := must(FigureOf(tunedForABudget()))
	at := one(t, budget.Panels[0], "loss after 100 steps", KindPoints)
	for i, a := range tunedForABudget() {
		if at.X[i] != a.Steps.Loss {
			t.Errorf("row %d at loss %v, want %v", i, at.X[i], a.Steps.Loss)
		}
	}
	if p := budget.Panels[0]; p.X.Label != "expected loss at the end" || !strings.Contains(budget.Subtitle, "100 steps") {
		t.Errorf("%q on %q", budget.Title, p.X.Label)
	}
}
