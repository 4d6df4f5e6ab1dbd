package theory

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// The losses that the laws predict for hidden runs are those that the schedule of a rate that
// fades has, by the engine of schedules, where such a law made the runs; the law without
// cannot know.
func TestHoldOutPredicts(t *testing.T) {
	truth := []float64{1.35, 0.9, 3, 0.8, 0.8, 1, 0.7, 0.5}
	runs := madeRuns(truth[:lawSize], 0, rand.New(rand.NewPCG(1, 1)))
	law := fitOf(truth, runs)
	for k, r := range runs {
		p := must(law.ProblemOf(r.Size))
		runs[k].Loss = law.Floor(r.Size) + must(ExpectedLoss(p, r.Steps, law.Method(r.Optimizer, r.Steps)))
	}
	long := func(r Run) bool { return r.Steps > 1000 }
	got := must(HoldOut(runs, long))
	if len(got) != 2 || len(got[0].Runs) != 9 || got[0].Fitted != 27 {
		t.Fatalf("%+v", got)
	}
	if constant, fading := got[0].Off(), got[1].Off(); fading > 1e-4 || constant < 100*fading {
		t.Errorf("constant off by %v, fading by %v, on runs of a rate that fades", constant, fading)
	}
	sum := 0.0
	for k, r := range got[0].Runs {
		sum += math.Pow(math.Log(r.Loss/got[0].Predicted[k]), 2)
	}
	if want := math.Sqrt(sum / 9); math.Abs(got[0].Off()-want) > 1e-12 {
		t.Errorf("off by %v, want %v", got[0].Off(), want)
	}
}

func TestHoldOutRefuses(t *testing.T) {
	runs := madeRuns([]float64{1.35, 0.9, 3, 0.8, 0.8, 1, 0.7}, 0.01, rand.New(rand.NewPCG(1, 1)))
	bad := append([]Run{}, runs...)
	bad[0].Loss = math.Inf(1)
	for want, ask := range map[string]func() error{
		"none of 36 runs is hidden": func() error { _, err := HoldOut(runs, func(Run) bool { return false }); return err },
		"wants 8":                   func() error { _, err := HoldOut(runs, func(Run) bool { return true }); return err },
		"run 0 has the loss +Inf":   func() error { _, err := HoldOut(bad, func(r Run) bool { return r.Steps == 5 }); return err },
	} {
		if err := ask(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
