package experiments_test

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
	"nqm/nqmkit/networks/experiments"
	"nqm/theory"
)

// The page has every row of the results, and nothing else.
func TestDocumentIsWhatCameOut(t *testing.T) {
	have, err := os.ReadFile("results/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != experiments.Document() {
		t.Error("results/README.md is not what the results say: 'go run ./notebooks experiments' writes it")
	}
	rows := 0
	for _, q := range experiments.All() {
		s := experiments.Result(q.Name)
		rows += len(s.Points)
		if s.Partial || len(s.Points) != len(s.Methods)*len(s.BatchSizes) || len(s.BatchSizes) < 5 {
			t.Errorf("%s: %d points of %d methods at %d batch sizes", q.Name, len(s.Points), len(s.Methods), len(s.BatchSizes))
		}
		for _, p := range s.Points {
			if len(p.Foreseen) != len(s.Models()) || p.Trials < 10 && !math.IsInf(p.Steps.Value, 1) || !(p.Steps.Value > 0) || !(p.Steps.Low <= p.Steps.Value && p.Steps.Value <= p.Steps.High) {
				t.Errorf("%s: %v", q.Name, p)
			}
			if !inside(p) {
				t.Errorf("%s: %s, B=%g: learning rate %v is not below and above rates that took more steps, of %v", q.Name, p.Method, p.BatchSize, p.LearningRate, p.Tried)
			}
		}
	}
	if got := strings.Count(string(have), "\n| ") - len(experiments.All()); got != rows {
		t.Errorf("%d rows, want %d", got, rows)
	}
}

// inside says that the best learning rate lies between its neighbours on the grid, a
// factor of 2^¼ away, both tried, both worse; or that the answer says that it does not.
func inside(p theory.TrainedSteps) bool {
	k := slices.IndexFunc(p.Tried, func(r theory.TriedRate) bool { return r.LearningRate == p.LearningRate })
	if p.Edge != "" || k < 1 || k == len(p.Tried)-1 {
		return p.Edge != ""
	}
	for _, r := range []theory.TriedRate{p.Tried[k-1], p.Tried[k+1]} {
		if rungs := 4 * math.Abs(math.Log2(r.LearningRate/p.LearningRate)); math.Abs(rungs-1) > 1e-3 || !(r.Steps >= p.Tried[k].Steps) {
			return false
		}
	}
	return true
}

// Kept losses are those of networks.TrainAt: the fresh runs are 5 to 14 of the seed.
func TestKeptLossesAreThoseOfTraining(t *testing.T) {
	p := experiments.Result("softmax-near").Of("momentum β=0.9")[4]
	lab := networks.NewLab(networks.Softmax(networks.Digits())).Near(0.1)
	m := nqmkit.Momentum(math.Exp2(math.Round(4*math.Log2(p.LearningRate))/4), 0.9).Batch(p.BatchSize)
	all := networks.TrainAt(lab, p.Looks[:6], nqmkit.Trials(15, p.Seed), m)[0]
	searched := networks.TrainAt(lab, p.Looks[:6], nqmkit.Trials(5, p.Seed), m)[0]
	for k := range all.Mean {
		if want := (15*all.Mean[k] - 5*searched.Mean[k]) / 10; math.Abs(p.Losses[k]/want-1) > 1e-4 {
			t.Errorf("step %d: loss %v, training has %v", p.Looks[k], p.Losses[k], want)
		}
	}
}

func TestUnknownResultsAreNamed(t *testing.T) {
	defer func() {
		if e, ok := recover().(error); !ok || !strings.Contains(e.Error(), `no result "nothing": want one of ["softmax-near"`) {
			t.Errorf("%v", e)
		}
	}()
	experiments.Result("nothing")
}
